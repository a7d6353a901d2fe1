"""What is said where the archive does not answer: what was searched, and what is nearest."""

from __future__ import annotations

import re

from index.types import Article
from rag.question.times import describe_days
from rag.reader.answerable import years_asked
from rag.retrieval.limits import describe
from rag.types import Evidence, Filters, Holdings, Query

# Names of two words or more, but for a capital that only begins the question.
_NAME = re.compile(r"(?<=\S )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)+")
_NAMED = 3  # of a question's rarest words that an article must have to be near


def nothing_answers(query: Query, evidence: Evidence) -> str:
    """Say in one or two sentences what was searched and how near it came."""
    holdings = evidence.holdings
    if holdings is None or not holdings.size():
        return "The archive does not say."
    searched = _searched(holdings.size(), len(holdings.outlets()), *holdings.days())
    for name in _NAME.findall(query.standalone):
        if not holdings.naming(name):
            return f"None of {searched} names “{name}”."
    subject, near = _near(query, evidence)
    if not near:
        return f"None of {searched} answers this."
    names = "1 names" if len(near) == 1 else f"{len(near)} name"
    newest = f", the newest of {near[-1].day}" if near[-1].day else ""
    said = f"None of {searched} answers this; {names} {subject}{newest}"
    years = sorted(years_asked(query.standalone))
    if years and not any(year in f"{a.title} {a.text}" for a in near for year in years):
        said += f", and none of these tells of {' or '.join(years)}"
    return f"{said}."


def no_article(words: str, limits: Filters, holdings: Holdings) -> str:
    """Say that no article inside some limits has some words, and what was searched."""
    none = f"No article that is {describe(limits)}" if limits else "No article"
    none += f" names “{words}”" if words else " is there"
    searched = _searched(holdings.size(), len(holdings.outlets()), *holdings.days())
    return f"{none}; searched were {searched}."


def _searched(articles: int, outlets: int, first: str | None, last: str | None) -> str:
    count = "the 1 article" if articles == 1 else f"the {articles:,} articles"
    of = f" of {outlets} outlets" if outlets > 1 else ""
    days = f" ({describe_days(first, last)})" if first and last else ""
    return f"{count}{of}{days}"


def _near(query: Query, evidence: Evidence) -> tuple[str, list[Article]]:
    """Articles that have the question's rarest words, as many of these as any article has."""
    assert evidence.holdings is not None
    rarest = sorted(evidence.word_weights, key=lambda word: -evidence.word_weights[word])[:_NAMED]
    spoken = [
        word.strip("?.,!;:'\"“”’()")
        for word in query.standalone.split()
        if any(word.strip("?.,!;:'\"“”’()").lower().startswith(stem[:4]) for stem in rarest)
        and not word[:1].isdigit()
    ]
    spoken = list(dict.fromkeys(spoken))[:_NAMED]
    for count in range(len(spoken), 0, -1):
        found = evidence.holdings.naming(" ".join(spoken[:count]), query.required)
        if found:
            return f"“{' '.join(spoken[:count])}”", found
    return "", []

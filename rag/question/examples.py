"""Example questions about an archive's own articles, for people who see it the first time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from index.text.words import CALENDAR_WORDS
from index.types import Article

# Two or more capitalised words that do not begin a sentence or a quotation.
_NAME = re.compile(
    r"(?<=[a-z,] )[A-Z][\w’'-]*[a-z](?: (?:al-|of the |of )?[A-Z][\w’'-]*[a-z])+(?<!'s)(?<!’s)"
)
_LOWER = re.compile(r"(?<![\w’'-])[a-z]{2,}(?![\w’'-])")
_TIMES = frozenset(word.title() for word in CALENDAR_WORDS)
_TITLES = frozenset("Mr Mrs Ms Dr Sir Sen Rep Gov Lord Lady St".split())
_SAID = "(?:said|says|told|added|argued|announced|denied|warned|wrote)"


def candidate_questions(articles: Sequence[Article]) -> Iterator[tuple[str, str]]:
    """Yield (question, id of the article it is about), each about a name not asked of before.

    A word that some article also writes small is part of an office or a thing ("Prime Minister"),
    and makes no name that a question could be about.
    """
    small = {word for article in articles for word in _LOWER.findall(article.text)}
    named = [(*_main_name(article, small), article) for article in articles]
    seen: set[str] = set()
    # What an article is about comes again in it or stands in its headline: those first.
    for _, name, article in sorted(named, key=lambda one: not one[0]):
        if name and name not in seen:
            seen.add(name)
            who = re.escape(name)
            quoted = rf"{who}(?:,[^,.]{{1,60}},)? {_SAID}\b|{_SAID} {who}\b"
            if re.search(quoted, article.text):
                yield f"What did {name} say?", article.id
            else:
                yield f"What is reported about {name}?", article.id


def _main_name(article: Article, small: set[str]) -> tuple[bool, str]:
    """Whether the article is about the name that it has most, and that name ("" for none)."""
    found = (match.group() for match in _NAME.finditer(article.text))
    names = Counter(
        name
        for name in found
        if not (_TIMES | _TITLES) & set(name.split())
        if not any(word.lower() in small for word in name.split() if word[0].isupper())
    )
    if not names:
        return False, ""
    name = max(names, key=lambda one: (one in article.title, names[one]))
    return names[name] > 1 or name in article.title, name

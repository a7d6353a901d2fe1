"""The matter of a question about articles, all articles that have it, and how many they are.

"How many reports from May mention Brandt?" asks (how many, reports, mention), limits (from May) and
has a matter: Brandt. What asks and what limits is taken away; what is left must stand in an
article, all of it, for the article to count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from index.text.words import STOP_WORDS, Word, weigh, words
from index.types import Article
from rag.answer.lines import days_told
from rag.question.calendar import Spoken, spoken_times
from rag.question.outlets import outlet_mentions
from rag.types import Evidence, Filters, Holdings, Query

# What a question about articles says of them, besides what any question says.
_ASKING = STOP_WORDS | frozenset(
    """
    archive collection item items piece pieces text texts hit hits headline headlines title titles
    link links bit mention mentions mentioned mentioning cover covers covered covering occur occurs
    occurred appear appears appeared appearing come comes refer refers referred reference references
    speak speaks deal deals dealing talk talks talking concern concerns concerning regarding contain
    contains containing include includes including mentioning quote quotes quoted quoting cite cites
    cited write writes written wrote writing publish published publishes publication publications
    carried carry carries ran print printed stories times often frequently frequency total count
    counts counted counting sum enumerate display pull search look looking get want need read
    outlet outlets newspapers paper papers source sources broadcaster broadcasters media press
    station stations journal journals various whole complete day days week weeks month months year
    years today yesterday recent recently lately latest newest word words term phrase topic subject
    hold holds stored available exist exists time frequent could last past entry entries picked pick
    collect collected different wonder bring occasion occasions editorial editorials
    magazines magazine ups passage passages tells please
    """.split()
)
_OUTLETS = re.compile(
    r"\b(?:how many|which|what|list|name|count|number|enumerate|show)\b(?!.*\barticles?\b)"
    r"[^?.]{0,30}"
    r"\b(?:outlets?|news ?papers?|papers?|sources?|broadcasters?|publications?|media|stations?)\b",
    re.IGNORECASE,
)
_MENTIONS = re.compile(
    r"\b(?:mention(?:s|ed)?|every time|each time|(?:is|was|are|were|been) (?:named|quoted|cited)|"
    r"name (?:\w+ )?(?:appears?|occurs?|comes? up)|quotes?|cites?)\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"\b(?:how many|number of|count(?: of)?|list(?: of)?|which|what|all|every|each|any)"
    r"(?: (?:of|all|the|your|different|other))* $",
    re.IGNORECASE,
)
_EVERYWHERE = 1.0  # inverse document frequency of a word that a third of the passages have
_FEWEST = 2  # words of a matter that are never let go
_LIGHT = 0.6  # of the rarest word's weight: what is rarer is never let go either
_OPENING = 400  # characters
_MONTHS_TOLD = 6
_YEARS_TOLD = 6
_OUTLETS_TOLD = 6


@dataclass(frozen=True, slots=True)
class Matter:
    """What a question is about, in its own words, and all articles that have it, newest first.

    ``words`` are "" where all articles inside the ``limits`` are meant. ``copies`` maps the id of
    each that copies another to the id of what it copies.
    """

    words: str
    limits: Filters
    articles: tuple[Article, ...]
    copies: dict[str, str]

    @property
    def originals(self) -> list[Article]:
        """The articles without the copies of others that are among them."""
        ids = {article.id for article in self.articles}
        return [a for a in self.articles if self.copies.get(a.id) not in ids]

    def told(self) -> Matter:
        """Narrow it to articles that tell of it, in headline or opening; itself where none does."""
        asked = _stems(self.words)
        telling = tuple(
            a for a in self.articles if asked <= _stems(f"{a.title} {a.text[:_OPENING]}")
        )
        return replace(self, articles=telling) if telling else self

    def copies_of(self, article: Article) -> tuple[Article, ...]:
        """Those among the articles that copy one of them."""
        return tuple(a for a in self.articles if self.copies.get(a.id) == article.id)


def _stems(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in words(text) if word.content)


def asks_outlets(question: str) -> bool:
    """Whether outlets are counted or listed, not articles."""
    return bool(_OUTLETS.search(question))


def asks_mentions(question: str) -> bool:
    """Whether a mention in passing is asked for too."""
    return bool(_MENTIONS.search(question))


def find_matter(query: Query, holdings: Holdings, evidence: Evidence) -> Matter:
    """Find every article that has the matter of a question, within its limits."""
    asked, filters = _taken_apart(query, holdings)
    weights = weigh(asked, evidence.word_weights)
    telling = [one for one in asked if one.capital or weights[one.stem] > _EVERYWHERE] or asked
    if not telling:
        return _matter("", filters, holdings.within(filters) if filters else [], holdings)
    articles = _having(query, telling, filters, holdings)
    light = _LIGHT * max(weights[word.stem] for word in telling)
    while not articles and len(telling) > _FEWEST:
        lightest = min(telling, key=lambda word: (word.capital, weights[word.stem]))
        if lightest.capital or weights[lightest.stem] > light:
            break
        telling = [word for word in telling if word is not lightest]
        articles = _having(query, telling, filters, holdings)
    return _matter(_said(query.standalone, telling), filters, articles, holdings)


def _said(question: str, telling: Sequence[Word]) -> str:
    """Words as they stand in the question: "COVID-19" is one."""
    said = ""
    end = 0
    for word in telling:
        between = question[end : word.start]
        said += between if said and len(between) == 1 else " "
        said += question[word.start : word.end]
        end = word.end
    return said.strip()


def _matter(said: str, limits: Filters, articles: Sequence[Article], holdings: Holdings) -> Matter:
    newest_first = sorted(articles, key=lambda article: article.published or "", reverse=True)
    return Matter(said, limits, tuple(newest_first), holdings.copies(articles))


def _taken_apart(query: Query, holdings: Holdings) -> tuple[list[Word], Filters]:
    """Words of a question that neither ask nor limit, and its limits to the day.

    A question of fact has limits drawn wide, for what happened in March is told in April too; of
    the articles of March those of April are none.
    """
    question = query.standalone
    spans: list[tuple[int, int]] = []
    filters, required = query.filters, query.required
    newest = query.asked or holdings.days()[1]
    times = spoken_times(question, date.fromisoformat(newest)) if newest else []
    limiting = [time for time in times if time.cue]
    if not (required.published_from or required.published_to) and len(limiting) == 1:
        filters = Filters(*_days(limiting[0]), filters.sources)
        spans.append((limiting[0].start, limiting[0].end))
    if filters.sources and not required.sources:
        outlets = [outlet for outlet, _ in holdings.outlets()]
        spans += [(m.start, m.end) for m in outlet_mentions(question, outlets)]
    left = [
        word
        for word in words(question)
        if not any(start <= word.start < end for start, end in spans)
        if not _only_asks(question, word) and not _counted_by_it(question, word, holdings)
    ]
    return left, filters


def _days(time: Spoken) -> tuple[date | None, date | None]:
    if time.cue in ("since", "after"):
        return time.first, None
    if time.cue in ("until", "till", "by", "before"):
        return None, time.last
    return time.first, time.last


def _only_asks(question: str, word: Word) -> bool:
    """Whether a word says nothing of what the articles are about."""
    spoken = question[word.start : word.end]
    if spoken.isupper() and len(spoken) > 1 and not question.isupper():
        return False  # "US" and "WHO" are names
    if not word.content:
        return True
    return word.form in _ASKING and not (word.capital and word.start > 0)


def _counted_by_it(question: str, word: Word, holdings: Holdings) -> bool:
    """Whether what is counted is called by a name that no article has: "how many writeups"."""
    if word.capital or not _HOW_MANY.search(question[: word.start]):
        return False
    return not holdings.naming(question[word.start : word.end])


def _having(
    query: Query, telling: Sequence[Word], filters: Filters, holdings: Holdings
) -> list[Article]:
    """Find the articles that have all the words, a name also by another name for the same."""
    found = {
        article.id: article
        for said in _ways(query, telling)
        for article in holdings.naming(said, filters)
    }
    return list(found.values())


def _ways(query: Query, telling: Sequence[Word]) -> Iterator[str]:
    """Yield the words as they are asked, and with each other name in the place of a name."""
    spoken = [query.standalone[word.start : word.end] for word in telling]
    yield " ".join(spoken)
    forms = [word.form for word in telling]
    for name, others in query.also.items():
        own = [word.form for word in words(name)]
        for at in range(len(forms) - len(own) + 1):
            if own and forms[at : at + len(own)] == own:
                for other in others:
                    yield " ".join([*spoken[:at], other, *spoken[at + len(own) :]])


# -- in words ----------------------------------------------------------------------------------


def counted(number: int, noun: str) -> str:
    """Count things: "1 article", "1,200 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def naming(matter: Matter) -> str:
    """Say how many articles name the matter, and how many of them are copies."""
    count = len(matter.articles)
    said = counted(count, "article")
    if matter.words:
        said += f" {'names' if count == 1 else 'name'} “{matter.words}”"
    copies = sum(article.id in matter.copies for article in matter.articles)
    if not copies or copies == count == 1:
        return said
    return f"{said}, of which {copies} {'is a copy' if copies == 1 else 'are copies'}"


def by_outlet(articles: Sequence[Article]) -> str:
    """Count articles by outlet, most first: "Harbour Courier 6, SPA 5"; "" where none is known."""
    counts = Counter(article.source for article in articles if article.source).most_common()
    said = [f"{outlet} {count:,}" for outlet, count in counts[:_OUTLETS_TOLD]]
    more = counts[_OUTLETS_TOLD:]
    if more:
        said.append(f"{counted(len(more), 'other outlet')} {sum(n for _, n in more):,}")
    return ", ".join(said)


def by_time(articles: Sequence[Article]) -> str:
    """Count articles by month, by year where these are many, or name the fullest month.

    "" where none has a day.
    """
    days = sorted(article.day for article in articles if article.day)
    if not days:
        return ""
    months = [(month, len(list(group))) for month, group in groupby(days, lambda day: day[:7])]
    years = [(year, len(list(group))) for year, group in groupby(days, lambda day: day[:4])]
    if len(months) <= _MONTHS_TOLD:
        told = [f"{n:,} in {date.fromisoformat(f'{month}-01'):%B %Y}" for month, n in months]
    elif 1 < len(years) <= _YEARS_TOLD:
        told = [f"{n:,} in {year}" for year, n in years]
    else:
        most, n = max(months, key=lambda month: month[1])
        name = f"{date.fromisoformat(f'{most}-01'):%B %Y}"
        told = [f"{days_told(days[0], days[-1])}, most in {name}: {n:,}"]
    undated = len(articles) - len(days)
    return ", ".join([*told, *([f"{undated:,} undated"] if undated else [])])

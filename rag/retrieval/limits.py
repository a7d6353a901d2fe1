"""Limits on a question, in words and in an archive.

Those that were only read from its words are dropped where they were misread. Of those that the user
set, a refusal says what they keep out. What of an archive is inside limits of days and outlets is
looked up once for each limits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property, lru_cache

from index.store.catalog import Catalog
from rag.question.times import describe_days
from rag.types import CandidateSentence, Draft, Evidence, Filters, Query

_READ = ("dates", "outlets")
_ALIKE = 0.5  # likeness of an outlet's name to one that the archive has not
_NOTHING = "the archive has nothing there"


def unlimited(query: Query, why: str, parts: Collection[str] = _READ) -> Query:
    """Drop the limits that were read from the question's words, and say so and why.

    ``parts`` names which: those of "dates", of "outlets", or both.
    """
    dropped = tuple(
        replace(inference, text=f"not {inference.text}: {why}", used=False)
        if inference.part in parts
        else inference
        for inference in query.inferred
    )
    dates = query.required if "dates" in parts else query.filters
    outlets = query.required if "outlets" in parts else query.filters
    filters = Filters(dates.published_from, dates.published_to, outlets.sources)
    return replace(query, filters=filters, reports=(), inferred=dropped)


def within_archive(query: Query, holds: Callable[[Filters], bool]) -> Query:
    """Drop the limits that no article meets: days first, then outlets, then both.

    ``holds`` tells whether any article is inside limits. What the user set is kept whatever it
    holds.
    """
    reports = tuple(report for report in query.reports if holds(report))
    query = replace(query, reports=reports if len(reports) > 1 else ())
    if query.filters == query.required or holds(query.filters):
        return query
    for part in _READ:
        fewer = unlimited(query, _NOTHING, [part])
        if fewer.filters != query.required and holds(fewer.filters):
            return fewer
    return unlimited(query, _NOTHING)


def hypotheses(query: Query) -> Iterator[tuple[Query, bool]]:
    """Yield the query as it may be meant too, and whether that goes beyond the limits it has.

    Without what was read of times, outlets and reports from its words; and within the days that
    "this week" would mean today.
    """
    plain = replace(query, filters=query.required, reports=(), near=None, order=None)
    if plain != query:
        yield plain, query.filters != query.required
    if query.perhaps and not query.filters:
        yield replace(query, filters=Filters(*query.perhaps)), False


def together(found: Evidence, more: Evidence, outside: bool) -> Evidence:
    """Add the new passages of ``more``, best first; those ``outside`` of what was read halved."""
    known = {(passage.article.id, passage.start) for passage in found.passages}
    new = [
        replace(passage, score=passage.score / 2 if outside else passage.score, outside=outside)
        for passage in more.passages
        if (passage.article.id, passage.start) not in known
    ]
    ordered = sorted((*found.passages, *new), key=lambda passage: -passage.score)
    ranked = {
        (passage.article.id, passage.start): replace(passage, rank=rank)
        for rank, passage in enumerate(ordered, start=1)
    }
    fresh = [one for one in more.sentences if _place(one) not in known]
    sentences = [replace(one, passage=ranked[_place(one)]) for one in (*found.sentences, *fresh)]
    return replace(found, passages=tuple(ranked.values()), sentences=tuple(sentences))


def _place(sentence: CandidateSentence) -> tuple[str, int]:
    return sentence.passage.article.id, sentence.passage.start


def without_any(query: Query) -> Query:
    """Return the query without limits, those that the user set included."""
    return replace(query, filters=Filters(), required=Filters(), reports=())


def why_none_inside(
    limits: Filters, holds: Callable[[Filters], bool], outlets: Sequence[str]
) -> str:
    """Say why no article is inside limits that the user set; "" where one is.

    ``outlets`` are those of the archive.
    """
    if holds(limits):
        return ""
    known = {outlet.casefold(): outlet for outlet in outlets}
    unknown = [source for source in limits.sources if source.casefold() not in known]
    if not unknown:
        return f"No article of the archive is {describe(limits)}."
    near = [
        known[name]
        for source in unknown
        for name in get_close_matches(source.casefold(), known, n=3, cutoff=_ALIKE)
    ]
    named = " or ".join(f'"{source}"' for source in unknown)
    if near:
        names = [f'"{name}"' for name in dict.fromkeys(near)]
        are = "name is" if len(names) == 1 else "names are"
        return f"The archive has no outlet {named}; the nearest {are} {', '.join(names)}."
    return f"The archive has no outlet {named}."


def why_not_inside(limits: Filters, inside: str, elsewhere: Draft) -> str:
    """Say why nothing inside limits that the user set answers, and what there is without them.

    ``inside`` is why no article is inside of them, or ""; ``elsewhere`` is drafted without them.
    """
    if elsewhere.refusal:
        return inside or elsewhere.refusal
    articles = {quote.passage.article.id for line in elsewhere.lines for quote in line.quotes}
    count = "1 article" if len(articles) == 1 else f"{len(articles)} articles"
    said = inside or f"Nothing that is {describe(limits)} answers this."
    return f"{said} Without that limit there is an answer, from {count}."


def describe(limits: Filters) -> str:
    """Say limits in words, to stand after "is"."""
    said = []
    if limits.published_from or limits.published_to:
        said.append(describe_days(limits.published_from, limits.published_to))
    if limits.sources:
        said.append(f"reported by {' or '.join(limits.sources)}")
    return " and ".join(said)


# What of an archive is inside limits.

_REMEMBERED = 8  # limits: the parts and reports of one question share them


@dataclass(frozen=True, eq=False)
class Inside:
    """What limits admit: each indexed article, with the members of its family that they admit."""

    catalog: Catalog
    articles: Mapping[str, frozenset[str]]

    @cached_property
    def chunk_ids(self) -> list[str]:
        """Ids of the articles' chunks."""
        return self.catalog.chunk_ids(self.articles)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a search goes: inside ``limits`` and beyond them, inside ``wider``; None: no end."""

    limits: Inside | None
    wider: Inside | None

    def of(self, article_id: str) -> tuple[bool, frozenset[str] | None]:
        """Whether an article is outside the limits, and the members that may be shown for it."""
        outside = self.limits is not None and article_id not in self.limits.articles
        inside = self.wider if outside else self.limits
        return outside, None if inside is None else inside.articles[article_id]


class Limits:
    """Looks up what is inside limits; of one generation, whose catalogue does not change."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._spelled: dict[str, list[str]] = defaultdict(list)
        for outlet, _ in catalog.sources():
            self._spelled[outlet.casefold()].append(outlet)
        self._looked_up = lru_cache(maxsize=_REMEMBERED)(self._look_up)

    def inside(self, filters: Filters) -> Inside | None:
        """Return what is inside limits; None where there are none."""
        return self._looked_up(filters) if filters else None

    def holds(self, filters: Filters) -> bool:
        """Whether any article is inside limits."""
        sources = self._sources(filters)
        return self._catalog.matches(filters.published_from, filters.published_to, sources)

    def _look_up(self, filters: Filters) -> Inside:
        first, last, sources = filters.published_from, filters.published_to, self._sources(filters)
        return Inside(self._catalog, self._catalog.matching(first, last, sources))

    def _sources(self, filters: Filters) -> list[str]:
        """Outlets as the archive writes them: "el país" is "El País"; others as they are."""
        return [
            outlet
            for given in filters.sources
            for outlet in self._spelled.get(given.casefold(), [given])
        ]

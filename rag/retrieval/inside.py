"""What of an archive is inside limits of days and outlets, looked up once for each limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

from index.store.catalog import Catalog
from rag.types import Filters

_REMEMBERED = 8  # limits: the parts and reports of one question share them


class Inside(Mapping[str, frozenset[str]]):
    """Each indexed article that limits admit, and which members of its family they admit."""

    def __init__(self, catalog: Catalog, articles: Mapping[str, frozenset[str]]) -> None:
        self._catalog = catalog
        self._articles = articles

    def __getitem__(self, article_id: str) -> frozenset[str]:
        return self._articles[article_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._articles)

    def __len__(self) -> int:
        return len(self._articles)

    @cached_property
    def chunk_ids(self) -> list[str]:
        """Ids of the articles' chunks."""
        return self._catalog.chunk_ids(self._articles)


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
        sources = self._sources(filters)
        return Inside(
            self._catalog,
            self._catalog.matching(filters.published_from, filters.published_to, sources),
        )

    def _sources(self, filters: Filters) -> list[str]:
        """Outlets as the archive writes them: "el país" is "El País"; others as they are."""
        return [
            outlet
            for given in filters.sources
            for outlet in self._spelled.get(given.casefold(), [given])
        ]

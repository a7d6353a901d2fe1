"""A catalogue with its families settled, and the report that most tests edit."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.build.writer import fingerprint
from index.families import settle
from index.families.tables import Member
from index.store.catalog import Catalog
from index.types import Article, key_of

QUAKE = Article(
    "quake",
    "Earthquake shakes Ostry, 12 dead",
    "An earthquake of magnitude 5.6 shook the town of Ostry on Monday and killed 12 people.\n\n"
    "Mayor Jana Kolar said that 340 houses had collapsed in the old quarter by the river. "
    "Rescue teams from Varn and Halmin arrived before noon with dogs and heavy machinery.\n\n"
    "The hospital treated 87 people, most of them for broken bones. The railway to the coast is "
    "closed, and buses replace the trains until further notice.\n\n"
    "Schools in the region stay shut for the rest of the week. The geological institute expects "
    "weaker shocks for several days and advises against entering damaged buildings.",
    "2024-03-04T09:00:00Z",
    "Selm Press Agency",
)
CONSENT = (
    "We and our partners store information on a device, such as cookies, and process personal "
    "data for advertising, measurement and audience research. With your permission we may use "
    "precise location data. You may click to consent to our processing, or refuse to consent. "
    "Your preferences will apply to this website only. You can change them at any time by "
    "returning to this page and clicking on the privacy button at the bottom."
)


def edited(base: Article, name: str, *changes: tuple[str, str], **fields: str | None) -> Article:
    text = base.text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    known = {"text": text, "published": "2024-03-04T18:00:00Z", "source": "Harbour Courier"}
    return replace(base, id=name, **{**known, **fields})  # type: ignore[arg-type]


class Shelf:
    """A catalogue with its families settled."""

    def __init__(self, path: Path) -> None:
        self.catalog = Catalog(path, create=True)

    def put(self, *articles: Article) -> "Shelf":
        for a in articles:
            self.catalog.put_article(a, "f", None, fingerprint(a), key_of(a.text))
        settle(self.catalog.families)
        return self

    def remove(self, article_id: str) -> "Shelf":
        self.catalog.delete_article(article_id)
        return self.put()

    def members(self) -> dict[str, Member]:
        return {m.article_id: m for m in self.catalog.families.members(several=False)}

    def roles(self) -> dict[str, tuple[str, str]]:
        return {name: (m.family, m.role) for name, m in self.members().items()}


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path / "catalog.sqlite")
    yield made
    made.catalog.close()

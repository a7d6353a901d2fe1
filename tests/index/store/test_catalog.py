"""The catalogue: articles as they were put in, families by text, limits by day and outlet."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from index.families import settle
from index.models.chunker import Chunker
from index.models.hashed import HashedWordsEmbedder
from index.store.catalog import Catalog
from index.types import Article

InThreads = Callable[[int, Callable[[int], object]], None]

BOMB = Article(
    "bomb", "Bomb on a bridge", "A bomb went off. Nobody was hurt.", "2024-02-02T08:00:00Z", "SPA"
)
COPY = replace(BOMB, id="bomb-copy", title="Bridge", published="2024-02-03", source="Ledger")
STORM = Article(
    "storm", "Storm", "A storm came.", "2024-02-05", "Radio Sörva", "https://x", "A. B.", "en"
)
UNDATED = Article("old", "Old", "No day is known.")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.sqlite", create=True)
    yield opened
    opened.close()


def fill(catalog: Catalog, *articles: Article) -> None:
    for article in articles:
        digest = sha256(article.text.encode()).digest()
        catalog.put_article(article, "/news.jsonl", 7, b"fingerprint of " + digest, digest)
    for article_id in settle(catalog.families):
        catalog.drop_chunks(article_id)
    for article_id in catalog.unchunked_originals():
        stored = catalog.article(article_id)
        assert stored is not None
        catalog.put_chunks(Chunker(HashedWordsEmbedder(), 48).chunk(stored))
    catalog.commit()


def test_an_article_comes_back_as_it_was_put_in(catalog: Catalog) -> None:
    fill(catalog, BOMB, STORM, UNDATED)
    assert [catalog.article(a.id) for a in (BOMB, STORM, UNDATED)] == [BOMB, STORM, UNDATED]
    assert catalog.article("none") is None
    assert catalog.place("storm") == ("/news.jsonl", 7)
    assert list(catalog.articles()) == [BOMB, UNDATED, STORM]
    assert catalog.fingerprint("none") is None
    with pytest.raises(KeyError, match="none"):
        catalog.place("none")


def test_acronyms_are_those_that_most_articles_give(catalog: Catalog) -> None:
    health = "The United Harbour Health Council (UHHC) met."
    texts = (health, health + " Again.", "The Upper Harbour Holiday Club (UHHC) met.")
    for number, text in enumerate(texts):
        fill(catalog, Article(str(number), "Meeting", text))
    assert catalog.glosses.long_form("UHHC") == "United Harbour Health Council"
    assert catalog.glosses.short_form("Upper Harbour Holiday Club") == "UHHC"
    assert catalog.glosses.long_form("WHO") is None
    for number in ("0", "1"):
        catalog.delete_article(number)
    assert catalog.glosses.long_form("UHHC") == "Upper Harbour Holiday Club"
    assert catalog.glosses.short_form("United Harbour Health Council") is None


def test_a_catalogue_without_acronyms_gets_them_when_it_is_written_to(tmp_path: Path) -> None:
    path = tmp_path / "earlier.sqlite"
    written = Catalog(path, create=True)
    fill(written, Article("1", "Meeting", "The United Harbour Health Council (UHHC) met."))
    written.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE glosses")
    reading = Catalog(path, read_only=True)
    assert reading.glosses.long_form("UHHC") is None
    reading.close()
    for _ in range(2):
        writing = Catalog(path)
        assert writing.glosses.long_form("UHHC") == "United Harbour Health Council"
        writing.commit()
        writing.close()


def test_chunks_are_slices_of_the_stored_text(catalog: Catalog) -> None:
    text = "😀 A bomb went off in Ärhus. Nobody was hurt, they said. " * 12
    fill(catalog, replace(BOMB, text=text.strip()))
    ids = catalog.chunk_ids(["bomb"])
    assert len(ids) > 1
    assert ids == catalog.chunk_ids() == [f"bomb:{n}" for n in range(len(ids))]
    for chunk_id in ids:
        chunk = catalog.chunk(chunk_id).chunk
        assert text[chunk.start : chunk.end] == chunk.text
        assert chunk.article_id == "bomb"
    with pytest.raises(KeyError, match="bomb:99"):
        catalog.chunk("bomb:99")


def test_a_chunked_article_is_read_as_the_chunker_cut_it(catalog: Catalog) -> None:
    fill(catalog, BOMB)
    assert catalog.chunked("bomb") == Chunker(HashedWordsEmbedder(), 48).chunk(BOMB)


def test_the_earliest_is_the_original_whatever_came_first(catalog: Catalog) -> None:
    fill(catalog, COPY)
    assert catalog.counts() == (1, 0, 1)
    fill(catalog, BOMB, STORM)
    assert catalog.counts() == (3, 1, 2)
    assert catalog.family("bomb") == [BOMB, COPY]
    assert catalog.family("bomb-copy") == []
    assert catalog.chunk_ids(["bomb-copy"]) == []
    with pytest.raises(KeyError, match="bomb-copy"):
        catalog.sentences("bomb-copy")


def test_an_undated_article_is_never_the_original_of_a_dated_one(catalog: Catalog) -> None:
    fill(catalog, replace(BOMB, id="a", published=None), COPY)
    assert [a.id for a in catalog.family("bomb-copy")] == ["bomb-copy", "a"]


def test_articles_of_one_moment_are_ordered_by_id(catalog: Catalog) -> None:
    fill(catalog, replace(BOMB, id="b"), replace(BOMB, id="a"))
    assert [a.id for a in catalog.family("a")] == ["a", "b"]


def test_a_deleted_article_leaves_its_copy_to_become_the_original(catalog: Catalog) -> None:
    fill(catalog, BOMB, COPY)
    catalog.delete_article("bomb")
    fill(catalog)
    assert catalog.counts() == (1, 0, 1)
    assert catalog.family("bomb-copy") == [COPY]


@pytest.mark.parametrize(
    ("first", "last", "sources", "expected"),
    [
        ("2024-02-02", "2024-02-02", [], {"bomb": "bomb"}),
        ("2024-02-03", "2024-02-03", [], {"bomb": "bomb-copy"}),
        ("2024-02-03", None, [], {"bomb": "bomb-copy", "storm": "storm"}),
        (None, "2024-02-02", [], {"bomb": "bomb"}),
        ("2024-02-06", None, [], {}),
        (None, None, ["Ledger"], {"bomb": "bomb-copy"}),
        (None, None, ["Ledger", "Radio Sörva"], {"bomb": "bomb-copy", "storm": "storm"}),
        (None, None, ["Nobody's News"], {}),
        ("2024-02-04", None, ["Ledger"], {}),
    ],
)
def test_limits(
    catalog: Catalog,
    first: str | None,
    last: str | None,
    sources: list[str],
    expected: Mapping[str, str],
) -> None:
    fill(catalog, BOMB, COPY, STORM, UNDATED)
    assert catalog.matching(first, last, sources) == {
        chunked: frozenset([inside]) for chunked, inside in expected.items()
    }


def test_every_member_inside_the_limits_is_named(catalog: Catalog) -> None:
    fill(catalog, BOMB, COPY, STORM, UNDATED)
    assert catalog.matching(None, "2024-02-05", []) == {
        "bomb": {"bomb", "bomb-copy"},
        "storm": {"storm"},
    }


def test_what_the_archive_holds(catalog: Catalog) -> None:
    fill(catalog, BOMB, COPY, STORM, UNDATED)
    assert catalog.days() == ("2024-02-02", "2024-02-05")
    assert catalog.sources() == [("Ledger", 1), ("Radio Sörva", 1), ("SPA", 1)]
    assert [a.id for a in catalog.recent_originals(2)] == ["storm", "bomb"]


def test_an_empty_catalogue(catalog: Catalog) -> None:
    assert catalog.counts() == (0, 0, 0)
    assert catalog.days() == (None, None)
    assert catalog.sources() == []
    assert catalog.matching(None, None, ["SPA"]) == {}


def test_several_threads_may_read(tmp_path: Path, in_threads: InThreads) -> None:
    written = Catalog(tmp_path / "catalog.sqlite", create=True)
    fill(written, BOMB, COPY, STORM)
    written.close()
    catalog = Catalog(tmp_path / "catalog.sqlite", read_only=True)

    def read(_: int) -> None:
        for _ in range(200):
            assert catalog.article("storm") == STORM
            assert catalog.family("bomb") == [BOMB, COPY]

    in_threads(6, read)
    catalog.close()

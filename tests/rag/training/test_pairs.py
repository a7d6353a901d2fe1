"""Pairs leave out what is held back; no copy or version is a negative of its own story."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.build import build_archive
from index.models.train import TrainingPair, in_batches
from index.settings import Settings
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.store.lexical import LexicalIndex
from index.types import Article
from rag.training.pairs import PairMaker, has_headline, is_held_back

PLACES = "Selm Vardena Ostrel Karith Morund Telsin Hask Brevo Dunmere Folk".split()
THINGS = "ferry bridge tunnel harbour market school".split()


@pytest.fixture(scope="module")
def maker(
    tmp_path_factory: pytest.TempPathFactory,
    write_lines: Callable[..., Path],
    hashed_settings: Settings,
) -> Iterator[PairMaker]:
    """Sixty stories, each of them in two papers word for word."""
    folder = tmp_path_factory.mktemp("pairs")
    articles = [
        {
            "id": f"{place}-{thing}-{paper}",
            "title": f"{thing} of {place} opens again",
            "text": f"The {thing} at {place} is open, says a {place} man of the {thing} trade, "
            f"after {len(place) * 7 + n} days on which the {thing} was shut to {place} people.",
            "source": paper,
        }
        for place in PLACES
        for n, thing in enumerate(THINGS)
        for paper in ("Courier", "Gazette")
    ]
    archive = folder / "archive"
    build_archive(archive, [write_lines(folder / "a.jsonl", *articles)], settings=hashed_settings)
    generation = ArchiveFolder(archive).current()
    catalog = Catalog(generation.catalog, read_only=True)
    yield PairMaker(catalog, LexicalIndex(generation.lexical), seed=1)
    catalog.close()


def test_pairs_are_of_a_story_and_negatives_of_another(maker: PairMaker) -> None:
    pairs = maker.pairs(1_000)
    assert len(pairs) >= 20
    for pair in pairs:
        assert pair.family != pair.other
        assert not is_held_back(pair.family) and not is_held_back(pair.other)
        assert pair.positive != pair.negative
    # A copy is no story of its own: one pair for the two papers.
    headlines = [pair.anchor for pair in pairs]
    assert len(headlines) == len(set(headlines))
    assert len(maker.pairs(5)) == 5


def test_negatives_share_words(maker: PairMaker) -> None:
    """Names of places and things: by chance alone one negative in seven has one of its anchor's."""
    telling = {word.lower() for word in (*PLACES, *THINGS)}
    pairs = maker.pairs(1_000)
    sharing = [
        pair
        for pair in pairs
        if telling & set(pair.anchor.lower().split()) & set(pair.negative.lower().split())
    ]
    assert len(sharing) > len(pairs) / 4


def test_batches_hold_no_story_twice() -> None:
    pairs = [
        TrainingPair(f"a{n}", f"p{n}", f"n{n}", family=f"f{n % 20}", other=f"f{(n + 1) % 20}")
        for n in range(100)
    ]
    batches = in_batches(pairs, 8, seed=0)
    assert batches and all(len(batch) == 8 for batch in batches)
    for batch in batches:
        families = [pair.family for pair in batch]
        assert len(set(families)) == 8
        assert not {pair.other for pair in batch} & set(families)
    assert in_batches(pairs, 8, seed=0) == batches
    assert in_batches([], 8, seed=0) == []


def test_a_fifth_is_held_back_and_always_the_same() -> None:
    held = [n for n in range(2_000) if is_held_back(f"article-{n}")]
    assert 300 < len(held) < 500
    assert held == [n for n in range(2_000) if is_held_back(f"article-{n}")]


def test_a_title_out_of_the_text_is_no_headline() -> None:
    text = "The ferry ran aground on Monday."
    assert has_headline(Article("1", "Ferry aground", text))
    assert not has_headline(Article("1", "The ferry ran…", text))
    assert not has_headline(Article("1", "", text))

"""Words: tantivy on disk, the same analysis for articles and questions."""

from math import log
from pathlib import Path

import pytest

from index.store.lexical import LexicalIndex, Synonyms
from index.types import Chunk

ROWS = [
    (Chunk("a:0", "a", 0, 1, "Two rockets were launched towards the base."), "Rocket strike"),
    (Chunk("a:1", "a", 0, 1, "Nobody claimed the attack."), "Rocket strike"),
    (Chunk("b:x:0", "b:x", 0, 1, "The café's owner claims damages."), "Court"),
]


def filled(folder: Path, *rows: tuple[Chunk, str]) -> LexicalIndex:
    opened = LexicalIndex(folder / "lexical")
    opened.add(rows)
    opened.commit()
    return opened


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    return filled(tmp_path, *ROWS)


def found(index: LexicalIndex, question: str, **limits: object) -> list[str]:
    return [chunk_id for chunk_id, _ in index.search(index.words(question), 10, **limits)]  # type: ignore[arg-type]


def test_words_are_found_in_every_form(index: LexicalIndex) -> None:
    assert found(index, "Who was claiming it?") == ["a:1", "b:x:0"]
    assert found(index, "LAUNCHED rocket")[0] == "a:0"
    assert found(index, "Cafe") == ["b:x:0"]
    assert found(index, "cafe\u0301") == ["b:x:0"]


def test_a_headline_counts(index: LexicalIndex) -> None:
    assert set(found(index, "strike")) == {"a:0", "a:1"}
    assert found(index, "court") == ["b:x:0"]


def test_a_headline_counts_for_what_the_text_does_not_say(tmp_path: Path) -> None:
    index = filled(
        tmp_path,
        (Chunk("neither", "neither", 0, 1, "A claim was made."), "Court"),
        (Chunk("headline", "headline", 0, 1, "A claim was made."), "Ferry"),
        (Chunk("text", "text", 0, 1, "A ferry was made."), "Court"),
        (Chunk("both", "both", 0, 1, "A ferry was made."), "Ferry"),
    )
    scores = dict(index.search(["ferri"], 10))
    assert scores["both"] == pytest.approx(scores["text"])  # once, not twice
    assert scores["text"] > scores["headline"] > 0
    assert "neither" not in scores
    assert set(dict(index.search(["ferri"], 10, headlines=False))) == {"text", "both"}


def test_more_of_the_words_score_higher(index: LexicalIndex) -> None:
    scores = dict(index.search(index.words("attack claimed by nobody"), 10))
    assert scores["a:1"] > scores["b:x:0"] > 0


def test_of_several_names_for_the_same_the_best_counts_alone(tmp_path: Path) -> None:
    index = filled(
        tmp_path,
        (Chunk("one", "one", 0, 1, "Danish boats sailed."), "Boats"),
        (Chunk("all", "all", 0, 1, "Denmark Danes sailed."), "Boats"),
        (Chunk("half", "half", 0, 1, "United boats sailed."), "Boats"),
    )
    names = Synonyms(("danish",), (("denmark",), ("dane",), ("unit", "kingdom")))
    scores = dict(index.search([], 10, synonyms=[names]))
    assert scores["one"] > scores["all"] > 0  # 0.8 for another name, however many there are
    assert "half" not in scores  # of a name of two words, both are needed


@pytest.mark.parametrize(
    "question",
    ["", "?", "😀", "\u0301", '+-:"()*^~[]{}!/\\', "   ", "\x00", "x" * 5_000],
)
def test_nothing_to_look_for(index: LexicalIndex, question: str) -> None:
    assert found(index, question) == []


@pytest.mark.parametrize(
    "question",
    [
        '"rockets',
        "title:rockets",
        "rockets AND NOT base",
        "+rockets -launched",
        "(rockets*",
        "rockets~2",
    ],
)
def test_query_syntax_is_only_words(index: LexicalIndex, question: str) -> None:
    assert found(index, question)[0] == "a:0"


def test_a_search_can_be_limited_to_articles(index: LexicalIndex) -> None:
    assert found(index, "claimed", article_ids={"b:x"}) == ["b:x:0"]
    assert found(index, "claimed", article_ids=["none"]) == []
    assert found(index, "claimed", article_ids=[]) == []
    free = dict(index.search(["claim"], 10))
    limited = dict(index.search(["claim"], 10, {"b:x"}))
    assert limited["b:x:0"] == pytest.approx(free["b:x:0"])


def test_only_so_many_are_found(index: LexicalIndex) -> None:
    assert len(index.search(["claim"], 1)) == 1
    assert index.search(["claim"], 0) == []


def test_deleted_articles_are_not_found(index: LexicalIndex) -> None:
    index.delete(["a"])
    index.add([(Chunk("a:0", "a", 0, 1, "A rocket again."), "New")])
    index.commit()
    assert index.count() == 2
    assert found(index, "rocket") == ["a:0"]
    assert found(index, "nobody") == []


def test_the_index_outlives_its_process(index: LexicalIndex, tmp_path: Path) -> None:
    again = LexicalIndex(tmp_path / "lexical")
    assert again.count() == 3
    assert found(again, "rockets") == found(index, "rockets")


def test_the_weight_of_a_word_is_its_inverse_document_frequency(index: LexicalIndex) -> None:
    assert index.weight("rocket") == pytest.approx(log(1 + (3 - 1 + 0.5) / 1.5))
    assert index.weight("unheard") == pytest.approx(log(1 + 3.5 / 0.5))
    assert index.weight("unheard") > index.weight("rocket") > index.weight("claim") > 0


def test_a_word_of_deleted_chunks_keeps_a_weight_above_zero(index: LexicalIndex) -> None:
    for version in range(12):
        index.delete(["a"])
        index.add([(Chunk("a:0", "a", 0, 1, f"rocket number {version}"), "New")])
        index.commit()
    assert index.count() == 2
    assert 0 < index.weight("rocket") < index.weight("unheard")


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    empty = filled(tmp_path)
    assert empty.count() == 0
    assert found(empty, "rockets") == []
    assert empty.weight("rocket") > 0


def test_words_of_a_question_each_once(index: LexicalIndex) -> None:
    assert index.words("Attacks, attacked; ATTACK on bases") == ["attack", "on", "base"]

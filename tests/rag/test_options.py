"""Each part of the retrieval can be switched off, and then does nothing."""

from collections.abc import Callable
from dataclasses import fields

import pytest

from rag import Archive, Query, QuestionError, RetrievalOptions
from rag.options import EVERYTHING, PARTS

Understand = Callable[..., Query]


def articles(archive: Archive, question: str, off: str | None = None, **more: object) -> list[str]:
    options = EVERYTHING.without(off) if off else EVERYTHING
    found = archive.search(question, options=options, **more)  # type: ignore[arg-type]
    return list(dict.fromkeys(passage.article.id for passage in found))


def test_all_parts_are_on_and_described() -> None:
    assert all(getattr(EVERYTHING, part) is True for part in PARTS)
    assert set(PARTS) == {field.name for field in fields(RetrievalOptions)}
    assert all(PARTS.values())


def test_one_part_is_off_at_a_time() -> None:
    for part in PARTS:
        less = EVERYTHING.without(part)
        assert [name for name in PARTS if not getattr(less, name)] == [part]


@pytest.mark.parametrize("part", ["colour", "without", ""])
def test_a_part_that_is_none_is_named(part: str) -> None:
    with pytest.raises(QuestionError, match=r"is no part; choose from words, vectors"):
        EVERYTHING.without(part)


def test_words_and_vectors_cannot_both_be_off() -> None:
    with pytest.raises(QuestionError, match="words and vectors are both off; leave one"):
        RetrievalOptions(words=False, vectors=False)


@pytest.mark.parametrize(
    ("off", "left"), [("words", {"vectors", "sentences"}), ("vectors", {"words"})]
)
def test_without_words_or_vectors_the_other_ranks_alone(
    opened: Archive, off: str, left: set[str]
) -> None:
    found = opened.search("Which ferry ran aground?", options=EVERYTHING.without(off))
    assert {name for passage in found for name in passage.found_by} == left


def test_without_sentences_chunks_alone_are_near(opened: Archive) -> None:
    question = "Which ferry ran aground?"
    found = opened.search(question, options=EVERYTHING.without("sentences"))
    assert {name for passage in found for name in passage.found_by} == {"words", "vectors"}
    assert found != opened.search(question)


def test_without_headlines_a_word_of_the_headline_finds_nothing(opened: Archive) -> None:
    # "runs" stands in the headline alone; the text has "ran".
    assert articles(opened, "runs", ranking="words") == ["ferry"]
    assert articles(opened, "runs", "headlines", ranking="words") == []


def test_without_content_words_stop_words_are_looked_up(opened: Archive) -> None:
    assert articles(opened, "What was the lighthouse?", ranking="words") == ["undated"]
    assert len(articles(opened, "What was the lighthouse?", "content_words", ranking="words")) > 1


def test_without_sub_questions_the_whole_alone_is_searched(opened: Archive) -> None:
    question = "Which came first: the long debate of the council, or the sale of the lighthouse?"
    whole = opened.search(question, options=EVERYTHING.without("sub_questions"))
    both = opened.search(question)
    assert [p.score for p in both] != [p.score for p in whole]
    by_parts = {passage.article.id: passage.score for passage in both}
    assert all(by_parts[passage.article.id] >= passage.score for passage in whole)


def test_without_follow_ups_a_question_stays_as_it_was_asked(opened: Archive) -> None:
    history = [{"role": "user", "content": "What happened to the ferry Ostrel?"}]
    assert articles(opened, "When was it?", history=history)[0] == "ferry"
    answer = opened.ask("When was it?", history=history, options=EVERYTHING.without("follow_ups"))
    assert answer.query.standalone == "When was it?"


@pytest.mark.parametrize(
    ("off", "days", "sources"),
    [
        (None, "2024-02-29", ("Harbour Courier",)),
        ("dates", None, ("Harbour Courier",)),
        ("outlets", "2024-02-29", ()),
    ],
)
def test_without_a_filter_the_words_that_name_it_filter_nothing(
    understand: Understand, off: str | None, days: str | None, sources: tuple[str, ...]
) -> None:
    query = understand(
        "What did the Harbour Courier report in March 2024?",
        newest="2024-04-01",
        outlets=("Harbour Courier", "Radio Sorva"),
        options=EVERYTHING.without(off) if off else EVERYTHING,
    )
    assert (query.filters.published_from, query.filters.sources) == (days, sources)

"""Retrieval: limits, copies, scores, and questions of any shape."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build import build_archive
from index.settings import Settings
from rag import Archive, Filters, Passage, QuestionError
from rag.options import EVERYTHING
from rag.retrieval.fusion import Hit, by_time, with_reports

Ids = list[str]


def ids(passages: tuple[Passage, ...]) -> Ids:
    return [passage.article.id for passage in passages]


def check(passages: tuple[Passage, ...]) -> None:
    """Whatever was asked: exact text, scores in [0, 1] going down, each text once."""
    scores = [passage.score for passage in passages]
    assert all(0 <= score <= 1 for score in scores)
    assert scores == sorted(scores, reverse=True)
    assert [passage.rank for passage in passages] == list(range(1, len(passages) + 1))
    for passage in passages:
        assert passage.article.text[passage.start : passage.end] == passage.text
        assert passage.found_by
        assert set(passage.found_by) <= {"words", "vectors", "sentences"}
        assert passage.article not in passage.also_in
        assert all(copy.text == passage.article.text for copy in passage.also_in)
    places = [(passage.article.text, passage.start) for passage in passages]
    assert len(places) == len(set(places))


def test_the_article_with_the_words_comes_first(opened: Archive) -> None:
    passages = opened.search("Which ferry ran aground?")
    check(passages)
    assert passages[0].article.id == "ferry"
    assert passages[0].found_by == {"words": 1, "vectors": 1, "sentences": 1}


def test_a_copy_is_named_beside_its_original_and_has_no_place_of_its_own(opened: Archive) -> None:
    passages = opened.search("ferry Ostrel aground", top_k=50)
    assert ids(passages).count("ferry") == 1
    assert "ferry-copy" not in ids(passages)
    assert [article.id for article in passages[0].also_in] == ["ferry-copy"]
    assert [article.source for article in passages[0].also_in] == ["Radio Sorva"]


def test_what_is_outside_the_limits_that_were_read_counts_half(opened: Archive) -> None:
    question = "What did the Harbour Courier report of the council budget of Selm?"
    passages = opened.search(question)
    check(passages)
    assert not passages[0].outside
    assert {"budget", "undated"} == {p.article.id for p in passages if p.outside}
    inside = opened.search(question, options=EVERYTHING.without("beyond"))
    assert set(ids(inside)) == {"ferry", "storm"}
    without = opened.search(question, options=EVERYTHING.without("outlets"))
    whole = {passage.article.id: passage.score for passage in without}
    assert next(p.score for p in passages if p.article.id == "budget") < 0.6 * whole["budget"]
    own = opened.search(question, sources=["Harbour Courier"])
    assert set(ids(own)) == {"ferry", "storm"}  # what the user sets is never left


def test_each_report_is_looked_for_by_itself(opened: Archive) -> None:
    question = (
        "Did the Harbour Courier report on the ferry Ostrel off Selm with 40 passengers, and the "
        "Vardena Gazette report on the council?"
    )
    passages = opened.search(question)
    assert set(ids(passages)[:2]) == {"ferry", "budget"}
    together = opened.search(question, options=EVERYTHING.without("reports"))
    budget = [
        next(p.score for p in found if p.article.id == "budget") for found in (passages, together)
    ]
    assert budget[0] > budget[1]  # the best of its report, however little of the question it is


def test_the_report_that_is_found_most_surely_comes_first() -> None:
    unsure = [Hit("a:0", 1.0, {}), Hit("a:1", 0.99, {}), Hit("b:0", 0.95, {})]
    sure = [Hit("c:0", 0.98, {}), Hit("c:1", 0.97, {}), Hit("d:0", 0.4, {})]
    hits = with_reports([Hit("e:0", 1.0, {}), *unsure[1:]], [unsure, sure, []])
    # By the lead over the next article, not over another chunk of the same one.
    assert [hit.chunk_id for hit in hits] == ["c:0", "c:1", "a:0", "a:1", "b:0", "e:0", "d:0"]
    assert all(0 <= hit.score <= 1 for hit in hits)
    alone = with_reports([], [[Hit("a:0", 0.9, {})]])
    assert [hit.score for hit in alone] == [0.9]  # nothing else in its limits


def test_the_newest_or_the_oldest_to_the_point_first() -> None:
    hits = [Hit("old", 1.0, {}), Hit("new", 0.95, {}), Hit("far", 0.5, {}), Hit("undated", 0.9, {})]
    days = {"old": "2024-01-01", "new": "2024-03-01T10:00:00Z", "far": "2024-09-01"}
    assert [hit.chunk_id for hit in by_time(hits, days, newest=True)][0] == "new"
    assert [hit.chunk_id for hit in by_time(hits[::-1], days, newest=False)][0] == "old"
    assert [hit.chunk_id for hit in by_time(hits, days, newest=True)][-1] == "far"
    assert by_time([], {}, newest=True) == []


@pytest.mark.parametrize("ranking", ["fused", "words", "vectors"])
@pytest.mark.parametrize(
    ("first", "last", "sources", "expected"),
    [
        (None, None, (), ["budget", "ferry", "storm", "undated"]),
        ("2024-03-04", "2024-03-05", (), ["budget", "ferry"]),
        ("2024-03-04", "2024-03-04", (), ["ferry"]),
        ("2024-03-05", "2024-03-05", (), ["budget"]),  # half an hour before midnight
        ("2024-03-06", "2024-03-06", (), ["ferry-copy"]),
        ("2024-03-05", None, (), ["budget", "ferry-copy", "storm"]),
        (None, "2024-03-04", (), ["ferry"]),
        ("2024-04-02", None, (), []),
        (None, None, ("Harbour Courier",), ["ferry", "storm"]),
        (None, None, ("Radio Sorva",), ["ferry-copy"]),
        (None, None, ("radio sorva", "Vardena Gazette"), ["budget", "ferry-copy", "undated"]),
        (None, None, ("The Daily Nothing",), []),
        ("2024-03-05", "2024-03-31", ("Harbour Courier",), []),
    ],
)
def test_limits(
    opened: Archive,
    ranking: str,
    first: str | None,
    last: str | None,
    sources: tuple[str, ...],
    expected: Ids,
) -> None:
    passages = opened.search(
        "ferry budget storm lighthouse of Selm",
        published_from=first,
        published_to=last,
        sources=sources,
        ranking=ranking,  # type: ignore[arg-type]
    )
    check(passages)
    assert sorted(ids(passages)) == expected


def test_the_copy_inside_the_limits_is_shown_and_its_original_named(opened: Archive) -> None:
    (passage,) = opened.search("ferry aground", sources=["Radio Sorva"])
    assert (passage.article.id, passage.article.source) == ("ferry-copy", "Radio Sorva")
    assert [article.id for article in passage.also_in] == ["ferry"]


def test_the_copy_inside_the_limits_is_cited(opened: Archive) -> None:
    answer = opened.ask(
        "Where did the ferry Ostrel run aground?", filters=Filters(sources=("Radio Sorva",))
    )
    assert not answer.refused, answer.reason
    assert {citation.article.id for citation in answer.citations} == {"ferry-copy"}
    assert [a.id for a in answer.citations[0].also_in] == ["ferry"]


def test_rankings_by_one_kind_alone(opened: Archive) -> None:
    words = opened.search("storm harbour", ranking="words")
    assert ids(words) == ["storm"]
    assert words[0].found_by == {"words": 1}
    vectors = opened.search("storm harbour", ranking="vectors")
    assert sorted(ids(vectors)) == ["budget", "ferry", "storm", "undated"]
    assert vectors[0].article.id == "storm"
    assert all(set(passage.found_by) == {"vectors"} for passage in vectors)
    check(words)
    check(vectors)


def test_a_chunk_asked_for_word_for_word_scores_at_most_one(opened: Archive) -> None:
    for ranking in ("fused", "words", "vectors"):
        passages = opened.search(
            "Storm closes the harbour (2024-04-01) A storm closed the harbour of Selm for two "
            "days. Fishing boats stayed in port.",
            ranking=ranking,  # type: ignore[arg-type]
        )
        check(passages)
        assert passages[0].article.id == "storm"
        assert passages[0].score > 0.5


def test_the_same_question_has_the_same_answer(news_archive: Path, opened: Archive) -> None:
    expected = [opened.search("news of Selm") for _ in range(3)]
    with Archive.open(news_archive) as again:
        expected.append(again.search("news of Selm"))
    assert all(found == expected[0] for found in expected)


def test_only_so_many_passages(opened: Archive) -> None:
    assert len(opened.search("Selm", top_k=2)) == 2
    assert len(opened.search("Selm", top_k=5_000)) == 4
    with pytest.raises(QuestionError, match="top_k is 0"):
        opened.search("Selm", top_k=0)
    with pytest.raises(QuestionError, match="ranking is 'best'.*'fused', 'words' or 'vectors'"):
        opened.search("Selm", ranking="best")  # type: ignore[arg-type]


@pytest.mark.parametrize("ranking", ["fused", "words", "vectors"])
@pytest.mark.parametrize(
    "question",
    [
        "who was it?",
        "the of and to a",
        '+ferry -budget :storm "aground" (Selm) title:ferry* AND OR NOT ~2 ^3 \\ / [a TO b]',
        '+-:"()*^~[]{}!?',
        "🚢 ferry 🌊",
        "😀",
        "\u0301\u20dd",
        "渡轮在哪里搁浅？",
        "أين جنحت العبارة؟",
        "ferry\x00 \u200b\udc80aground",
        "ferry\n\n\taground",
        "x" * 4_000,
        "ferry " * 666,
        "'; DROP TABLE articles; --",
    ],
)
def test_questions_of_any_shape(opened: Archive, question: str, ranking: str) -> None:
    passages = opened.search(question, ranking=ranking)  # type: ignore[arg-type]
    check(passages)
    if "ferry" in question:
        assert passages[0].article.id == "ferry"


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(min_size=1, max_size=200).filter(lambda text: any(c.isalnum() for c in text)))
def test_no_question_breaks_the_search(opened: Archive, question: str) -> None:
    check(opened.search(question))


@pytest.mark.parametrize("question", ["", "  \n ", "\u200b\x00"])
def test_an_empty_question(opened: Archive, question: str) -> None:
    for ask in (opened.search, opened.ask):
        with pytest.raises(QuestionError, match="the question is empty"):
            ask(question)


def test_a_question_that_is_too_long(opened: Archive) -> None:
    for ask in (opened.search, opened.ask):
        with pytest.raises(QuestionError, match="4001 characters; at most 4000"):
            ask("x" * 4_001)


@pytest.mark.parametrize(
    "day", ["yesterday", "2024-02-30", "2024-3-4", "20240304", "", "2024-03-04T10"]
)
def test_a_day_that_is_none(opened: Archive, day: str) -> None:
    with pytest.raises(QuestionError, match="from: .* is no day; write it as YYYY-MM-DD"):
        opened.search("ferry", published_from=day)
    with pytest.raises(QuestionError, match="to: "):
        opened.search("ferry", published_to=day)
    with pytest.raises(QuestionError, match="asked: "):
        opened.ask("ferry?", asked=day)


@pytest.mark.parametrize("day", [date(2024, 3, 4), datetime(2024, 3, 4, 12, tzinfo=UTC)])
def test_a_day_may_be_a_date(opened: Archive, day: date) -> None:
    written = opened.search("ferry", published_from="2024-03-04", published_to="2024-03-04")
    assert written
    assert opened.search("ferry", published_from=day, published_to=day) == written
    assert Filters(day, day) == Filters("2024-03-04", "2024-03-04")
    assert opened.understand("Where was the ferry last week?", asked=day).asked == "2024-03-04"


def test_one_outlet_needs_no_list(opened: Archive) -> None:
    alone = opened.search("ferry", sources="Radio Sorva")
    assert {passage.article.source for passage in alone} == {"Radio Sorva"}
    assert alone == opened.search("ferry", sources=["Radio Sorva"])


def test_a_range_that_ends_before_it_begins(opened: Archive) -> None:
    with pytest.raises(QuestionError, match="2024-03-05 to 2024-03-04 ends before it begins"):
        opened.search("ferry", published_from="2024-03-05", published_to="2024-03-04")


def test_scores_stay_in_range_where_an_article_was_changed_many_times(
    tmp_path: Path, write_lines: Callable[..., Path], hashed_settings: Settings
) -> None:
    for version in range(6):
        source = write_lines(
            tmp_path / "a.jsonl",
            {"id": "a", "title": "Ferry", "text": f"Ferry report, version {version}."},
            {"id": "b", "title": "Storm", "text": "A storm came."},
        )
        build_archive(tmp_path / "archive", [source], settings=hashed_settings)
    with Archive.open(tmp_path / "archive") as archive:
        passages = archive.search("ferry report")
        check(passages)
        assert ids(passages) == ["a", "b"]
        assert passages[0].article.text == "Ferry report, version 5."


# -- the real model on the sample -------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who condemned the attacks on military bases in Iraq?", None),
        ("Which group said it had planted the bomb on the railway bridge?", "rail-bridge-bomb"),
        ("When will the airport tram open?", "airport-tram-delayed"),
        ("Who won the cup final?", "cup-final"),
    ],
)
def test_the_sample_with_the_real_model(
    opened_seeds: Archive, question: str, expected: str | None
) -> None:
    passages = opened_seeds.search(question)
    check(passages)
    first = passages[0].article
    assert (expected in first.id) if expected else first.title.startswith("Iraq military")


def test_meaning_finds_what_words_do_not(opened_seeds: Archive) -> None:
    question = "blast that interrupted the flow of fuel between two nations"
    passages = opened_seeds.search(question, ranking="vectors")
    assert "pipeline-blast" in passages[0].article.id


def test_limits_with_the_real_model(opened_seeds: Archive) -> None:
    passages = opened_seeds.search(
        "bomb on the bridge",
        published_from="2026-02-01",
        published_to="2026-02-03",
        sources=["The Evening Ledger (fictional sample)"],
    )
    check(passages)
    assert set(ids(passages)) == {"sample-2026-02-02-tchermej-bridge-ledger"}
    assert {a.id for a in passages[0].also_in} == {"sample-2026-02-02-rail-bridge-bomb"}

"""Limits read from the words: dropped, with a word about it, where nothing is inside of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.build import build_archive
from rag import Archive, Filters, Query
from rag.retrieval.limits import unlimited, within_archive
from rag.types import Inference

READ = Query(
    question="What did the Courier report in May?",
    standalone="What did the Courier report in May?",
    parts=("What did the Courier report in May?",),
    filters=Filters("2024-05-01", "2024-05-31", ("Courier",)),
    inferred=(Inference("dates", "published in May"), Inference("outlets", "by the Courier")),
)


def texts(query: Query) -> list[str]:
    return [inference.text for inference in query.inferred]


def test_limits_that_hold_something_stay() -> None:
    assert within_archive(READ, lambda filters: True) == READ


def test_days_are_dropped_before_outlets() -> None:
    found = within_archive(READ, lambda filters: not filters.published_from)
    assert found.filters == Filters(sources=("Courier",))
    assert texts(found) == [
        "not published in May: the archive has nothing there",
        "by the Courier",
    ]


def test_outlets_are_dropped_where_only_the_days_hold_something() -> None:
    found = within_archive(READ, lambda filters: not filters.sources)
    assert found.filters == Filters("2024-05-01", "2024-05-31")


def test_all_are_dropped_where_nothing_holds() -> None:
    found = within_archive(READ, lambda filters: False)
    assert found.filters == Filters()
    assert all(text.startswith("not ") for text in texts(found))


def test_what_the_user_set_is_never_dropped() -> None:
    own = Filters("2031-01-01", None, ("Courier",))
    query = Query("?", "?", ("?",), filters=own, required=own)
    assert within_archive(query, lambda filters: False).filters == own
    assert unlimited(query, "nothing there answers it").filters == own


def test_an_answer_leaves_limits_that_hold_no_answer(opened: Archive) -> None:
    question = (
        "What did Radio Sorva report of the budget of crowns that the council of Selm passed?"
    )
    answer = opened.ask(question)
    assert not answer.refused
    assert "9 million crowns" in answer.text
    assert "not reported by Radio Sorva: nothing there answers it" in texts(answer.query)
    refused = opened.ask(question, filters=Filters(sources=("Radio Sorva",)))
    assert "crowns" not in " ".join(sentence.text for sentence in refused.sentences)


def test_an_outlet_stays_where_only_the_days_were_misread(opened: Archive) -> None:
    query = opened.understand("What did the Harbour Courier report in March 2019?")
    assert query.filters == Filters(sources=("Harbour Courier",))


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (
            Filters("2024-03-20"),
            "Nothing that is published from 2024-03-20 answers this. Without that limit there is "
            "an answer, from 1 article.",
        ),
        (
            Filters("2031-01-01", None, ("Harbour Courier",)),
            "No article of the archive is published from 2031-01-01 and reported by Harbour "
            "Courier. Without that limit there is an answer, from 1 article.",
        ),
        (
            Filters(sources=("Harbor Courrier",)),
            'The archive has no outlet "Harbor Courrier"; the nearest name is "Harbour Courier". '
            "Without that limit there is an answer, from 1 article.",
        ),
        (
            Filters(sources=("Zzyx",)),
            'The archive has no outlet "Zzyx". Without that limit there is an answer, from 1 '
            "article.",
        ),
    ],
)
def test_a_refusal_says_what_the_users_limits_keep_out(
    opened: Archive, limits: Filters, reason: str
) -> None:
    question = "Where did the ferry Ostrel run aground?"
    answer = opened.ask(question, filters=limits)
    assert answer.refused
    assert answer.reason == reason
    assert not opened.ask(question).refused


def test_what_the_archive_has_nowhere_is_not_put_down_to_the_limits(opened: Archive) -> None:
    question = "Who won the Quidditch Trophy of Zanzibar?"
    limited = opened.ask(question, filters=Filters("2024-03-20"))
    assert limited.reason == opened.ask(question).reason


def test_an_empty_archive_says_so(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    build_archive(tmp_path / "archive", [tmp_path / "news"])
    with Archive.open(tmp_path / "archive") as archive:
        answer = archive.ask("Where did the ferry Ostrel run aground?")
    assert answer.reason == "The archive is empty: it has no article to answer from."


@pytest.fixture(scope="module")
def odd(archive_of: Callable[..., Path]) -> Iterator[Archive]:
    """An archive with an outlet that has an accent, and with a day that has not come."""
    records = (
        {"id": "ferry", "title": "Ferry", "text": "The ferry Ostrel ran aground off Selm.",
         "published": "2024-03-04", "source": "El País"},
        {"id": "embargo", "title": "Budget", "text": "The council of Selm passes its budget.",
         "published": "9999-12-31", "source": "Harbour Courier"},
    )  # fmt: skip
    with Archive.open(archive_of(*records)) as archive:
        yield archive


@pytest.mark.parametrize("outlet", ["El País", "EL PAÍS", "el país"])
def test_an_outlet_may_be_given_in_any_case(odd: Archive, outlet: str) -> None:
    found = odd.search("Where did the ferry run aground?", sources=outlet)
    assert [passage.article.id for passage in found] == ["ferry"]


def test_a_day_that_has_not_come_is_not_today(odd: Archive) -> None:
    read = odd.understand("Which ferry ran aground last week?")
    assert read.perhaps is not None
    assert read.perhaps[1] == "2024-03-04"


@pytest.mark.parametrize(
    "question", ["What ran aground since May?", "What did Selm pass this year?"]
)
def test_at_the_end_of_the_calendar_no_time_is_read(odd: Archive, question: str) -> None:
    assert odd.understand(question, asked="9999-12-31").near is None

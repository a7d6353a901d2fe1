"""Times in words: limits where they are clear, a leaning where they are not, nothing in names.

Times counted from an event are dated by the archive's own articles.
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import Archive
from rag.options import EVERYTHING
from rag.question.times import Times, near_event, read_order, read_times

AS_OF = "2024-09-10"


@pytest.mark.parametrize(
    ("question", "limit"),
    [
        ("What happened in August 2024?", ("2024-07-31", "2024-09-07")),
        ("What happened on 3 March 2024?", ("2024-03-02", "2024-03-10")),
        ("What happened between 3 and 10 March 2024?", ("2024-03-02", "2024-03-17")),
        ("How did prices move from March to May 2024?", ("2024-02-29", "2024-06-07")),
        ("Who resigned last month?", ("2024-07-10", "2024-09-10")),
        ("What was said yesterday?", ("2024-09-08", "2024-09-10")),
        ("What happened three weeks ago?", ("2024-08-13", "2024-09-10")),
        ("What happened on 2024-03-03?", ("2024-03-02", "2024-03-10")),
        (
            "What happened between 28 December 2023 and 3 January 2024?",
            ("2023-12-27", "2024-01-10"),
        ),
        ("What happened in September 2024?", ("2024-08-31", "2024-10-07")),
        ("Who was arrested on New Year's Eve 2023?", ("2023-12-30", "2024-01-07")),
        ("What happened over the weekend?", ("2024-09-06", "2024-09-10")),
    ],
)
def test_a_clear_time_is_a_limit(question: str, limit: tuple[str, str]) -> None:
    assert read_times(question, AS_OF, AS_OF) == Times(limit=limit)


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("Who resigned last month?", ("2024-07-10", "2024-09-10")),
        ("What was said yesterday?", ("2024-09-08", "2024-09-10")),
        ("Who resigned this year?", ("2024-01-01", "2024-09-10")),
        ("What has been said since Friday?", ("2024-09-06", "2024-09-10")),
    ],
)
def test_where_nobody_said_when_it_is_asked_it_perhaps_means_today(
    question: str, days: tuple[str, str]
) -> None:
    assert read_times(question, AS_OF) == Times(perhaps=days)


@pytest.mark.parametrize(
    ("question", "near"),
    [
        ("How many died since May?", ("2024-05-01", "2024-10-11")),
        ("When did they meet in March 2020?", ("2020-03-01", "2020-05-01")),
        ("Who led the party in 2019?", ("2019-01-01", "2020-01-31")),
        ("What happened on 3 March?", ("2024-03-03", "2024-04-03")),
        ("Who spoke in November?", ("2023-11-01", "2023-12-31")),
        ("What is the latest on the strike?", ("2024-08-13", "2024-09-10")),
        ("What has changed since the election in May?", ("2024-05-01", "2024-10-11")),
        ("What was known before 3 March?", ("2024-02-01", "2024-03-03")),
        ("What was decided between 28 December and 3 January?", ("2023-12-28", "2024-02-03")),
        ("Who resigned this year?", ("2024-01-01", "2024-09-10")),
        ("Who resigned last year?", ("2023-01-01", "2024-01-31")),
        ("Who has resigned in the last year?", ("2023-09-11", "2024-09-10")),
        ("Who has resigned over the past two years?", ("2022-09-11", "2024-09-10")),
        ("What happened two years ago today?", ("2022-03-13", "2023-03-12")),
        ("What happened 0 years ago?", ("2023-03-13", "2024-03-11")),
        ("What was built 999 decades ago?", ("0001-01-01", "0001-01-01")),
        ("What was built in the 1990s?", ("1990-01-01", "2000-01-31")),
        ("What happened on 20 September?", ("2023-09-20", "2023-10-21")),
        ("What has been said since Friday?", ("2024-09-06", "2024-09-10")),
    ],
)
def test_any_other_time_is_leant_to(question: str, near: tuple[str, str]) -> None:
    assert read_times(question, AS_OF, AS_OF) == Times(near=near)


@pytest.mark.parametrize(
    "question",
    [
        "Who won the 2019 election?",
        "What did the January 6 attack lead to?",
        "Where did the August 2020 storm hit?",
        "What did Theresa May say?",
        "May I ask who won?",
        "Will prices march on?",
        "What is in force on 31 June?",
        "Who won?",
        "What happened two days after the attack?",
        "Which was the first report on the fire?",
        "Who plays on Monday Night Football?",
        "What is planned for March 2031?",
        "Who won on the last day of the Tour?",
        "Who led in the last weeks of the war?",
        "What did USA Today report?",
        "Who hosts The Tonight Show?",
        "Why did 2000 people march?",
    ],
)
def test_a_time_in_a_name_says_nothing(question: str) -> None:
    assert read_times(question, AS_OF) == Times()


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("What is the latest on the strike?", "newest"),
        ("What did the most recent report say?", "newest"),
        ("What did the first reports say of the fire?", "oldest"),
        ("What was first reported about the fire?", "oldest"),
        ("Who was the first woman on the Moon?", None),
        ("Which came first, the vote or the fire?", None),
        ("What happened last?", None),
        ("What is to be paid by Friday at the latest?", None),
        ("What does the first article of the constitution say?", None),
    ],
)
def test_the_order_of_reports(question: str, order: str | None) -> None:
    assert read_order(question) == order


def test_a_day_that_is_given_leans_to_the_fortnight_before() -> None:
    assert read_times("Who won the derby?", AS_OF, AS_OF).near == ("2024-08-27", "2024-09-10")
    assert read_times("Who won the derby in 2011?", AS_OF, AS_OF).near == (
        "2011-01-01",
        "2012-01-31",
    )
    assert read_times("Who won the 2011 derby?", AS_OF, AS_OF) == Times()


def test_an_archive_without_dates_reads_no_time() -> None:
    assert read_times("What happened in August 2024?", None) == Times()


@given(st.text(), st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 1)))
def test_no_question_breaks_it(question: str, as_of: date) -> None:
    times = read_times(f"in {question} May 2020 or 30 February", as_of.isoformat())
    for days in (times.limit, times.near):
        assert days is None or days[0] <= days[1]


# -- counted from an event --------------------------------------------------------------------

ARTICLES = (
    ("2024-03-04", "Ferry aground", "The ferry Ostrel ran aground off Selm on Monday."),
    ("2024-03-09", "Ferry towed", "The Ostrel, the ferry that ran aground off Selm, was towed."),
    ("2024-05-01", "Fire in Garrow", "A fire burned the market hall of Garrow."),
)


@pytest.fixture(scope="module")
def archive(archive_of: Callable[..., Path]) -> Iterator[Archive]:
    records = [
        {"id": str(n), "title": title, "text": text, "published": day}
        for n, (day, title, text) in enumerate(ARTICLES)
    ]
    with Archive.open(archive_of(*records)) as archive:
        yield archive


@pytest.mark.parametrize(
    ("question", "near"),
    [
        ("What was said two days after the ferry ran aground?", ("2024-03-05", "2024-03-14")),
        ("Who came the day after the fire in Garrow?", ("2024-05-01", "2024-05-10")),
        ("Who came a week before the fire in Garrow?", ("2024-04-22", "2024-05-03")),
        ("3 months following the fire in Garrow, who was charged?", ("2024-07-07", "2024-08-29")),
    ],
)
def test_days_are_counted_from_the_first_report(
    archive: Archive, question: str, near: tuple[str, str]
) -> None:
    query = archive.understand(question)
    assert query.near == near
    assert [one.text for one in query.inferred if "is first told of on" in one.text]
    assert archive.understand(question, options=EVERYTHING.without("near")).near is None


@pytest.mark.parametrize(
    "question",
    [
        "What was said two days after the storm in Garrow?",  # the archive has none
        "What was said two days after that?",
        "What was said two days after Garrow?",  # a place is no event
        "What was said two days later?",
        "What was said after the fire in Garrow?",  # nothing is counted
    ],
)
def test_what_is_not_counted(archive: Archive, question: str) -> None:
    assert archive.understand(question).near is None


def test_a_count_beyond_the_calendar_is_left_out() -> None:
    class Early:
        def day_of(self, event: str) -> str:
            return "0001-01-02"

    assert near_event("What was 900 years before the fire in Garrow?", Early()) == Times()

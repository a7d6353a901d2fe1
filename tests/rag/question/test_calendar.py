"""Times in every common way of writing them, by property and by table."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.calendar import spoken_times

TODAY = date(2024, 8, 20)
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2049, 12, 31))


def _ordinal(day: int) -> str:
    last = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{'th' if 10 < day < 20 else last}"


# Every way in which one day is written.
WAYS = {
    "ISO": lambda d: d.isoformat(),
    "slashes": lambda d: f"{d:%Y/%m/%d}",
    "points": lambda d: f"{d.day}.{d.month}.{d.year}",
    "British": lambda d: f"{d.day} {d:%B} {d.year}",
    "American": lambda d: f"{d:%B} {d.day}, {d.year}",
    "short": lambda d: f"{d.day} {d:%b} {d.year}",
    "short, with a point": lambda d: f"{d:%b}. {d.day}, {d.year}",
    "ordinal": lambda d: f"{_ordinal(d.day)} {d:%B} {d.year}",
    "the … of": lambda d: f"the {_ordinal(d.day)} of {d:%B} {d.year}",
    "lower case": lambda d: f"{d.day} {d:%B} {d.year}".lower(),
}
RANGES = (
    "between {} and {}",
    "from {} to {}",
    "from {} until {}",
    "{}–{}",
    "{} - {}",
    "{} through {}",
)


def only(text: str, today: date = TODAY) -> tuple[date, date]:
    found = spoken_times(text, today)
    assert len(found) == 1, found
    return found[0].first, found[0].last


@pytest.mark.parametrize("way", WAYS)
@given(day=DAYS)
def test_a_day_in_every_way(way: str, day: date) -> None:
    assert only(f"What happened on {WAYS[way](day)}?") == (day, day)


@pytest.mark.parametrize("written", RANGES)
@pytest.mark.parametrize("way", [way for way in WAYS if way != "ISO"])
@given(first=DAYS, length=st.integers(min_value=1, max_value=400))
def test_a_range_of_days_in_every_way(written: str, way: str, first: date, length: int) -> None:
    last = first + timedelta(days=length)
    text = written.format(WAYS[way](first), WAYS[way](last))
    assert only(f"What was said {text}?") == (first, last)


@given(first=DAYS, length=st.integers(min_value=1, max_value=300))
def test_a_range_that_gives_its_year_once_may_cross_its_end(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    said = f"between {first.day} {first:%B} and {last.day} {last:%B} {last.year}"
    assert only(said) == (first, last)


@given(day=DAYS)
def test_two_days_of_one_month(day: date) -> None:
    later = day + timedelta(days=3)
    if later.month == day.month:
        month = f"{day:%B}"
        for text in (
            f"between {day.day} and {later.day} {month} {day.year}",
            f"{day.day}–{later.day} {month} {day.year}",
            f"{month} {day.day}-{later.day}, {day.year}",
            f"from the {_ordinal(day.day)} to the {_ordinal(later.day)} of {month} {day.year}",
        ):
            assert only(text) == (day, later)


@given(day=DAYS, today=DAYS)
def test_a_month_without_its_year_is_the_latest_that_had_begun(day: date, today: date) -> None:
    first, last = only(f"Who resigned in {day:%B}?", today)
    assert (first.month, last.month) == (day.month, day.month)
    assert first <= today < date(first.year + 1, first.month, 1)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("in August 2024", "2024-08-01", "2024-08-31"),
        ("in february 2024", "2024-02-01", "2024-02-29"),
        ("between 28 December and 3 January", "2023-12-28", "2024-01-03"),
        ("from November to January", "2023-11-01", "2024-01-31"),
        ("from December 2023 to January", "2023-12-01", "2024-01-31"),
        ("from late November to early January", "2023-11-21", "2024-01-11"),
        ("at the end of March 2024", "2024-03-21", "2024-03-31"),
        ("in early 2024", "2024-01-01", "2024-05-01"),
        ("in mid-2023", "2023-05-02", "2023-09-01"),
        ("in the summer of 2023", "2023-06-01", "2023-08-31"),
        ("over winter 2023", "2023-12-01", "2024-02-29"),
        ("in Q2 2024", "2024-04-01", "2024-06-30"),
        ("in the first quarter of 2024", "2024-01-01", "2024-03-31"),
        ("between 2019 and 2021", "2019-01-01", "2021-12-31"),
        ("on 29 February 2024", "2024-02-29", "2024-02-29"),
        ("on 25/12/2023", "2023-12-25", "2023-12-25"),
        ("on New Year's Eve 2023", "2023-12-31", "2023-12-31"),
        ("over Christmas", "2023-12-24", "2023-12-26"),
        ("on Boxing Day, 2022", "2022-12-26", "2022-12-26"),
        ("between Christmas Eve and 3 January", "2023-12-24", "2024-01-03"),
        ("at Halloween 2023", "2023-10-31", "2023-10-31"),
    ],
)
def test_months_years_and_parts_of_them(text: str, first: str, last: str) -> None:
    assert only(f"What happened {text}?") == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "text",
    [
        "May I ask who may march?",
        "Theresa May said that prices march on.",
        "an august body of 2024 members".replace("2024", "20"),
        "on 31 June",
        "on 3/5/2024",  # March or May
        "flight 2024-737 and 1,999 others",
        "a rise of 2019%",
        "at 20:24",
        "Who stole Christmas?",
        "Is the Halloween film any good?",
        "2000 people and $2000",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert spoken_times(text, TODAY) == []


@given(st.text(max_size=200), DAYS)
def test_no_text_breaks_it(text: str, today: date) -> None:
    for time in spoken_times(f"{text} May 2020 to {text} 30 February – 3 March", today):
        assert time.first <= time.last
        assert 0 <= time.start < time.end

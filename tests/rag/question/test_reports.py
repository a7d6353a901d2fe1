"""Reports that a question tells apart: each with its outlets and days."""

from datetime import date

import pytest

from rag.question.calendar import spoken_times
from rag.question.outlets import covering, outlet_mentions, read_reports
from rag.types import Filters

OUTLETS = ("Harbour Courier", "Radio Sorva")


def reports(question: str) -> tuple[Filters, ...]:
    times = spoken_times(question, date(2024, 9, 10))
    return read_reports(question, outlet_mentions(question, OUTLETS), times)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Did the Harbour Courier article say it was safe, while Radio Sorva reported a leak?",
            (Filters(sources=("Harbour Courier",)), Filters(sources=("Radio Sorva",))),
        ),
        (
            "Between the Harbour Courier report on the ferry published on May 3, 2024, and the "
            "Radio Sorva report of 7 June 2024, did the number of dead change?",
            (
                Filters("2024-05-02", "2024-05-04", ("Harbour Courier",)),
                Filters("2024-06-06", "2024-06-08", ("Radio Sorva",)),
            ),
        ),
        (
            "Has it changed between the Harbour Courier article published on 2024-05-03 and the "
            "one on 2024-06-07?",
            (
                Filters("2024-05-02", "2024-05-04", ("Harbour Courier",)),
                Filters("2024-06-06", "2024-06-08", ("Harbour Courier",)),
            ),
        ),
        (
            "What did the Harbour Courier report after 3 May 2024?",
            (Filters("2024-05-02", None, ("Harbour Courier",)),),
        ),
        ("What did articles published before 3 May 2024 say?", (Filters(None, "2024-05-04"),)),
        ("What happened on 3 May 2024?", ()),  # that of the event, not of the report
        ("Who resigned?", ()),
        ("Was it stronger than the one in March 2023?", ()),
        ("What did the review in 2022 find?", ()),
    ],
)
def test_reports(question: str, expected: tuple[Filters, ...]) -> None:
    assert reports(question) == expected


def test_what_covers_all_reports() -> None:
    first = Filters("2024-05-02", "2024-05-04", ("Harbour Courier",))
    second = Filters("2024-06-06", "2024-06-08", ("Radio Sorva",))
    assert covering([first, second]) == ("2024-05-02", "2024-06-08")
    assert covering([first, Filters(sources=("Radio Sorva",))]) == (None, None)

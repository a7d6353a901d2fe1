"""Outlets that a question names as reporting, names that are words or subjects, and its reports.

A report that a question tells apart has its outlets and days.
"""

from collections.abc import Sequence
from datetime import date

import pytest

from rag.question.calendar import spoken_times
from rag.question.outlets import (
    covering,
    outlet_mentions,
    outlets_of,
    read_reports,
    short_forms,
)
from rag.types import Filters

OUTLETS = (
    "Time",
    "The Sun",
    "The Independent",
    "Fortune",
    "Reuters",
    "TechCrunch",
    "The Verge",
    "BBC News - Arts",
    "CBSSports.com",
    "Cnbc | World Business",
    "The New York Times",
)
REPORTING = ("Harbour Courier", "Radio Sorva")


def read_outlets(question: str, outlets: Sequence[str]) -> tuple[str, ...]:
    return outlets_of(outlet_mentions(question, outlets), outlets)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Who sank the ferry, according to Reuters?", ["Reuters"]),
        ("What did the BBC report on the fire?", ["BBC News - Arts"]),
        ("Did The Verge and TechCrunch agree on the price?", ["TechCrunch", "The Verge"]),
        ("Was it reported by both 'Fortune' and CNBC?", ["Fortune", "Cnbc | World Business"]),
        ("How did Time's account differ from The Sun's report?", ["Time", "The Sun"]),
        ("Which of them did the Independent's article blame?", ["The Independent"]),
        ("What did CBSSports say of the trade?", ["CBSSports.com"]),
        ("Which firm is in articles from Reuters, Time, and The New York Times?",
         ["Time", "Reuters", "The New York Times"]),
        ("What does the New York Times editorial call it?", ["The New York Times"]),
        ("Is it covered by sources including The Verge and Fortune?", ["Fortune", "The Verge"]),
        ("Which phone does The Verge recommend?", ["The Verge"]),
        ("How do CBS Sports and Fortune differ on the trade?", ["Fortune", "CBSSports.com"]),
        ("What did the age of steam bring, says Reuters?", ["Reuters"]),
        ("what does the verge say about it", ["The Verge"]),
        ("who sank it according to reuters", ["Reuters"]),
    ],
)  # fmt: skip
def test_outlets_that_report(question: str, named: list[str]) -> None:
    assert read_outlets(question, OUTLETS) == tuple(named)


@pytest.mark.parametrize(
    "question",
    [
        "How much time did the Sun take to rise?",
        "Who made a fortune?",
        "Is Scotland to be independent?",
        "Which firms of the Fortune 500 moved?",
        "Who bought TechCrunch?",
        "What time is it?",
        "How far is the Sun from Earth?",
        "Did the Independent candidate win?",
        "Which outlets other than Reuters reported it?",
        "Who was on the verge of tears?",
        "Which time did he run, according to the judges?",
        "what does time mean to her",
        "what did the sun burn",
        "What did the report on the Verge Office find?",
        "What did Michael Reuters say?",
        "What did American Fortune report?",
        "What was reported in Time Square?",
        "What does time say?",
    ],
)
def test_words_and_subjects_are_no_outlets(question: str) -> None:
    assert read_outlets(question, OUTLETS) == ()


def test_a_short_form_that_several_share_means_all_of_them() -> None:
    outlets = ("The Independent - Sports", "The Independent - Travel")
    assert read_outlets("What did the Independent report?", outlets) == outlets
    assert read_outlets("What did The Independent - Travel report?", outlets) == outlets[1:]


def test_short_forms() -> None:
    assert short_forms("The New York Times") == ["New York Times"]
    assert short_forms("TechCrunch") == ["TechCrunch", "Tech Crunch"]
    assert short_forms("BBC News - Arts") == ["BBC News - Arts", "BBC News", "BBC"]
    assert short_forms("Harbour Post (Selm)") == ["Harbour Post (Selm)", "Harbour Post"]
    assert short_forms("CBSSports.com") == ["CBSSports.com", "CBSSports", "CBS Sports"]


@pytest.mark.parametrize(
    "outlet", ["A", "The", "***", "(x", "É", ": Latest", " - x", "| ", "İsrail"]
)
def test_odd_names_break_nothing(outlet: str) -> None:
    assert isinstance(read_outlets(f"What did {outlet} report?", [outlet]), tuple)


def test_letters_that_grow_in_lower_case_move_no_outlet() -> None:
    question = "İİİ according to the BBC"
    (mention,) = outlet_mentions(question, ["BBC"])
    assert question[mention.start : mention.end] == "BBC"


# -- reports that a question tells apart ------------------------------------------------------


def reports(question: str) -> tuple[Filters, ...]:
    times = spoken_times(question, date(2024, 9, 10))
    return read_reports(question, outlet_mentions(question, REPORTING), times)


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

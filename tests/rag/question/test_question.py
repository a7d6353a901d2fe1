"""Questions as they are understood: parts, limits and what is said of them."""

import pytest

from rag.question.parts import split_parts
from rag.types import Filters, Inference, Turn


def turns(*contents):
    roles = ("user", "assistant")
    return [Turn(roles[i % 2], content) for i, content in enumerate(contents)]


def test_a_question_without_turns_before_is_left_alone(understand):
    query = understand("  What did  he say? ")
    assert query.standalone == query.question == "What did he say?"
    assert query.parts == ("What did he say?",)
    assert not query.filters
    assert query.inferred == ()


def test_an_elliptic_question_follows_the_one_it_continues(understand):
    history = turns("How many ferries sank in 2018?", "Four.")
    query = understand("And in 2019?", history=history)
    assert "How many ferries sank" in query.standalone
    assert "2019" in query.standalone
    assert "2018" not in query.standalone
    assert query.inferred[0].part == "follow_ups"
    assert query.inferred[0].text.endswith(query.standalone)


def test_two_outlets_are_no_two_questions(understand):
    query = understand(
        "What do articles by both Radio Sorva and The Post say?",
        newest="2024-09-10",
        outlets=["Radio Sorva", "The Post"],
    )
    assert query.parts == (query.question,)
    assert query.reports == (Filters(sources=("Radio Sorva",)), Filters(sources=("The Post",)))


def test_reports_with_their_days_limit_the_question_to_them(understand):
    query = understand(
        "Did the Radio Sorva report of 3 May 2024 agree with The Post's of 7 June 2024?",
        newest="2024-09-10",
        outlets=["Radio Sorva", "The Post"],
    )
    assert query.filters == Filters("2024-05-02", "2024-06-08", ("Radio Sorva", "The Post"))
    assert query.required == Filters()
    assert query.near is None


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Which opened first: the Kestrel bridge or the Norhaven tunnel?",
            (
                "Which opened first: the Kestrel bridge?",
                "Which opened first: the Norhaven tunnel?",
            ),
        ),
        (
            "What times did Brandt and Okafor clock?",
            ("What times did Brandt clock?", "What times did Okafor clock?"),
        ),
        (
            "What did the Kestrel bridge cost, and how many workers built it?",
            ("What did the Kestrel bridge cost", "how many workers built it? (Kestrel)"),
        ),
        (
            "Who was hurt in Garrow, who was arrested, and what was stolen?",
            (
                "Who was hurt in Garrow",
                "who was arrested? (Garrow)",
                "what was stolen? (Garrow)",
            ),
        ),
        (
            "What did Brandt, who was arrested, say and what did Okafor say?",
            ("What did Brandt, who was arrested, say", "what did Okafor say?"),
        ),
        (
            "Did the Norhaven tunnel collapse before the Garrow flood?",
            ("the Norhaven tunnel collapse?", "the Garrow flood?"),
        ),
        ("Did Brandt resign before 3 May?", ("Did Brandt resign before 3 May?",)),
        ("Did Brandt resign before that?", ("Did Brandt resign before that?",)),
        (
            "How did Norhaven's account of the storm differ from that of Garrow?",
            ("Norhaven’s account of the storm?", "Garrow’s account of the storm?"),
        ),
        (
            "How does Brandt's version differ from Okafor's?",
            ("Brandt’s version?", "Okafor’s version?"),
        ),
        (
            "Compare the tolls of the Norhaven fire and the Garrow flood",
            ("Compare the tolls of the Norhaven fire", "Compare the tolls of the Garrow flood"),
        ),
        (
            "What happened to Norhaven and to Garrow?",
            ("What happened to Norhaven?", "What happened to Garrow?"),
        ),
        ("Who paid for sand and gravel?", ("Who paid for sand and gravel?",)),
        ("Was it Monday or Tuesday?", ("Was it Monday or Tuesday?",)),
        (
            "After the summer, did prices rise or fall in Norhaven?",
            ("After the summer, did prices rise or fall in Norhaven?",),
        ),
        (
            "What happened between March and May 2024?",
            ("What happened between March and May 2024?",),
        ),
    ],
)
def test_parts(question, parts):
    assert split_parts(question) == parts


@pytest.fixture
def filters(understand):
    return lambda question, **given: understand(question, newest="2024-09-10", **given).filters


def test_a_month_is_widened_for_what_is_published_later(filters):
    found = filters("Which ferries sank in August 2024?")
    assert (found.published_from, found.published_to) == ("2024-07-31", "2024-09-07")


def test_two_months_are_one_range(filters):
    found = filters("Who died in June and July 2024?")
    assert (found.published_from, found.published_to) == ("2024-05-31", "2024-08-07")


def test_last_week_is_read_as_of_the_day_asked(filters):
    found = filters("What happened in Norhaven last week?", asked="2024-08-20")
    assert (found.published_from, found.published_to) == ("2024-08-06", "2024-08-20")


@pytest.mark.parametrize(
    "question",
    [
        "When in August 2024 did the ferry sink?",
        "What was closed before August 2024?",
        "Was the storm of May 2024 or that of June 2024 worse?",
        "Who built the bridge in May 1931?",
        "Which ferries sank in 2024?",
        "Who was the marcher in May?",
    ],
)
def test_a_date_that_may_not_be_that_of_the_report_is_no_filter(filters, question):
    assert not filters(question)


def test_without_any_day_to_go_by_no_day_is_read(understand):
    assert not understand("What happened last week?").filters


def test_the_users_own_filters_stay(understand):
    own = Filters("2020-01-01", "2020-02-01", ("The Post",))
    query = understand(
        "What did the Harbour Courier report in August 2024?",
        newest="2024-09-10",
        outlets=["Harbour Courier"],
        filters=own,
    )
    assert query.filters == own


@pytest.mark.parametrize(
    ("question", "sources"),
    [
        ("What did the Harbour Courier report on the ferry?", ("Harbour Courier",)),
        ("Who sank the ferry, according to The Post?", ("The Post",)),
        (
            "Do the Harbour Courier and 'The Post' articles agree?",
            ("Harbour Courier", "The Post"),
        ),
        ("Who bought the Harbour Courier?", ()),
        ("Who painted the lamp post?", ()),
    ],
)
def test_outlets(filters, question, sources):
    found = filters(question, outlets=["Harbour Courier", "The Post"])
    assert found.sources == sources


def test_what_was_read_is_said_in_words(understand):
    query = understand(
        "What did the Harbour Courier report in August 2024?",
        newest="2024-09-10",
        outlets=["Harbour Courier"],
    )
    assert query.inferred == (
        Inference("dates", "published from 2024-07-31 to 2024-09-01"),
        Inference("outlets", "reported by Harbour Courier"),
    )


@pytest.mark.parametrize(
    ("before", "question", "limits"),
    [
        (
            "What did the Guardian report about Haiti?",
            "What about Gaza?",
            (None, ("The Guardian",)),
        ),
        ("What happened in Haiti last week?", "And in Gaza?", ("2024-09-10", ())),
        ("What happened in Haiti last week?", "And in March 2024?", ("2024-04-07", ())),
    ],
)
def test_what_continues_a_question_keeps_its_outlet_and_time(understand, before, question, limits):
    history = [Turn("user", before), Turn("assistant", "Gangs did.")]
    read = understand(question, history=history, asked="2024-09-10", outlets=["The Guardian"])
    assert (read.filters.published_to, read.filters.sources) == limits


def test_what_continues_a_question_keeps_its_order(understand):
    history = [Turn("user", "What is the latest in Haiti?"), Turn("assistant", "Gangs fight.")]
    assert understand("And in Gaza?", history=history, newest="2024-09-10").order == "newest"


def test_one_report_of_any_outlet_is_limited_to_none(understand):
    question = "What did the report of 3 May 2024 say, and how did the Guardian's article differ?"
    read = understand(question, newest="2024-09-10", outlets=["The Guardian"])
    assert len(read.reports) == 2
    assert read.filters.sources == ()

"""Topic changes and follow-ups in conversations, by rule and by a language model.

The model's form is looked up and shown, its faults are mended by the rules.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from rag import Archive, LLMRewriter, Query, Turn
from rag.question.followups import rewrite, stand_alone

RAID = (
    "Who claimed responsibility for the drone raid on Sorva Petroleum?",
    "The Lind Brigade claimed the raid on the refinery near Norhaven. [1]",
)
VOTE = (
    "How many seats did the Harbour Party win in Norhaven in 2018?",
    "The Harbour Party won 41 seats, Mayor Odalys Brandt said. [1]",
)
FERRY = (
    "Why did the ferry Kestrel sink off Selm?",
    "A valve was blocked, Captain Ines Okafor told the inquiry. [1]",
)
TRIAL = (
    "What was Tomas Vey convicted of in Aldmoor?",
    "Tomas Vey was convicted of fraud on Monday. [1]",
)
STORM = ("Which towns did Storm Odile hit?", "It hit Wexmoor and Garrow on Friday. [1]")
THANKS = ("Thanks!", "Nothing that was found in the archive is about this.")


def turns(*contents: str) -> list[Turn]:
    return [Turn(("user", "assistant")[i % 2], content) for i, content in enumerate(contents)]


NEW_TOPICS = [
    (RAID, "What happened to Hester Munro?"),
    (RAID, "How many people died in Garrow?"),
    (RAID, "What happened in Wexmoor?"),
    (RAID, "So who won the Kestrel Cup final?"),
    (RAID, "The death toll in Garrow hospitals?"),
    (RAID, "Who died in Garrow?"),
    (RAID, "Who attacked Minister Halloran?"),
    (RAID, "When did Brightwell close?"),
    (RAID, "Why was Jonas Pell arrested?"),
    (VOTE, "Where was Ada Quill born?"),
    (VOTE, "Did Portmere flood?"),
    (VOTE, "How did Oskar Thane die?"),
    (VOTE, "What is the Tamarind Prize?"),
    (VOTE, "Who won the Kestrel Cup?"),
    (VOTE, "What did Lena Roth say about the tunnel?"),
    (FERRY, "Who bought Radio Calder?"),
    (FERRY, "Was Emil Sand elected?"),
    (FERRY, "When was Fort Dunmore built?"),
    (FERRY, "Who leads Zerania?"),
    (FERRY, "Is Castle Brigg open?"),
    (FERRY, "How tall is the Osprey Tower?"),
    (TRIAL, "What caused the Garrow fire?"),
    (TRIAL, "Which teams reached the Pell Trophy final?"),
    (TRIAL, "Who owns Quillon Motors?"),
    (TRIAL, "Where did Storm Odile land?"),
    (TRIAL, "How long did it take Mara Finch to swim the strait?"),
    (STORM, "What did Judge Corran rule?"),
    (STORM, "Who won this year's Lantern Prize?"),
    (STORM, "Why did Callum Reyes resign?"),
    (STORM, "What did Meridian Air pay in fines?"),
    ((*RAID, "What happened in Wexmoor?", "A mill burnt."), "How many people died in Garrow?"),
    ((*RAID, *THANKS), "What happened to Hester Munro?"),
    ((*STORM, "Who died in Portmere?", "Two sailors."), "Why was Jonas Pell arrested?"),
    (VOTE, "Thanks!"),
    (FERRY, "OK, thank you very much."),
]  # fmt: skip

# The turns before, the question, what it must be read with, and what it must not.
FOLLOW_UPS = [
    (TRIAL, "Why did he resign?", "Vey", ""),
    (TRIAL, "How old is he?", "Vey", ""),
    (TRIAL, "What was his sentence?", "Vey", ""),
    (TRIAL, "Who was the judge?", "Vey", ""),
    (TRIAL, "And when?", "Vey", ""),
    (TRIAL, "Why?", "Vey", ""),
    (TRIAL, "Did Brandt comment?", "Vey", ""),
    (TRIAL, "What did Judge Corran say?", "Vey", ""),
    (TRIAL, "How did Zerania react?", "Vey", ""),
    (TRIAL, "Was Vey jailed?", "Aldmoor", ""),
    (VOTE, "And in 2014?", "Harbour Party", "2018"),
    (VOTE, "What about Garrow?", "Garrow", ""),
    (VOTE, "How many did they lose?", "Harbour Party", ""),
    (VOTE, "Who leads it?", "Harbour Party", ""),
    (VOTE, "What was the turnout?", "Norhaven", ""),
    (RAID, "How many drones were used?", "Sorva Petroleum", ""),
    (RAID, "What did Zerania say?", "Sorva Petroleum", ""),
    (RAID, "Was anyone hurt?", "Sorva Petroleum", ""),
    (RAID, "What else did the Lind Brigade attack?", "Sorva Petroleum", ""),
    (RAID, "And who was blamed by Zerania?", "Sorva Petroleum", ""),
    (FERRY, "How many were on board?", "Kestrel", ""),
    (FERRY, "Who was the captain?", "Kestrel", ""),
    (FERRY, "What did Okafor say?", "Kestrel", ""),
    (FERRY, "When did it happen?", "Kestrel", ""),
    (FERRY, "Did Minister Halloran visit there?", "Selm", ""),
    (STORM, "How many people died?", "Odile", ""),
    (STORM, "How strong was it?", "Odile", ""),
    (STORM, "What was the government's response?", "Odile", ""),
    (("Who won in Norway?", "The Greens."), "And in Zerania?", "won in Zerania", "Norway"),
    (("Who won in Norway?", "The Greens."), "What about Portmere?", "won in Portmere", "Norway"),
    ((*FERRY, "How many were on board?", "40."), "Who rescued them?", "Kestrel", ""),
    ((*FERRY, *THANKS), "Who was the captain?", "Kestrel", "Thanks"),
    ((*FERRY, *TRIAL), "How old is he?", "Vey", "Kestrel"),
    ((*RAID, "What happened in Wexmoor?", "A mill burnt."), "Why?", "Wexmoor", "Sorva"),
    ((*RAID, *TRIAL, "Did Brandt comment?", "No."), "What about the Garrow fires?", "Garrow fires",
     "Vey"),
    ((*RAID, "What about the Garrow fires?", "They are out."), "Who died?", "Garrow", "Sorva"),
    ((*VOTE, "Who died in Garrow?", "Two."), "Who was arrested for it?", "Garrow", "Harbour Party"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "question"), NEW_TOPICS)
def test_a_new_topic_is_left_as_it_was_asked(before: tuple[str, ...], question: str) -> None:
    assert stand_alone(question, turns(*before)) == question


@pytest.mark.parametrize(("before", "question", "needed", "not_wanted"), FOLLOW_UPS)
def test_a_follow_up_is_read_with_its_topic(
    before: tuple[str, ...], question: str, needed: str, not_wanted: str
) -> None:
    standalone = stand_alone(question, turns(*before))
    assert needed in standalone
    assert not not_wanted or not_wanted not in standalone


def test_what_a_refusal_names_beside_is_no_topic() -> None:
    refusal = (
        'Nothing that was found in the archive mentions "Garrow". Nearest coverage: Storm Odile '
        "lands, Harbour Courier, 2024-01-02."
    )
    standalone = stand_alone("Was he arrested?", turns("Who led the raid in Garrow?", refusal))
    assert "Garrow" in standalone
    assert "Odile" not in standalone


def test_a_day_is_no_name_to_be_swapped() -> None:
    before = turns("Who was arrested in Wexmoor on Monday?", "A man was.")
    assert stand_alone("What about Garrow?", before) == "Who was arrested in Garrow on Monday?"


def test_a_pronoun_takes_over_the_names_before():
    history = turns("What did Mayor Odalys Brandt promise the dockers?", "A new crane.")
    standalone = stand_alone("Why did she resign?", history)
    assert standalone.startswith("Why did she resign?")
    assert "Odalys" in standalone
    assert "Brandt" in standalone


def test_a_pronoun_takes_a_name_from_the_answer():
    history = turns("Who won the Kestrel regatta?", "The race was won by Ines Okafor. [1]")
    assert "Ines Okafor" in stand_alone("How old is she?", history)


def test_a_chain_of_follow_ups_goes_back_to_its_topic():
    history = turns("Where is the Kestrel bridge?", "In Norhaven.", "How long is it?", "90 m.")
    assert "Kestrel" in stand_alone("And who built it?", history)


@pytest.mark.parametrize(
    "question",
    [
        "How many people visited the Norhaven museum last spring?",
        "What did Lena Brandt say about her budget?",
    ],
)
def test_a_question_with_its_own_topic_is_not_dragged_back(question):
    assert stand_alone(question, turns("Who won the Kestrel regatta?", "Ines Okafor.")) == question


@pytest.mark.parametrize(
    ("before", "question", "standalone"),
    [
        ("Who sank in Norway?", "And in Germany?", "Who sank in Germany?"),
        ("Who paid the Leeds bridge?", "What about the Hull one?", "Who paid the Hull bridge?"),
        (
            "What did Brandt promise Norway?",
            "What about Germany?",
            "What did Brandt promise Germany?",
        ),
        ("Did Leeds win?", "What about Hull?", "Did Hull win?"),
    ],
)  # fmt: skip
def test_another_name_takes_the_place_of_the_one_before(before, question, standalone):
    assert stand_alone(question, turns(before, "Yes.")) == standalone


def test_which_of_two_names_is_meant_is_not_guessed():
    asked = stand_alone("What about Vey?", turns("What did Brandt promise Okafor?", "A crane."))
    assert asked == "What did Brandt promise Okafor? What about Vey?"


@pytest.mark.parametrize(
    "question",
    [
        "Who is Odalys Brandt?",
        "What was the Norhaven Accord?",
        "Did the Norhaven council approve the tunnel budget?",
        "How many ferries of the Selm line sank in 2018?",
        "Is Ines Okafor respected by dockers?",
    ],
)
def test_a_new_topic_is_not_dragged_to_the_old_one(question):
    history = turns("Who won the Kestrel regatta?", "Lena Vey. [1]", "How old is she?", "31.")
    assert stand_alone(question, history) == question


def test_what_is_said_of_the_talk_itself_is_not_carried():
    history = turns("What interesting details are in the article about the Kestrel?", "It sank.")
    standalone = stand_alone("When did it sink?", history)
    assert "Kestrel" in standalone
    assert not {"interesting", "details", "article"} & set(standalone.lower().split())


# -- by a language model ----------------------------------------------------------------------

Understand = Callable[..., Query]

HISTORY = (Turn("user", "Who won the Kestrel regatta?"), Turn("assistant", "Ines Okafor. [1]"))


class Scripted:
    """Writes what it is told to and keeps what it was asked."""

    def __init__(self, written: str | Exception) -> None:
        self.written = written
        self.asked: list[tuple[str, Sequence[Turn]]] = []

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        self.asked.append((question, history))
        if isinstance(self.written, Exception):
            raise self.written
        return self.written


def test_the_models_form_is_taken_and_shown(understand: Understand) -> None:
    rewriter = Scripted("How old is Ines Okafor?")
    query = understand("How old is she?", history=HISTORY, rewriter=rewriter)
    assert query.standalone == "How old is Ines Okafor?"
    assert query.question == "How old is she?"
    assert query.inferred[0].text == "read with the turns before as: How old is Ines Okafor?"
    assert rewriter.asked == [("How old is she?", HISTORY)]


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (OSError("no route"), "the language model failed (no route)"),
        ("", "the language model wrote no question"),
        ("She is 31.\nIs there anything else?", "the language model wrote no question"),
        ("How old " * 200, "the language model wrote no question"),
    ],
)
def test_a_fault_falls_back_to_the_rules_and_is_told(
    understand: Understand, written: str | Exception, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    query = understand("How old is she?", history=HISTORY, rewriter=Scripted(written))
    assert "Ines Okafor" in query.standalone
    assert query.inferred[0].text == (
        f"read with the turns before as: {query.standalone} ({fault})"
    )
    assert "language model" in caplog.text


def test_what_models_put_around_a_question_is_left_out() -> None:
    written = 'Standalone question: "How old is Ines Okafor?"\n'
    assert rewrite("How old is she?", HISTORY, Scripted(written))[0] == "How old is Ines Okafor?"


def test_a_first_question_is_not_given_to_the_model(understand: Understand) -> None:
    rewriter = Scripted("something else")
    assert understand("Who won?", rewriter=rewriter).standalone == "Who won?"
    assert rewriter.asked == []


def test_any_model_of_llamaindex_rewrites_for_an_archive(
    news_archive: Path, scripted: Callable[[str], Any]
) -> None:
    llm = scripted("Who won the regatta at Selm?")
    with Archive.open(news_archive, rewriter=LLMRewriter(llm)) as archive:
        query = archive.understand("And who was second?", history=HISTORY)
    assert query.standalone == "Who won the regatta at Selm?"
    assert "Who won the Kestrel regatta?" in llm.prompts[0]
    assert "Last question: And who was second?" in llm.prompts[0]

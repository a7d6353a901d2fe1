"""Topic changes and follow-ups in conversations, by rule."""

import pytest

from rag.question.followups import stand_alone
from rag.types import Turn

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

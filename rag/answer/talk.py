"""What is said to a greeting, to thanks, to a goodbye: one friendly line, and what can be asked.

Nothing of it is news, so nothing is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.examples import candidate_questions
from rag.reader import Reading
from rag.types import Draft, Evidence, Holdings, Query

_LOOKED_AT = 32  # newest articles that an example question may be about
_THANKS = re.compile(
    r"\b(?:thank(?:s|ed)?|thx|cheers|appreciated?|great|perfect|nice work)\b", re.I
)
_LEAVES = re.compile(
    r"\b(?:bye|goodbye|farewell|see (?:you|ya)|later|good night|have a (?:nice|good))\b", re.I
)
_COMPLAINS = re.compile(
    r"\b(?:useless|wrong|rubbish|bad|stupid|nonsense|terrible|awful|hate|damn|not (?:help|right|"
    r"true|what|good)\w*|(?:can|do|does|did)(?: not|n['’]?t) (?:help|be|work|answer|believe)\w*|"
    r"disappoint\w*|sucks?|broken)\b",
    re.IGNORECASE,
)
_GREETS = re.compile(
    r"^\W*(?:hi|hey|hello|hallo|yo|good (?:morning|afternoon|evening|day)|greetings|welcome)\b",
    re.IGNORECASE,
)


def compose(query: Query, evidence: Evidence, readings: Sequence[Reading]) -> Draft:
    """Answer in one line, with a question that the archive can be asked."""
    return Draft(remark=f"{_friendly(query.question)} {_invitation(evidence.holdings)}")


def _friendly(said: str) -> str:
    """Answer what was said; a complaint first, for "thanks, but that is wrong" is one."""
    if _COMPLAINS.search(said):
        return "I am sorry. A name, a place or a day in the question often helps."
    if _LEAVES.search(said):
        return "Goodbye, and come back with any question on the news."
    if _THANKS.search(said):
        return "You are welcome."
    if _GREETS.match(said):
        return "Hello!"
    return "I can only tell what the articles of this archive say."


def _invitation(holdings: Holdings | None) -> str:
    asked = "Ask who, what, when or how many, for a list of articles or for a summary"
    example = example_question(holdings) if holdings else ""
    return f"{asked}, for instance: “{example}”" if example else f"{asked}."


def example_question(holdings: Holdings) -> str:
    """Make a question about one of the newest articles; "" where none has a name to ask about."""
    return next((asked for asked, _ in candidate_questions(holdings.recent(_LOOKED_AT))), "")

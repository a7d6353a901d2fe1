"""Outlets that a question names as reporting."""

from __future__ import annotations

import re
from collections.abc import Sequence

_REPORTED = (
    r"(?:according to|(?:report(?:s|ed)?|articles?|stor(?:y|ies)|coverage|interview)"
    r"(?: \w+){0,3}? (?:by|from|in|on|of)|published (?:by|in)|covered by|written by)"
)
_REPORTS = (
    r"(?:reports?|reported|reporting|articles?|says?|said|writes?|wrote|publish(?:ed)?|coverage|"
    r"stor(?:y|ies)|describes?|suggests?|claims?)"
)


def read_outlets(question: str, outlets: Sequence[str]) -> tuple[str, ...]:
    """Outlets that the question names as reporting, as the archive spells them.

    Where one is named so, every other that is named counts too: "the Courier and the Post report".
    """
    lowered = question.lower()
    named = [outlet for outlet in outlets if _bare(outlet) in lowered]
    whole = [o for o in named if re.search(rf"(?<!\w){re.escape(_bare(o))}(?!\w)", lowered)]
    return tuple(whole) if any(_reports(question, _bare(outlet)) for outlet in whole) else ()


def _bare(outlet: str) -> str:
    return outlet.lower().removeprefix("the ")


def _reports(question: str, outlet: str) -> bool:
    quoted = rf"[\"'“‘]?(?:the )?{re.escape(outlet)}[\"'”’]?"
    before = rf"\b{_REPORTED} {quoted}(?!\w)"
    after = rf"(?<!\w){quoted}(?:['’]s)? {_REPORTS}\b"
    return re.search(f"{before}|{after}", question, re.IGNORECASE) is not None

"""Relatives that a question asks about: "What did Johnson's wife say?" is not about Johnson.

The name beside the relative is rarer than the word for one, so that sentences of the one who is
named would be taken for answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.text.words import words
from rag.answer.rules.features import Reading, text_before

OF_THE_NAMED = 3.0  # logits for a sentence that tells of the one who is named and of no relative
_SPOUSE = r"spouse|couple|marr(?:y|ied|iage)|wed(?:ding)?|partner|divorced?"
_CHILD = r"child|children|kids?|heirs?|bab(?:y|ies)|offspring"
_SIBLING = r"siblings?|twins?"
_PARENT = r"parents?"
# By one of which a text tells of a relative.
_WORDS = {
    "wife": rf"wife|wives|widow|bride|first lady|mrs|{_SPOUSE}",
    "husband": rf"husband|widower|groom|first gentleman|{_SPOUSE}",
    "widow": rf"widow|wife|{_SPOUSE}",
    "son": rf"sons?|boys?|{_CHILD}",
    "daughter": rf"daughters?|girls?|{_CHILD}",
    "brother": rf"brothers?|{_SIBLING}",
    "sister": rf"sisters?|{_SIBLING}",
    "mother": rf"mothers?|mum|mom|{_PARENT}",
    "father": rf"fathers?|dad|{_PARENT}",
}
_ASKED = re.compile(
    r"(?:(?P<owner>[\w’'-]+?)(?:['’]s|(?<=s)['’])|\b(?:his|her|their)) (?:\w+ )?"
    rf"(?P<relative>{'|'.join(_WORDS)})s?\b(?!['’-]\w)"
    r"(?! (?:ship|company|paper|publication|party|station|site|tongue|figure))"
)


@dataclass(frozen=True, slots=True)
class Relative:
    """A relative that is asked about, how texts tell of one, and whose it is, as stems."""

    name: str
    told: re.Pattern[str]
    of: frozenset[str]

    @classmethod
    def asked(cls, question: str) -> Relative | None:
        """Read the relative that a question is about; None where it names none."""
        match = _ASKED.search(question)
        if match is None:
            return None
        told = re.compile(rf"\b(?:{_WORDS[match['relative']]})\b", re.IGNORECASE)
        named = [word for word in words(match["owner"] or "") if word.capital]
        return cls(match["relative"], told, frozenset(word.stem for word in named))

    def costs(self, readings: Sequence[Reading]) -> NDArray[np.float64]:
        """Logits to take off each sentence that tells of no such relative."""
        return OF_THE_NAMED * np.array([not self.is_told(r) for r in readings], dtype=np.float64)

    def is_told(self, reading: Reading) -> bool:
        """Whether a sentence, with the one before it, tells of such a relative."""
        text = f"{text_before(reading.candidate)} {reading.text}"
        if not self.told.search(text):
            return False
        return not self.of or self.of <= {word.stem for word in words(text)}

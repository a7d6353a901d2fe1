"""The parts of finding the evidence, each of which can be switched off: one field a part.

A new part is a field here (on by default, with ``means`` for the tables) and one ``if`` where it
works. ``newsarchive eval --ablation`` then measures it with no further line of code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from rag.types import QuestionError


def _part(means: str) -> bool:
    switch: bool = field(default=True, metadata={"means": means})
    return switch


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """What takes part in understanding a question and ranking passages for it.

    ``words`` and ``vectors`` cannot both be off (QuestionError).
    """

    words: bool = _part("words of the question in headline and text (BM25)")
    vectors: bool = _part("nearness of the question's vector to each chunk's")
    sentences: bool = _part("nearness of the question's vector to each chunk's best sentence")
    headlines: bool = _part("the question's words in headlines")
    content_words: bool = _part("stop words left out where words are looked up")
    sub_questions: bool = _part("each part of a question searched by itself too")
    follow_ups: bool = _part("the turns before read into a follow-up")
    spelling: bool = _part("slips mended in words that the archive does not have")
    acronyms: bool = _part("long and short forms of names looked up, as the archive has them")
    places: bool = _part("other names of a place looked up too")
    reports: bool = _part("each report that a question tells apart looked for by itself")
    beyond: bool = _part("what is outside the limits read from the question, at half its score")
    near: bool = _part("a mild preference for the time that a question names")
    order: bool = _part("the newest or oldest of the passages to the point first, where asked for")
    dates: bool = _part("a range of days read from the question")
    outlets: bool = _part("outlets read from the question")
    reranker: bool = _part("the cross-encoder's reading of the best passages, where one is set")

    def __post_init__(self) -> None:
        if not self.words and not self.vectors:
            raise QuestionError("words and vectors are both off; leave one of them on")

    def without(self, part: str) -> RetrievalOptions:
        """Return the same with one part off; raises QuestionError for a part that is none."""
        if part not in PARTS:
            raise QuestionError(f"{part!r} is no part; choose from {', '.join(PARTS)}")
        return replace(self, **{part: False})


# Each part's name with what it does, in the order of the fields.
PARTS: Mapping[str, str] = {part.name: part.metadata["means"] for part in fields(RetrievalOptions)}

EVERYTHING = RetrievalOptions()

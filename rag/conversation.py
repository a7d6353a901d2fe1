"""A conversation: questions one after the other, each understood with the turns before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.settings import Day
from rag.types import Answer, Filters, Turn

if TYPE_CHECKING:
    from rag.archive import Archive

REMEMBERED = 12  # turns: a follow-up leans on what was said just before, older ones only mislead


class Conversation:
    """Asks an archive and remembers the turns. Not to be shared between people."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.turns: tuple[Turn, ...] = ()

    def ask(
        self, question: str, *, asked: Day | None = None, filters: Filters | None = None
    ) -> Answer:
        """Answer the next question; raises what ``Archive.ask`` raises and then forgets nothing."""
        answer = self._archive.ask(question, history=self.turns, asked=asked, filters=filters)
        turns = (*self.turns, Turn("user", question), Turn("assistant", answer.text))
        self.turns = turns[-REMEMBERED:]
        return answer

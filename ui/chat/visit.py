"""One visitor's conversation, and how a question of it is answered step by step, as HTML."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.errors import NewsArchiveError
from rag.archive import REMEMBERED
from rag.options import EVERYTHING, PARTS
from rag.types import Answer, Filters, Inference, Query, Turn
from ui.chat import page

if TYPE_CHECKING:
    from rag import Archive

EXCHANGES_KEPT = 40

_LOGGER = logging.getLogger("newsarchive")


@dataclass(frozen=True, slots=True)
class Request:
    """A question with the form's limits; ``without`` are readings of it that were taken off."""

    question: str
    filters: Filters
    without: tuple[Inference, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a visitor and what came of it; no query and no turns after an error."""

    number: int
    request: Request
    before: tuple[Turn, ...]
    shown: str
    query: Query | None = None
    turns: tuple[Turn, ...] = ()


@dataclass
class Visit:
    """One visitor's conversation.

    There is one of these a session. It is changed in place, so that a question which is still
    being answered when the visitor begins anew can see that, and leaves the new conversation alone.
    """

    conversation: int = 0
    asked: int = 0  # questions so far, of all conversations: the number of the latest
    kept: tuple[int, tuple[Exchange, ...]] = (0, ())  # of which conversation, and its exchanges

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Exchanges of the conversation that is going on."""
        conversation, exchanges = self.kept
        return exchanges if conversation == self.conversation else ()

    def keep(self, exchange: Exchange, conversation: int) -> None:
        """Take in a finished exchange of a conversation; the oldest of very many goes."""
        if conversation == self.conversation:
            self.kept = (conversation, (*self.exchanges, exchange)[-EXCHANGES_KEPT:])

    def turns(self) -> tuple[Turn, ...]:
        """Return the turns so far; a question that was asked again counts as of the last time."""
        for exchange in reversed(self.exchanges):
            if exchange.turns:
                return (*exchange.before, *exchange.turns)[-REMEMBERED:]
        return ()

    def meant(self, wish: str) -> tuple[Exchange, Inference] | None:
        """Find the exchange and the reading that "number:part" means; None where there is none."""
        number, _, part = wish.partition(":")
        for exchange in self.exchanges:
            if str(exchange.number) == number and exchange.query is not None:
                for inference in exchange.query.inferred:
                    if inference.part == part and part in PARTS and inference.used:
                        return exchange, inference
        return None


def answer_steps(
    archive: Archive, request: Request, before: tuple[Turn, ...], number: int
) -> Iterator[str | Exchange]:
    """HTML of each step while it lasts, and at the end the exchange."""

    def done(body: str, query: Query | None = None, turns: tuple[Turn, ...] = ()) -> Exchange:
        shown = page.exchange(request.question, body)
        return Exchange(number, request, before, shown, query, turns)

    options = EVERYTHING
    for inference in request.without:
        options = options.without(inference.part)
    query: Query | None = None
    try:
        parts = archive.stream(
            request.question, history=before, filters=request.filters, options=options
        )
        for part in parts:
            if isinstance(part, Query):
                query = part
                yield page.progress(query)
            elif isinstance(part, Answer):
                turns = (Turn("user", request.question), Turn("assistant", part.text))
                body = page.answered(part, str(number), request.without)
                yield done(body, part.query, turns)
            else:
                yield page.progress(query, part)
    except NewsArchiveError as error:
        yield done(page.failure(str(error)))
    except Exception:
        # The visitor must not be left waiting, nor see what a stack holds.
        _LOGGER.exception("a question failed")
        yield done(page.failure("Something went wrong. The server's log says what."))

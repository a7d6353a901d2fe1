"""What the archive itself is: how many articles, of which outlets, of which days, and a taste."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.types import Span
from rag.answer.lines import days_told, headline_of, origin
from rag.answer.matter import counted
from rag.answer.talk import example_question
from rag.reader import Reading
from rag.types import Draft, Evidence, Filters, Holdings, Line, Query

_TASTE = 3  # headlines of the newest articles
_OUTLETS_NAMED = 12


def compose(query: Query, evidence: Evidence, readings: Sequence[Reading]) -> Draft:
    """Say what the archive holds and what can be asked, then show its newest and oldest headline.

    Of an empty archive nothing can be quoted: a remark says so.
    """
    holdings = evidence.holdings
    if holdings is None or not holdings.size():
        return Draft(remark="The archive is empty: it has no article to answer from.")
    short = counted(holdings.size(), "article")
    told = f"{short}{_origins(holdings)}."
    newest, *others = holdings.recent(_TASTE)
    if example := example_question(holdings):
        told += f" A question for it: “{example}”"
    lead = f"{told} The newest, {origin(newest)}:"
    first = replace(headline_of(newest, lead), short=Span(0, len(short)), short_of="lead")
    lines = [first, *(headline_of(one, f"{origin(one)}:") for one in others)]
    return Draft((*lines, *_oldest(holdings, lines)), short)


def _origins(holdings: Holdings) -> str:
    """Say of which outlets and days the articles are, as far as these are known."""
    outlets = holdings.outlets()
    named = ", ".join(f"{outlet} {count:,}" for outlet, count in outlets[:_OUTLETS_NAMED])
    if len(outlets) > _OUTLETS_NAMED:
        named += f" and {len(outlets) - _OUTLETS_NAMED:,} more"
    first, last = holdings.days()
    days = f", published {days_told(first, last)}" if first and last else ""
    if len(outlets) == 1:
        return f" of {outlets[0][0]}{days}"
    return f" of {len(outlets):,} outlets{days} ({named})" if outlets else days


def _oldest(holdings: Holdings, shown: Sequence[Line]) -> list[Line]:
    """Make a line of the first article, unless it is among the newest."""
    first, last = holdings.days()
    if first is None or first == last:
        return []
    oldest = holdings.within(Filters(published_to=first))[0]
    if any(quote.passage.article.id == oldest.id for line in shown for quote in line.quotes):
        return []
    return [headline_of(oldest, f"The oldest, {origin(oldest)}:")]

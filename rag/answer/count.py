"""How many articles there are: counted through the whole archive, by time and by outlet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.types import Span
from rag.answer import about
from rag.answer.lines import headline_of, origin
from rag.answer.matter import (
    asks_mentions,
    asks_outlets,
    by_outlet,
    by_time,
    counted,
    find_matter,
    naming,
)
from rag.answer.silence import no_article
from rag.reader import Reading
from rag.types import Draft, Evidence, Query

_MORE = 4  # headlines after the newest


def compose(query: Query, evidence: Evidence, readings: Sequence[Reading]) -> Draft:
    """Count the articles that name what is asked for, then show the headlines of the newest.

    A refusal that says so where there is none.
    """
    holdings = evidence.holdings
    if holdings is None:
        return Draft()
    matter = find_matter(query, holdings, evidence)
    if not matter.words and not matter.limits:
        return about.compose(query, evidence, readings)
    if not matter.articles:
        return Draft(refusal=no_article(matter.words, matter.limits, holdings))
    of_outlets = asks_outlets(query.standalone)
    if of_outlets and not asks_mentions(query.standalone):
        matter = matter.told()
    outlets = len({article.source for article in matter.articles if article.source})
    if of_outlets and outlets:
        short = counted(outlets, "outlet")
        told = f"{short}: {naming(matter)}; {by_outlet(matter.articles)}."
    else:
        short = counted(len(matter.articles), "article")
        parts = [by_time(matter.articles), by_outlet(matter.articles) if outlets > 1 else ""]
        told = f"{naming(matter)}: {'; '.join(filter(None, parts))}."
    newest, *others = matter.originals
    first = headline_of(newest, f"{told} The newest:" if others else told, matter.copies_of(newest))
    lines = [headline_of(one, f"{origin(one)}:", matter.copies_of(one)) for one in others[:_MORE]]
    return Draft((replace(first, short=Span(0, len(short)), short_of="lead"), *lines), short)

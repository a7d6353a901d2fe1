"""Families in a search: what copies and versions say alike is shown once, word for word.

A passage is quoted from the article that it is shown under. Where limits leave only a copy, it is
shown as far as its words stand in that copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index.families.compare import compare, worded_article
from index.families.tables import Member
from index.store.catalog import Catalog, StoredChunk
from index.types import Article, Span

FamilyMembers = Sequence[tuple[Article, Member]]


@dataclass(frozen=True, slots=True)
class Placed:
    """A chunk, or the part of it, that stands word for word in the article it is shown under.

    ``sentences`` are indices of the sentences of the article that was ``indexed``; adding ``shift``
    to their offsets there gives those in ``article``. ``newer`` is the newest version that the
    limits admit, where ``article`` is an older one. ``same_text``: the whole texts are equal.
    """

    article: Article
    span: Span
    indexed: str
    sentences: range
    shift: int
    same_text: bool = False
    also_in: tuple[Article, ...] = ()
    superseded_by: Article | None = None
    newer: Article | None = None


def newest_inside(
    family: FamilyMembers, article_id: str, inside: Collection[str] | None
) -> Article | None:
    """Return the newest version of what an article says that is later and inside the limits."""
    own = next(member for _, member in family if member.article_id == article_id)
    if own.superseded_by is None:
        return None
    reachable = {m.reference for a, m in family if inside is None or a.id in inside}
    texts = {article.id: article for article, _ in family}
    base = texts[own.reference].published or ""
    later = [
        article
        for article, member in family
        if member.role != "copy" and member.article_id in reachable
        if (article.published or "") > base
    ]
    return later[-1] if later else None


def chunk_in_newer(catalog: Catalog, stored: StoredChunk, newer: Article) -> str | None:
    """Id of the newer version's chunk that says most of what a chunk of an older one says.

    None where the newer version does not say all of it, in whichever chunks.
    """
    spans = catalog.sentences(stored.chunk.article_id)[
        stored.sentences.start : stored.sentences.stop
    ]
    texts = _texts(stored, spans)
    places = [newer.text.find(text) for text in texts]
    if min(places, default=-1) < 0:
        return None
    found = Counter[str]()
    for text, place in zip(texts, places, strict=True):
        if chunk_id := catalog.chunk_at(newer.id, place):
            found[chunk_id] += len(text)
    return max(found, key=found.__getitem__, default=None)


def place(
    catalog: Catalog, stored: StoredChunk, family: FamilyMembers, inside: Collection[str] | None
) -> Placed | None:
    """Find the article to show a chunk under, and where its words stand there; None: nowhere."""
    own_id = stored.chunk.article_id
    members = {article.id: (article, member) for article, member in family}
    own = members[own_id][0]
    shown = [a for a, _ in family if inside is None or a.id in inside]
    shown.sort(key=lambda a: (a.id != own_id, a.text != own.text))
    if shown and shown[0].text == own.text:
        shown = shown[:1]  # it has all of the chunk
    found = [
        placed for article in shown if (placed := _placed(catalog, stored, own, article))
        is not None
    ]  # fmt: skip
    if not found:
        return None
    best = max(found, key=lambda placed: len(placed.sentences))
    text = best.article.text[best.span.start : best.span.end]
    reference = members[best.article.id][1].reference
    newest = members[best.article.id][1].superseded_by
    return replace(
        best,
        also_in=tuple(
            a
            for a, m in family
            if a.id != best.article.id and (m.reference == reference or text in a.text)
        ),
        superseded_by=members[newest][0] if newest else None,
        newer=newest_inside(family, best.article.id, inside),
    )


def _placed(catalog: Catalog, stored: StoredChunk, own: Article, article: Article) -> Placed | None:
    chunk = stored.chunk
    if article.text == own.text:
        return Placed(article, Span(chunk.start, chunk.end), own.id, stored.sentences, 0, True)
    start = article.text.find(chunk.text)
    if start >= 0:
        span = Span(start, start + len(chunk.text))
        return Placed(article, span, own.id, stored.sentences, start - chunk.start)
    return _longest_run(catalog.sentences(own.id), stored.sentences, own, article)


def _longest_run(
    spans: Sequence[Span], sentences: range, own: Article, article: Article
) -> Placed | None:
    """Return the longest run of the chunk's sentences that stands in the article as one piece."""
    for length in range(len(sentences) - 1, 0, -1):
        for first in range(sentences.start, sentences.stop - length + 1):
            start, end = spans[first].start, spans[first + length - 1].end
            at = article.text.find(own.text[start:end])
            if at >= 0:
                run = range(first, first + length)
                return Placed(article, Span(at, at + end - start), own.id, run, at - start)
    return None


def _texts(stored: StoredChunk, spans: Sequence[Span]) -> list[str]:
    base = stored.chunk.start
    return [stored.chunk.text[span.start - base : span.end - base] for span in spans]


@lru_cache(maxsize=256)
def only_in(article: Article, newer: Article) -> tuple[Span, ...]:
    """Spans of the sentences that have no counterpart, the same or revised, in a newer version."""
    found = compare(worded_article(article), worded_article(newer))
    return tuple(sentence.span for sentence in found.removed)

"""Folding: ranked hits come in, passages and their sentences go out, each text once.

What copies and versions say alike is shown once, word for word. A passage is quoted from the
article that it is shown under. Where limits leave only a copy, it is shown as far as its words
stand in that copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index.families.compare import compare, worded_article
from index.families.tables import Member
from index.store.catalog import Catalog, StoredChunk
from index.store.stores import Stores
from index.text.sentences import sentence_spans
from index.types import Article, Span
from rag.retrieval.fusion import Hit
from rag.retrieval.limits import Reach
from rag.types import CandidateSentence, Passage

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


@dataclass(frozen=True, slots=True)
class Found:
    """A passage, and where its words stand."""

    passage: Passage
    placed: Placed


def fold(catalog: Catalog, hits: Sequence[Hit], top_k: int, reach: Reach) -> list[Found]:
    """Passages of the best hits; what an older version says as the newest does is its hit."""
    found: list[Found] = []
    seen: set[str] = set()
    families: dict[str, FamilyMembers] = {}
    for hit in hits:
        if len(found) == top_k:
            break
        stored = catalog.chunk(hit.chunk_id)
        article_id = stored.chunk.article_id
        if article_id not in families:  # read once for all of its members
            relatives = catalog.relatives(article_id)
            families.update((member.article_id, relatives) for _, member in relatives)
        family = families[article_id]
        outside, inside = reach.of(article_id)
        newer = _newest_inside(family, article_id, inside)
        if newer is not None and (same := chunk_in_newer(catalog, stored, newer)):
            stored = catalog.chunk(same)
        if stored.chunk.id in seen:
            continue
        seen.add(stored.chunk.id)
        placed = _place(catalog, stored, family, inside)
        # Two versions' chunks may stand at the same place of a copy.
        if placed is not None and not any(
            one.placed.article.id == placed.article.id and _mostly_in(placed.span, one.placed.span)
            for one in found
        ):
            found.append(Found(_passage(hit, len(found) + 1, placed, outside), placed))
    return found


def _passage(hit: Hit, rank: int, placed: Placed, outside: bool) -> Passage:
    return Passage(
        article=placed.article,
        start=placed.span.start,
        end=placed.span.end,
        text=placed.article.text[placed.span.start : placed.span.end],
        score=hit.score,
        rank=rank,
        found_by=hit.found_by,
        also_in=placed.also_in,
        superseded_by=placed.superseded_by,
        outside=outside,
    )


def _newest_inside(
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
    chunk, sentences = stored.chunk, stored.sentences
    spans = catalog.sentences(chunk.article_id)[sentences.start : sentences.stop]
    texts = [chunk.text[span.start - chunk.start : span.end - chunk.start] for span in spans]
    places = [newer.text.find(text) for text in texts]
    if min(places, default=-1) < 0:
        return None
    found = Counter[str]()
    for text, place in zip(texts, places, strict=True):
        if chunk_id := catalog.chunk_at(newer.id, place):
            found[chunk_id] += len(text)
    return max(found, key=found.__getitem__, default=None)


def _place(
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
        newer=_newest_inside(family, best.article.id, inside),
    )


def _placed(catalog: Catalog, stored: StoredChunk, own: Article, article: Article) -> Placed | None:
    """Find a chunk in an article, or else the longest run of its sentences that stands there."""
    chunk, sentences = stored.chunk, stored.sentences
    if article.text == own.text:
        return Placed(article, Span(chunk.start, chunk.end), own.id, sentences, 0, True)
    at = article.text.find(chunk.text)
    if at >= 0:
        span = Span(at, at + len(chunk.text))
        return Placed(article, span, own.id, sentences, at - chunk.start)
    spans = catalog.sentences(own.id)
    for length in range(len(sentences) - 1, 0, -1):
        for first in range(sentences.start, sentences.stop - length + 1):
            start, end = spans[first].start, spans[first + length - 1].end
            at = article.text.find(own.text[start:end])
            if at >= 0:
                run = range(first, first + length)
                return Placed(article, Span(at, at + end - start), own.id, run, at - start)
    return None


def sentences_of(stores: Stores, found: Found) -> list[CandidateSentence]:
    """Read the passage's sentences, with the vectors of the article that was indexed.

    Of an older version only what the newest says in no way: the rest is out of date.
    """
    placed = found.placed
    row, chosen = stores.catalog.first_vector(placed.indexed), placed.sentences
    vectors = stores.sentences.read(row + chosen.start, len(chosen))
    spans, positions = _spans_in(placed, stores.catalog.sentences(placed.indexed))
    kept = None if placed.newer is None else _only_in(placed.article, placed.newer)
    return [
        CandidateSentence(found.passage, spans[at].start, spans[at].end, at, spans, vectors[n])
        for n, at in enumerate(positions)
        if kept is None or any(_mostly_in(spans[at], span) for span in kept)
    ]


def _spans_in(placed: Placed, indexed: tuple[Span, ...]) -> tuple[tuple[Span, ...], Sequence[int]]:
    """Sentences of the article that is shown, and which of them are the passage's.

    ``indexed`` are those of the article that was indexed.
    """
    if placed.same_text:
        return indexed, placed.sentences
    shifted = [
        Span(indexed[i].start + placed.shift, indexed[i].end + placed.shift)
        for i in placed.sentences
    ]
    article = placed.article
    whole = tuple(sentence_spans(article.text, article.language))
    at = {span: number for number, span in enumerate(whole)}
    if all(span in at for span in shifted):
        return whole, [at[span] for span in shifted]
    return tuple(shifted), range(len(shifted))


@lru_cache(maxsize=256)
def _only_in(article: Article, newer: Article) -> tuple[Span, ...]:
    """Spans of the sentences that have no counterpart, the same or revised, in a newer version."""
    found = compare(worded_article(article), worded_article(newer))
    return tuple(sentence.span for sentence in found.removed)


def _mostly_in(span: Span, other: Span) -> bool:
    overlap = min(span.end, other.end) - max(span.start, other.start)
    return 2 * overlap > span.end - span.start

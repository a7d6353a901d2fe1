"""Chunks on sentence boundaries that fit what the embedder reads.

Length is counted in the embedder's own word pieces, headline and date included, so nothing is cut
silently. A sentence that is longer than the room alone is split at a space (inside a "word" only
where that single word does not fit).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, groupby

from index.models.embedder import Embedder, WordPieces
from index.text.sentences import sentence_spans
from index.types import Article, Chunk, Span

_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class ChunkedArticle:
    """An article's chunks and sentences.

    ``header`` is put before each chunk's text when it is embedded. ``chunk_sentences[i]`` are the
    indices into ``sentences`` of chunk i: ``range(first, last)``; ``chunk_pieces[i]`` the number of
    word pieces of what is embedded for it.
    """

    article: Article
    header: str
    sentences: tuple[Span, ...]
    chunks: tuple[Chunk, ...]
    chunk_sentences: tuple[range, ...]
    chunk_pieces: tuple[int, ...] = ()

    def embedded_text(self, ordinal: int) -> str:
        """Return what the embedder reads for a chunk: headline and date, then the chunk's text."""
        return self.header + self.chunks[ordinal].text

    def embedded_spans(self, ordinal: int) -> tuple[Span, ...]:
        """Spans of a chunk's sentences inside what the embedder reads for it."""
        shift = len(self.header) - self.chunks[ordinal].start
        sentences = (self.sentences[n] for n in self.chunk_sentences[ordinal])
        return tuple(Span(s.start + shift, s.end + shift) for s in sentences)


class Chunker:
    """Cuts articles into chunks of up to ``chunk_pieces`` word pieces, header included.

    A paragraph is not begun in a chunk that is already two thirds full and would not hold it
    whole, so chunks tend to be whole paragraphs.
    """

    def __init__(self, embedder: Embedder, chunk_pieces: int) -> None:
        self._embedder = embedder
        self._room = min(chunk_pieces, embedder.window)

    def chunk(self, article: Article) -> ChunkedArticle:
        """Cut one article; an article without text gives no chunk."""
        return self.chunk_all([article])[0]

    def chunk_all(self, articles: Sequence[Article]) -> list[ChunkedArticle]:
        """Cut several articles, whose word pieces are then found on all cores at once."""
        pieces = self._embedder.word_pieces([article.text for article in articles])
        spans = [sentence_spans(article.text, article.language) for article in articles]
        headers = self._headers(articles)
        header_sizes = self._embedder.count(headers)
        rooms = [self._room - size for size in header_sizes]
        done: dict[int, ChunkedArticle] = {}
        while len(done) < len(articles):
            tried = {
                n: _cut(articles[n], headers[n], spans[n], pieces[n], rooms[n])
                for n in range(len(articles))
                if n not in done
            }
            if self._embedder.parts_at_spaces:
                for n, chunked in tried.items():
                    tried[n] = _sized(chunked, pieces[n], header_sizes[n])
            for n, chunked in zip(tried, self._counted(tried.values()), strict=True):
                # The rest of a word that was split may have more pieces by itself than inside it.
                excess = max(chunked.chunk_pieces, default=0) - self._room
                if excess <= 0 or rooms[n] <= excess:
                    done[n] = chunked
                rooms[n] -= excess
        return [done[n] for n in range(len(articles))]

    def only(self, chunked: ChunkedArticle, spans: Sequence[Span]) -> ChunkedArticle:
        """Keep of a cut article the sentences that touch one of the spans.

        What follows on each other inside a chunk becomes a chunk; chunks are numbered anew.
        """
        runs: list[list[Span]] = []
        for own in chunked.chunk_sentences:
            touched = [
                n for n in own
                if any(s.start < chunked.sentences[n].end and chunked.sentences[n].start < s.end
                       for s in spans)
            ]  # fmt: skip
            for _, group in groupby(enumerate(touched), key=lambda pair: pair[1] - pair[0]):
                runs.append([chunked.sentences[n] for _, n in group])
        ends = list(accumulate(map(len, runs)))
        narrowed = replace(
            chunked,
            sentences=tuple(chain.from_iterable(runs)),
            chunks=tuple(_chunk(chunked.article, n, run) for n, run in enumerate(runs)),
            chunk_sentences=tuple(
                range(end - len(run), end) for end, run in zip(ends, runs, strict=True)
            ),
            chunk_pieces=(),
        )
        return next(self._counted([narrowed]))

    def _counted(self, articles: Collection[ChunkedArticle]) -> Iterator[ChunkedArticle]:
        """Count the word pieces that are not known yet."""
        known = [a.chunk_pieces or (_UNKNOWN,) * len(a.chunks) for a in articles]
        texts = [
            article.embedded_text(n)
            for article, sizes in zip(articles, known, strict=True)
            for n, size in enumerate(sizes)
            if size == _UNKNOWN
        ]
        counts = iter(self._embedder.count(texts) if texts else ())
        for article, sizes in zip(articles, known, strict=True):
            whole = tuple(next(counts) if size == _UNKNOWN else size for size in sizes)
            yield replace(article, chunk_pieces=whole)

    def _headers(self, articles: Sequence[Article]) -> list[str]:
        """Headline and day, at most a third of the room: a headline may be of any length."""
        limit = self._room // 3
        pieces = self._embedder.word_pieces([article.title for article in articles])
        headers = []
        for article, own in zip(articles, pieces, strict=True):
            title = article.title
            if len(own.ends) > limit:
                title = title[: own.ends[limit - 1]].rsplit(" ", 1)[0]
            day = f" ({article.day})" if article.day else ""
            headers.append(f"{title}{day}\n" if title else "")
        return headers


def _cut(
    article: Article, header: str, spans: Sequence[Span], pieces: WordPieces, room: int
) -> ChunkedArticle:
    sentences = [part for span in spans for part in _split(article.text, span, pieces, room)]
    groups = _pack(article.text, sentences, pieces, room)
    return ChunkedArticle(
        article=article,
        header=header,
        sentences=tuple(sentences),
        chunks=tuple(
            _chunk(article, ordinal, sentences[group.start : group.stop])
            for ordinal, group in enumerate(groups)
        ),
        chunk_sentences=tuple(groups),
    )


def _chunk(article: Article, ordinal: int, sentences: Sequence[Span]) -> Chunk:
    start, end = sentences[0].start, sentences[-1].end
    return Chunk(f"{article.id}:{ordinal}", article.id, start, end, article.text[start:end])


def _sized(chunked: ChunkedArticle, pieces: WordPieces, header: int) -> ChunkedArticle:
    """Note the word pieces of chunks that stand between spaces: header's and text's.

    Counting them again would take as long as finding them did.
    """
    text = f" {chunked.article.text} "  # a chunk's neighbours are at ``start`` and ``end + 1``
    sizes = tuple(
        header + _size(Span(chunk.start, chunk.end), pieces)
        if text[chunk.start] in " \n" and text[chunk.end + 1] in " \n"
        else _UNKNOWN
        for chunk in chunked.chunks
    )
    return replace(chunked, chunk_pieces=sizes)


def _size(span: Span, pieces: WordPieces) -> int:
    """Word pieces of a span, counted generously: a piece that it only touches counts."""
    return bisect_left(pieces.starts, span.end) - _first_piece(span.start, pieces)


def _first_piece(position: int, pieces: WordPieces) -> int:
    first = bisect_left(pieces.starts, position)
    return first - 1 if first > 0 and pieces.ends[first - 1] > position else first


def _split(text: str, span: Span, pieces: WordPieces, room: int) -> list[Span]:
    """Return the span itself where it fits, else parts of it that do."""
    parts = []
    while _size(span, pieces) > room:
        limit = pieces.ends[_first_piece(span.start, pieces) + room - 1]
        cut = text.rfind(" ", span.start + 1, min(limit, span.end))
        cut = cut if cut > span.start else min(limit, span.end - 1)
        parts.append(Span(span.start, cut))
        start = cut + (len(text[cut : span.end]) - len(text[cut : span.end].lstrip()))
        span = Span(start, span.end)
    return [*parts, span]


def _pack(text: str, sentences: Sequence[Span], pieces: WordPieces, room: int) -> list[range]:
    """Consecutive sentences to chunks, as ranges of indices into ``sentences``."""
    paragraph_ends = [len(sentences) - 1] * len(sentences)  # each one's last sentence
    for index in range(len(sentences) - 2, -1, -1):
        gap = text[sentences[index].end : sentences[index + 1].start]
        paragraph_ends[index] = index if "\n" in gap else paragraph_ends[index + 1]
    groups: list[range] = []
    first = 0
    for index, sentence in enumerate(sentences):
        if index == first:
            continue
        used = _size(Span(sentences[first].start, sentences[index - 1].end), pieces)
        begins_paragraph = paragraph_ends[index] != paragraph_ends[index - 1]
        end = sentence.end
        if begins_paragraph and used * 3 > room * 2:
            end = sentences[paragraph_ends[index]].end
        if _size(Span(sentences[first].start, end), pieces) > room:
            groups.append(range(first, index))
            first = index
    if sentences:
        groups.append(range(first, len(sentences)))
    return groups

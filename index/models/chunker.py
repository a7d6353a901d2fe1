"""Chunks on sentence boundaries that fit what the embedder reads.

Length is counted in the embedder's own word pieces, headline and date included, so nothing is cut
silently. A sentence that is longer than the room alone is split at a space (inside a "word" only
where that single word does not fit).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, groupby, islice

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
        runs = [run for own in chunked.chunk_sentences for run in _runs(chunked, own, spans)]
        sentences = [chunked.sentences[run.start : run.stop] for run in runs]
        ends = list(accumulate(map(len, sentences)))
        narrowed = replace(
            chunked,
            sentences=tuple(chain.from_iterable(sentences)),
            chunks=tuple(_chunk(chunked.article, n, own) for n, own in enumerate(sentences)),
            chunk_sentences=tuple(
                range(end - len(own), end) for end, own in zip(ends, sentences, strict=True)
            ),
            chunk_pieces=(),
        )
        return next(self._counted([narrowed]))

    def _counted(self, articles: Collection[ChunkedArticle]) -> Iterator[ChunkedArticle]:
        """Count the word pieces that are not known yet."""
        texts = [a.embedded_text(n) for a in articles for n in _uncounted(a)]
        sizes = iter(self._embedder.count(texts) if texts else ())
        for article in articles:
            known = dict(enumerate(article.chunk_pieces))
            missing = _uncounted(article)
            known.update(zip(missing, islice(sizes, len(missing)), strict=True))
            yield replace(article, chunk_pieces=tuple(known[n] for n in range(len(known))))

    def _headers(self, articles: Sequence[Article]) -> list[str]:
        """Headline and day, at most a third of the room: a headline may be of any length."""
        limit = self._room // 3
        pieces = self._embedder.word_pieces([article.title for article in articles])
        return [_header(a, own.ends, limit) for a, own in zip(articles, pieces, strict=True)]


def _runs(chunked: ChunkedArticle, own: range, spans: Sequence[Span]) -> Iterator[range]:
    """Find the runs of a chunk's sentences that touch one of the spans."""
    touched = [
        i
        for i in own
        if any(s.start < chunked.sentences[i].end and chunked.sentences[i].start < s.end
               for s in spans)
    ]  # fmt: skip
    for _, group in groupby(enumerate(touched), key=lambda pair: pair[1] - pair[0]):
        members = [i for _, i in group]
        yield range(members[0], members[-1] + 1)


def _header(article: Article, ends: Sequence[int], limit: int) -> str:
    title = article.title
    if len(ends) > limit:
        title = title[: ends[limit - 1]].rsplit(" ", 1)[0]
    day = f" ({article.day})" if article.day else ""
    return f"{title}{day}\n" if title else ""


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
    text = chunked.article.text
    sizes = tuple(
        header + _size(Span(chunk.start, chunk.end), pieces)
        if _parted(text, chunk.start - 1) and _parted(text, chunk.end)
        else _UNKNOWN
        for chunk in chunked.chunks
    )
    return replace(chunked, chunk_pieces=sizes)


def _parted(text: str, position: int) -> bool:
    return not 0 <= position < len(text) or text[position] in " \n"


def _uncounted(chunked: ChunkedArticle) -> list[int]:
    sizes = chunked.chunk_pieces or (_UNKNOWN,) * len(chunked.chunks)
    return [n for n, size in enumerate(sizes) if size == _UNKNOWN]


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
    paragraph_ends = _paragraph_ends(text, sentences)
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


def _paragraph_ends(text: str, sentences: Sequence[Span]) -> list[int]:
    """For each sentence the index of the last sentence of its paragraph."""
    ends = [len(sentences) - 1] * len(sentences)
    for index in range(len(sentences) - 2, -1, -1):
        gap = text[sentences[index].end : sentences[index + 1].start]
        ends[index] = index if "\n" in gap else ends[index + 1]
    return ends

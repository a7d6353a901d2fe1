"""A digest of what an archive holds, however it came about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from index.models.chunker import ChunkedArticle
from index.models.encode import vector_key
from index.store.generation import Generation
from index.store.stores import Stores

_TOGETHER = 2_000  # chunks


@dataclass(frozen=True, slots=True)
class Digest:
    """Hashes of an archive's articles, families, chunks and vectors.

    Articles count with every field but the file that they were read from; chunks with their
    sentences and the text that is embedded for them; vectors with every bit. A model rounds
    otherwise in a batch of other texts, so ``vectors`` may differ where the rest is the same.
    """

    articles: str
    families: str
    chunks: str
    vectors: str

    def __str__(self) -> str:
        return _hashed([self.articles, self.families, self.chunks, self.vectors])


def digest(generation: Generation) -> Digest:
    """Digest of a generation; what order or how many builds led to it makes no difference."""
    manifest = generation.manifest()
    with Stores(generation, manifest.dimension) as stores:
        catalog = stores.catalog
        ids = sorted(catalog.register.indexed())
        return Digest(
            articles=_hashed(mark for _, mark in catalog.register.fingerprints()),
            families=_hashed(
                f"{m.article_id}\x1f{m.family}\x1f{m.role}\x1f{m.reference}\x1f{m.superseded_by}"
                f"\x1f{m.own}"
                for m in sorted(catalog.families.members(several=False), key=lambda m: m.article_id)
            ),
            chunks=_hashed(
                part for name in ids for part in _chunks(catalog.chunked(name), manifest.embedder)
            ),
            vectors=_hashed(_vectors(stores, ids)),
        )


def _chunks(chunked: ChunkedArticle, embedder: str) -> Iterator[str]:
    for ordinal, chunk in enumerate(chunked.chunks):
        spans = chunked.embedded_spans(ordinal)
        key = vector_key(embedder, chunked.embedded_text(ordinal), spans).hex()
        yield f"{chunk.id}\x1f{chunk.start}\x1f{chunk.end}\x1f{key}"


def _vectors(stores: Stores, article_ids: Sequence[str]) -> Iterator[bytes]:
    catalog = stores.catalog
    chunk_ids = catalog.chunk_ids(article_ids)
    for first in range(0, len(chunk_ids), _TOGETHER):
        some = chunk_ids[first : first + _TOGETHER]
        found = stores.vectors.vectors(some)
        yield from (found[name].tobytes() if name in found else b"" for name in some)
    for name in article_ids:
        yield stores.sentences.stored(catalog.first_vector(name), len(catalog.sentences(name)))


def _hashed(parts: Iterable[str | bytes]) -> str:
    found = blake2b(digest_size=16)
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        found.update(len(content).to_bytes(8, "little") + content)
    return found.hexdigest()

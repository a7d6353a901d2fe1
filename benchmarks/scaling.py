"""How figures grow with the archive: builds of made articles, each a process of its own.

Hashed words stand in for the encoder, whose time grows with the chunks and nothing else, so that
20,000 articles take minutes and the rest is seen. The smallest size is built with the encoder too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from indexing import ADDED
from made_articles import made_articles, write_articles
from processes import Run, run

from index.settings import HASHED, PACKAGED
from index.store.archive import ArchiveFolder
from rag import Archive
from rag.evaluation.scoring import percentile

_SEARCHES = 60
_OTHER_SEED = 2


@dataclass(frozen=True, slots=True)
class Scale:
    """Figures of one size: ``search`` in ms, ``disk`` bytes of the current generation."""

    embedder: str
    articles: int
    chunks: int
    build: Run
    rebuild: Run
    unchanged: Run
    add: Run
    search: list[float]
    disk: int

    @property
    def row(self) -> list[tuple[str, float]]:
        """Figures with their units, for a table."""
        chunks = self.chunks
        return [
            ("chunks", chunks),
            ("build chunks/s", chunks / self.build.seconds),
            ("rebuild chunks/s", chunks / self.rebuild.seconds),
            ("unchanged s", self.unchanged.seconds),
            (f"add {ADDED} s", self.add.seconds),
            ("search ms", median(self.search)),
            ("search p95 ms", percentile(self.search, 0.95) or 0.0),
            ("disk kB/chunk", self.disk / chunks / 1e3),
            ("build peak MB", self.build.peak_mb),
            ("rebuild peak MB", self.rebuild.peak_mb),
            ("add peak MB", self.add.peak_mb),
            ("build peak kB/chunk", self.build.peak_mb * 1e3 / chunks),
        ]


def measure_scales(sizes: Sequence[int], scratch: Path) -> Iterator[Scale]:
    """Measure each size with hashed words, and the smallest with the packaged model too."""
    yield _measure(min(sizes), PACKAGED, scratch)
    for size in sorted(sizes):
        yield _measure(size, HASHED, scratch)


def _measure(size: int, embedder: str, scratch: Path) -> Scale:
    articles = write_articles(scratch / f"made-{size}.jsonl", size)
    others = write_articles(scratch / "others.jsonl", ADDED, _OTHER_SEED)
    archive = scratch / f"{embedder}-{size}"
    where = ("--archive", archive)
    build = run("build", articles, *where, "--embedder", embedder)
    unchanged = run("build", articles, *where)
    rebuild = run("build", articles, *where, "--rebuild")
    chunks = ArchiveFolder(archive).current().manifest().chunks
    files = ArchiveFolder(archive).current().folder.rglob("*")
    disk = sum(path.stat().st_size for path in files if path.is_file())
    search = _searches(archive, size)
    add = run("add", others, *where)
    return Scale(embedder, size, chunks, build, rebuild, unchanged, add, search, disk)


def _searches(archive: Path, size: int) -> list[float]:
    """Milliseconds of searches for headlines of the archive, everything loaded."""
    step = max(1, size // _SEARCHES)
    titles = [article["title"] for article in made_articles(size)][::step]
    times = []
    with Archive.open(archive) as opened:
        opened.search(titles[0])
        for title in titles:
            started = time.perf_counter()
            opened.search(title, top_k=10)
            times.append((time.perf_counter() - started) * 1000)
    return times

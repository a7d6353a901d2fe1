"""Measure newsarchive on this machine: ``make bench``, or ``python benchmarks/bench.py``.

A build beside the bare encoder, later builds of what has changed little or not at all, search and
ask, cold starts and peak memory; with ``--scale`` how these grow with the archive. Articles and
questions are those of NEWSARCHIVE_DATA (a folder in the format of docs/evaluation.md), else of
../shared/data/wikinews, else of seeds/sample.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import orjson
from asking import measure_asking, measure_reranking
from indexing import ADDED, IndexingTimes, measure_indexing
from processes import command, run, run_often
from rich.console import Console
from rich.table import Table
from scaling import measure_scales

from index.errors import NewsArchiveError
from rag.evaluation.scoring import percentile
from rag.evaluation.sets import ARTICLES, EvaluationSet, read_set

ROOT = Path(__file__).resolve().parent.parent
_SCALE = [1_000, 5_000, 20_000]
_IDLE_LOAD = 0.5


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table: the median of ``values`` is the figure, the rest shows the noise."""

    name: str
    unit: str
    values: list[float]

    @property
    def median(self) -> float:
        """Middle value."""
        return median(self.values)


def main() -> None:
    """Measure, print the table, write the JSON."""
    options = _options()
    command()
    shared = ROOT.parent / "shared" / "data" / "wikinews"
    default = shared if shared.is_dir() else ROOT / "seeds" / "sample"
    data = Path(os.environ.get("NEWSARCHIVE_DATA") or default)
    try:
        evaluation_set = read_set(data)
    except NewsArchiveError as error:
        sys.exit(str(error))
    _note(f"data: {data} ({len(evaluation_set.questions)} questions)")
    load = os.getloadavg()[0]
    if load > _IDLE_LOAD:
        _note(f"the machine is busy (load {load:.1f}), so expect noise; measure again when idle")
    with TemporaryDirectory(prefix="newsarchive-bench-", ignore_cleanup_errors=True) as folder:
        if options.scale:
            scales = _measure_scales(options.scale, Path(folder))
        else:
            figures = _measure(evaluation_set, Path(folder), options.repeats, options.starts)
            _print_table(figures, data)
    if options.json:
        found = {"scale": scales} if options.scale else _as_json(figures, data)
        machine = {
            "cores": os.cpu_count(),
            "platform": platform.platform(),
            "python": platform.python_version(),
            "load_before": load,
        }
        measured = datetime.now(UTC).isoformat(timespec="seconds")
        record = {"measured": measured, "machine": machine, **found}
        options.json.write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    parser.add_argument(
        "--repeats", type=int, default=2, metavar="N", help="builds and encoder runs (2)"
    )
    parser.add_argument(
        "--scale",
        type=_sizes,
        nargs="?",
        const=_SCALE,
        metavar="SIZES",
        help=f"measure archives of made articles instead ({','.join(map(str, _SCALE))})",
    )
    parser.add_argument(
        "--starts", type=int, default=5, metavar="N", help="cold starts of each command (5)"
    )
    options = parser.parse_args()
    if min(options.repeats, options.starts) < 1:
        parser.error("--repeats and --starts must be 1 or more")
    return options


def _sizes(given: str) -> list[int]:
    sizes = [int(size) for size in given.split(",")]
    if min(sizes) < ADDED:
        raise argparse.ArgumentTypeError(f"sizes of {ADDED} articles or more")
    return sizes


def _measure(
    evaluation_set: EvaluationSet, scratch: Path, repeats: int, starts: int
) -> list[Figure]:
    articles = evaluation_set.folder / ARTICLES
    _note(f"building {repeats} times, in turn with the bare encoder")
    indexing = measure_indexing(articles.resolve(), scratch, repeats)
    archive = scratch / "archive"
    _note("searching and asking")
    asking = measure_asking(archive, evaluation_set.questions)
    _note("reranking by a cross-encoder of MiniLM-L6's shape with random weights")
    reranking = measure_reranking(archive, evaluation_set.questions, scratch)
    _note("starting processes")
    question = evaluation_set.questions[0].question
    ask = run_often(("ask", question, "--archive", archive), starts)
    build = run("build", articles.resolve(), "--archive", scratch / "in-a-process")
    simple = {flag: run_often((flag,), starts) for flag in ("--help", "--version")}
    return [
        *_indexing_figures(indexing),
        Figure("search, warm", "ms", asking.search),
        Figure("search, warm, p95", "ms", [percentile(asking.search, 0.95) or 0.0]),
        Figure("ask, warm", "ms", asking.ask),
        Figure("ask, warm, p95", "ms", [percentile(asking.ask, 0.95) or 0.0]),
        Figure("reranking adds (L6 shape, random weights)", "ms", reranking),
        Figure("newsarchive ask, cold", "s", [one.seconds for one in ask]),
        *(
            Figure(f"newsarchive {flag}", "s", [one.seconds for one in runs])
            for flag, runs in simple.items()
        ),
        Figure("newsarchive build, whole process", "s", [build.seconds]),
        Figure("peak memory of build", "MB", [build.peak_mb]),
        Figure("peak memory of ask", "MB", [one.peak_mb for one in ask]),
    ]


def _measure_scales(sizes: list[int], scratch: Path) -> list[dict[str, object]]:
    _note(
        "made articles; hashed words in the encoder's place, but for the smallest size, which is "
        "also built with the encoder. Whole processes, the start of Python included"
    )
    rows = []
    for scale in measure_scales(sizes, scratch):
        _note(f"{scale.articles} articles by {scale.embedder}")
        rows.append({"embedder": scale.embedder, "articles": scale.articles, **dict(scale.row)})
    table = Table(title=f"newsarchive by size, {os.cpu_count()} cores", title_justify="left")
    table.add_column("figure")
    for row in rows:
        table.add_column(f"{row['articles']:,}\n{row['embedder']}", justify="right")
    for name in list(rows[0])[2:]:
        table.add_row(name, *(_shown(float(str(row[name]))) for row in rows))
    Console().print(table)
    return rows


def _indexing_figures(times: IndexingTimes) -> list[Figure]:
    runs = list(zip(times.build, times.bare, times.unchanged, strict=True))
    fastest_bare, fastest = (min(one.wall for one in of) for of in (times.bare, times.build))
    chunks = times.chunks
    return [
        Figure("build: articles", "articles/s", [times.articles / b.wall for b in times.build]),
        Figure("build: chunks", "chunks/s", [chunks / build.wall for build in times.build]),
        Figure(
            "encoder alone, our batches and threads",
            "chunks/s",
            [chunks / one.wall for one in times.bare],
        ),
        Figure(
            "bare encoder (SentenceTransformer.encode)",
            "chunks/s",
            [chunks / x.wall for x in times.library],
        ),
        Figure("build's rate / encoder's alone", "", [bare.wall / b.wall for b, bare, _ in runs]),
        Figure("the same, best run of each", "", [fastest_bare / fastest]),
        Figure("the same by CPU seconds", "", [bare.cpu / build.cpu for build, bare, _ in runs]),
        Figure(
            "build's rate / bare encoder's",
            "",
            [own.wall / build.wall for own, build in zip(times.library, times.build, strict=True)],
        ),
        Figure("build", "s", [build.wall for build in times.build]),
        Figure("build again, nothing changed", "s", [again.wall for again in times.unchanged]),
        Figure("again / first", "", [again.wall / build.wall for build, _, again in runs]),
        Figure(
            "--rebuild, vectors taken over", "chunks/s", [chunks / r.wall for r in times.rebuild]
        ),
        Figure("the same by CPU seconds", "chunks/s", [chunks / r.cpu for r in times.rebuild]),
        Figure(f"add of {ADDED} articles", "s", [add.wall for add in times.add]),
    ]


def _print_table(figures: list[Figure], data: Path) -> None:
    table = Table(title=f"newsarchive on {data.name}, {os.cpu_count()} cores", title_justify="left")
    for name in ("figure", "median", "min", "max", "n", "unit"):
        table.add_column(name, justify="right" if name in ("median", "min", "max", "n") else "left")
    for figure in figures:
        values = (figure.median, min(figure.values), max(figure.values))
        table.add_row(figure.name, *map(_shown, values), str(len(figure.values)), figure.unit)
    Console().print(table)


def _as_json(figures: list[Figure], data: Path) -> dict[str, object]:
    return {
        "data": data.name,
        "figures": [
            {
                "name": figure.name,
                "unit": figure.unit,
                "median": figure.median,
                "min": min(figure.values),
                "max": max(figure.values),
                "n": len(figure.values),
            }
            for figure in figures
        ],
    }


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def _note(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

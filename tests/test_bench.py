"""``make bench`` runs whole on a small set, and what it makes to measure with is like news."""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="module")
def made(root: Path) -> Iterator[ModuleType]:
    sys.path.insert(0, str(root / "benchmarks"))
    yield import_module("made_articles")
    sys.path.remove(str(root / "benchmarks"))


@pytest.fixture(scope="module")
def island(
    tmp_path_factory: pytest.TempPathFactory, news: object, write_lines: Callable[..., Path]
) -> Path:
    folder = tmp_path_factory.mktemp("bench") / "island"
    write_lines(folder / "articles.jsonl", *news)
    write_lines(
        folder / "questions.jsonl",
        {"id": "1", "question": "Which ferry ran aground?", "gold": ["ferry"], "kind": "fact"},
    )
    return folder


@pytest.fixture(scope="module")
def bench(island: Path, run_script: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Measure on the island's news: ``bench("--repeats", 1)`` gives the JSON that is written."""

    def measure(*options: object) -> dict[str, Any]:
        figures = island.parent / "figures.json"
        ended = run_script(
            "benchmarks/bench.py",
            "--json",
            figures,
            *options,
            env={"NEWSARCHIVE_DATA": str(island)},
        )
        assert ended.returncode == 0, ended.stderr
        found: dict[str, Any] = json.loads(figures.read_text("utf-8"))
        return found

    return measure


def test_all_figures_are_measured(bench: Callable[..., dict[str, Any]]) -> None:
    found = bench("--repeats", 1, "--starts", 1)
    figures = {figure["name"]: figure["median"] for figure in found["figures"]}
    for name in (
        "build: articles", "build: chunks", "encoder alone, our batches and threads",
        "bare encoder (SentenceTransformer.encode)", "build's rate / encoder's alone",
        "build again, nothing changed", "--rebuild, vectors taken over", "add of 100 articles",
        "search, warm", "search, warm, p95", "ask, warm", "ask, warm, p95",
        "newsarchive ask, cold", "newsarchive --help", "peak memory of build",
    ):  # fmt: skip
        assert figures[name] > 0, name
    assert found["data"] == "island"


def test_the_curve_has_every_size_and_figure(bench: Callable[..., dict[str, Any]]) -> None:
    rows = bench("--scale", 100)["scale"]
    assert [(row["embedder"], row["articles"]) for row in rows] == [
        ("all-MiniLM-L6-v2", 100),
        ("hashed-words", 100),
    ]
    for row in rows:
        assert row["chunks"] > row["articles"]
        for name in ("build chunks/s", "rebuild chunks/s", "add 100 s", "search ms"):
            assert row[name] > 0, name
        assert 1 < row["disk kB/chunk"] < 100
        assert row["build peak MB"] > 50


def test_made_articles_are_like_news(made: ModuleType) -> None:
    articles = list(made.made_articles(400))
    assert articles == list(made.made_articles(400))
    assert len({article["id"] for article in articles}) == 400
    lengths = [len(article["text"].split()) for article in articles]
    assert 250 < median(lengths) < 420
    sentences = [s for a in articles for s in re.split(r"(?<=\.)\s+", a["text"])]
    assert 15 < median(len(sentence.split()) for sentence in sentences) < 21
    # Zipf: the tenth most frequent word about a fifth as frequent as the first or more.
    words = Counter(word.strip(".,").lower() for a in articles for word in a["text"].split())
    counts = [count for _, count in words.most_common(1_000)]
    assert 2 < counts[0] / counts[9] < 12
    assert 8 < counts[9] / counts[-1] < 200


def test_made_articles_are_copies_only_on_purpose(made: ModuleType, tmp_path: Path) -> None:
    from index.build import build_archive
    from index.settings import Settings

    source = made.write_articles(tmp_path / "made.jsonl", 300)
    texts = [json.loads(line)["text"] for line in source.read_text("utf-8").splitlines()]
    begins = Counter(text[:80] for text in texts)
    meant = sum(count - 1 for count in begins.values())
    report = build_archive(tmp_path / "archive", [source], settings=Settings("hashed-words"))
    assert 15 < meant < 50
    assert abs(report.copies - meant) <= 3

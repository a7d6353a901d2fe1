"""The comparison with other tools runs, says who is absent and names what it cannot use."""

import json
import subprocess
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path


def test_peers_are_compared_or_named_as_absent(
    tmp_path: Path,
    news: Sequence[dict[str, str]],
    write_lines: Callable[..., Path],
    run_script: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    write_lines(tmp_path / "island" / "articles.jsonl", *news)
    write_lines(
        tmp_path / "island" / "questions.jsonl",
        {"id": "1", "question": "Which ferry ran aground?", "gold": ["ferry-copy"]},
        {"id": "2", "question": "What was passed by the council?", "gold": ["budget", "storm"]},
        {"id": "3", "question": "Who stole the moon?", "kind": "unanswerable"},
    )
    figures = tmp_path / "figures.json"
    ended = run_script("benchmarks/peers.py", tmp_path / "island", "--json", figures)
    assert ended.returncode == 0, ended.stderr
    assert ("txtai hybrid, articles is left out: txtai not installed" in ended.stderr) == (
        find_spec("txtai") is None
    )
    assert "island: 2 questions" in ended.stdout
    ours = json.loads(figures.read_text("utf-8"))["sets"]["island"]["newsarchive"]
    # A copy of the gold article is that article, and all five are among the first ten.
    assert (ours["questions"], ours["hit@1"], ours["recall@10"]) == (2, 1, 1)
    assert ours["build_s"] > 0 and ours["search_ms"] > 0 and ours["peak_mb"] > 0


def test_a_folder_that_is_no_set_is_named(
    tmp_path: Path, run_script: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    ended = run_script("benchmarks/peers.py", tmp_path)
    assert ended.returncode == 1
    assert "articles.jsonl cannot be read" in ended.stderr
    assert "Traceback" not in ended.stderr

"""The scripts that watch the code: what a change did, and how large the rooms are."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
ANSWER = {"id": "1", "answer": "Ferry. [1]", "passages": [{"score": 0.5}], "timings_ms": {"all": 1}}


@pytest.fixture
def kept(tmp_path: Path, write_lines: Callable[..., Path]) -> Callable[..., Path]:
    """Write what a checkout did: ``kept("before", answer={…}, seconds=1)``."""

    def write(name: str, *, answer: dict[str, object] = ANSWER, seconds: object = 1) -> Path:
        folder = tmp_path / name
        write_lines(folder / "island-answers.jsonl", ANSWER, answer)
        write_lines(folder / "island-build.json", {"articles": 5, "seconds": seconds})
        write_lines(folder / "help.txt", "Usage: newsarchive", "  --help")
        return folder

    return write


def test_what_differs_from_run_to_run_is_no_difference(run_script: Run, kept: Callable) -> None:
    before = kept("before")
    after = kept("after", seconds=2, answer={**ANSWER, "timings_ms": {"all": 2, "search": 1}})
    ended = run_script("scripts/behaviour.py", "compare", before, after)
    assert (ended.returncode, ended.stdout) == (0, "3 files, 0 differences\n")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"answer": "Boat."}, "[1].answer: 'Ferry. [1]' -> 'Boat.'"),
        ({"passages": []}, "[1].passages: [{'score': 0.5}] -> []"),
        ({"passages": [{"score": 0.25}]}, "[1].passages[0].score: 0.5 -> 0.25"),
        ({"id": 1}, "[1].id: '1' -> 1"),
        ({"more": None}, "[1].more: 'absent' -> None"),
    ],
)
def test_a_difference_is_told_with_its_place(
    run_script: Run, kept: Callable, changes: dict[str, object], told: str
) -> None:
    after = kept("after", answer={**ANSWER, **changes})
    ended = run_script("scripts/behaviour.py", "compare", kept("before"), after)
    assert ended.returncode == 1
    assert ended.stdout == f"island-answers.jsonl{told}\n3 files, 1 differences\n"


def test_what_is_kept_of_one_only_and_lines_of_text_are_compared(
    run_script: Run, kept: Callable
) -> None:
    before, after = kept("before"), kept("after")
    (before / "island-build.json").unlink()
    (after / "help.txt").write_text("Usage: news\n  --help\n", "utf-8")
    turned = [json.dumps(ANSWER), json.dumps(dict(reversed(ANSWER.items())))]
    (after / "island-answers.jsonl").write_text("\n".join(turned), "utf-8")
    ended = run_script("scripts/behaviour.py", "compare", before, after)
    assert ended.returncode == 1
    text, order, alone, count = ended.stdout.splitlines()
    assert text == "help.txt[0]: 'Usage: newsarchive' -> 'Usage: news'"
    assert order.startswith("island-answers.jsonl[1] (order): ['id', 'answer'")
    assert alone == "island-build.json: kept of one only"
    assert count == "3 files, 3 differences"


def test_the_rooms_are_measured(root: Path, run_script: Run) -> None:
    ended = run_script("scripts/measure.py")
    assert (ended.returncode, ended.stderr) == (0, "")
    rooms = {path.parent for name in ("index", "rag", "ui") for path in (root / name).rglob("*.py")}
    listed = [line.split()[0] for line in ended.stdout.partition("\n\n")[0].splitlines()]
    assert listed == [room.relative_to(root).as_posix() for room in sorted(rooms)]
    assert "functions, median" in ended.stdout

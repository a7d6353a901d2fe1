"""The eval command: several sets, an ablation, questions made of an archive, follow-ups."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ui.cli import main

Write = Callable[..., Path]


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def sets(tmp_path: Path, write_lines: Write) -> Path:
    """Two sets of questions on the NEWS archive, and one of follow-ups."""
    write_lines(
        tmp_path / "sets" / "harbour" / "questions.jsonl",
        {"id": "1", "question": "Which ferry ran aground?", "gold": ["ferry"]},
    )
    write_lines(
        tmp_path / "sets" / "council" / "questions.jsonl",
        {"id": "1", "question": "How large is the budget?", "kind": "number", "gold": ["budget"]},
    )
    write_lines(
        tmp_path / "sets" / "talk" / "rewrites.jsonl",
        {
            "id": "1",
            "history": [{"role": "user", "content": "What happened to the ferry Ostrel?"}],
            "question": "When was it?",
            "standalone": "When did the ferry Ostrel run aground?",
        },
    )
    return tmp_path / "sets"


def test_a_folder_of_sets_is_asked_set_by_set(sets: Path, news_archive: Path) -> None:
    shown = invoke("eval", sets, "--archive", news_archive)
    assert shown.exit_code == 0, shown.output
    assert "council: 1 questions" in shown.stdout
    assert "all sets together: 2 questions" in shown.stdout
    assert "talk: 1 follow-ups" in shown.stdout
    listed = json.loads(invoke("eval", sets, "--archive", news_archive, "--json").stdout)
    assert [report["set"] for report in listed] == ["council", "harbour", "talk"]
    assert listed[0]["retrieval"]["fused"]["hit@1"] == 1


def test_one_set_is_one_object(sets: Path, news_archive: Path) -> None:
    shown = invoke("eval", sets / "harbour", "--archive", news_archive, "--json")
    assert json.loads(shown.stdout)["set"] == "harbour"


def test_an_ablation(sets: Path, news_archive: Path) -> None:
    shown = invoke("eval", sets, "--ablation", "--archive", news_archive)
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.count("│ headlines ") == 3
    alone = invoke("eval", sets / "talk", "--ablation", "--archive", news_archive)
    assert alone.exit_code == 2
    assert "leave out --ablation" in alone.stderr


def test_questions_are_made_kept_and_asked_again(news_archive: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    first = invoke("--archive", news_archive, "eval", "--make", 40, "--output", kept, "--json")
    assert first.exit_code == 0, first.output
    report = json.loads(first.stdout)
    assert report["overall"]["questions"] >= 1
    assert f"questions in {kept}/questions.jsonl" in first.stderr
    assert f"{report['overall']['questions']} of 40 questions made" in first.stderr
    again = json.loads(invoke("eval", kept, "--archive", news_archive, "--json").stdout)
    assert again["retrieval"] == report["retrieval"]
    taken = invoke("eval", "--make", 4, "--archive", news_archive, "--output", kept)
    assert taken.exit_code == 1
    assert "is there already" in taken.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give a SET_DIR or --make N"),
        (("--make", 3, "SETS"), "give a SET_DIR or --make N"),
        (("SETS", "--output", "x"), "give --make N"),
        (("--make", 0), "0 is not in the range"),
    ],
)
def test_what_does_not_go_together(sets: Path, arguments: tuple[object, ...], message: str) -> None:
    shown = invoke("eval", *(sets if one == "SETS" else one for one in arguments))
    assert shown.exit_code == 2
    assert message in shown.stderr

"""Questions from a file: all of them, in order, or the line that is wrong."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import QuestionError, Turn
from rag.question.asked import BatchQuestion, read_questions

Write = Callable[..., Path]
GOOD = {"id": "q1", "question": "Who claimed the attack?"}


def test_questions_in_order(tmp_path: Path, write_lines: Write) -> None:
    history = [{"role": "user", "content": "What?"}, {"role": "assistant", "content": "That."}]
    path = write_lines(
        tmp_path / "q.jsonl",
        {**GOOD, "kind": "claim", "answerable": True},
        "",
        {"id": "q2", "question": "And when?", "history": history, "asked": "2024-03-04"},
        {"id": "q3", "question": "Où ? 😀", "history": None, "asked": None},
    )
    assert read_questions(path) == [
        BatchQuestion("q1", "Who claimed the attack?"),
        BatchQuestion(
            "q2", "And when?", (Turn("user", "What?"), Turn("assistant", "That.")), "2024-03-04"
        ),
        BatchQuestion("q3", "Où ? 😀"),
    ]


def test_the_sample_questions(seeds: Path) -> None:
    questions = read_questions(seeds / "sample" / "questions.jsonl")
    assert len(questions) == 150
    assert len({question.id for question in questions}) == 150


def test_an_empty_file(tmp_path: Path, write_lines: Write) -> None:
    assert read_questions(write_lines(tmp_path / "q.jsonl")) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{not json", "unexpected|invalid|expected"),
        ("[]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ("{}", "'id' is missing or empty"),
        ({"id": 7.5, "question": "Who?"}, "'id' is 7.5, and no string"),
        ({"id": True, "question": "Who?"}, "'id' is True, and no string"),
        ({"id": "q", "question": 7}, "'question' is 7, and no string"),
        ({"id": "q"}, "'question' is missing or empty"),
        ({"id": "q", "question": " "}, "'question' is missing or empty"),
        ({"id": "q", "question": "\u200b"}, "the question is empty"),
        ({"id": "q", "question": "x" * 4001}, "4001 characters"),
        ({**GOOD, "asked": "someday"}, "asked: 'someday' is no day"),
        ({**GOOD, "asked": 20240304}, "asked: 20240304 is no day"),
        ({**GOOD, "history": "before"}, "'history' is not a list"),
        ({**GOOD, "history": ["before"]}, "is no turn"),
        ({**GOOD, "history": [{"role": "user", "content": None}]}, "is no turn"),
        ({**GOOD, "history": [{"role": "user"}]}, "is no turn"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, write_lines: Write, line: object, reason: str) -> None:
    path = write_lines(tmp_path / "q.jsonl", GOOD, line)
    with pytest.raises(QuestionError, match=reason) as caught:
        read_questions(path)
    assert str(caught.value).startswith(f"{path}, line 2: ")
    assert "each line is a JSON object with id and question" in str(caught.value)


def test_numbers_as_ids_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('\ufeff{"id": 7, "question": "Who?"}\n', encoding="utf-8")
    assert [question.id for question in read_questions(path)] == [7]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b'\n{"id": "q", "question": "\xff"}\n')
    with pytest.raises(QuestionError, match=r"q\.jsonl, line 2"):
        read_questions(path)

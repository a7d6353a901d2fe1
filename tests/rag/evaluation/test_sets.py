"""Sets: found in folders, read with every field checked, halved for good."""

from pathlib import Path

import pytest

from rag.evaluation import EvaluationSetError, evaluate
from rag.evaluation.sets import Question, find_sets, has_follow_ups, read_set


def test_sets_are_found_in_a_folder_of_sets(sets: Path) -> None:
    names = ["harbour", "talk", "zoo"]
    assert [path.name for path in find_sets([sets])] == names
    assert [path.name for path in find_sets([sets / "zoo", sets])] == ["zoo", "harbour", "talk"]
    assert [has_follow_ups(sets / name) for name in names] == [False, True, False]


def test_a_folder_without_sets_says_what_a_set_is(sets: Path) -> None:
    with pytest.raises(EvaluationSetError, match=r"notes is no set .* a set is a folder with"):
        find_sets([sets / "notes"])


def test_optional_fields_may_be_missing_or_null(set_dir):
    (set_dir / "questions.jsonl").write_bytes(
        b'{"id": "a", "question": "Who?"}\n\n'
        b'{"id": "b", "question": "Who?", "kind": null, "history": null, "must": null}\n'
    )
    first, second = read_set(set_dir).questions
    assert first == Question("a", "Who?")
    assert (second.short, second.form, second.conflict) == ((), None, ())
    assert (second.kind, second.answerable, second.must, second.history) == ("other", True, (), ())


def test_short_answers_a_form_and_a_conflict_are_read(set_dir):
    (set_dir / "questions.jsonl").write_bytes(
        b'{"id": "a", "question": "How many?", "short": ["7", "the", "seven"], "form": "count", '
        b'"conflict": [["7", "seven"], ["9"]]}\n'
    )
    (question,) = read_set(set_dir).questions
    assert question.short == ("7", "seven")  # every answer without words would meet "the"
    assert question.form == "count"
    assert question.conflict == (("7", "seven"), ("9",))


def test_halves_part_a_set_for_good(set_dir):
    # By the last hexadecimal digit that sha256sum prints for the id.
    digits = dict(zip(("q1", "q2", "q3", "q4", "q5", "q6", "q7"), "b11ab0f", strict=True))
    tiny = read_set(set_dir)
    for half, rest in (("even", 0), ("odd", 1)):
        chosen = [question.id for question in tiny.select(half, None)]
        assert chosen == [name for name, digit in digits.items() if int(digit, 16) % 2 == rest]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"id": "a"', r"questions\.jsonl, line 8: not JSON .*write one \{…\} on each line"),
        (b'["a"]', r"line 8: \[\"a\"\] is not a JSON object"),
        (b'{"id": "a"}', "line 8: question is missing or empty"),
        (b'{"id": 5, "question": "Who?"}', "line 8: id is 5; write a string"),
        (b'{"id": "q1", "question": "Who?"}', "line 8: the id 'q1' stands twice"),
        (b'{"id": "a", "question": "Who?", "must": ["x"]}', 'must holds "x"; write a list'),
        (b'{"id": "a", "question": "Who?", "must": [[]]}', "must holds a list without a letter"),
        (b'{"id": "a", "question": "Who?", "must": [["."]]}', "must holds a list without a letter"),
        (b'{"id": "a", "question": "Who?", "gold": ["x"]}', "gold names 'x', which articles.jsonl"),
        (b'{"id": "a", "question": "Who?", "short": "x"}', 'short holds "x"; write a list of st'),
        (b'{"id": "a", "question": "Who?", "form": 1}', "form is 1; write a string"),
        (b'{"id": "a", "question": "Who?", "conflict": ["x"]}', 'conflict holds "x"; write a'),
        (b'{"id": "a", "question": "Who?", "asked": "May"}', "asked is 'May'; write a date"),
        (b'{"id": "a", "question": "Who?", "history": [{}]}', "history holds {}; write"),
        (b'{"id": "a", "question": "Who?", "answerable": 1}', "answerable is 1; write true or"),
        (
            b'{"id": "a", "question": "Who?", "kind": "unanswerable", "answerable": true}',
            "kind is 'unanswerable' and answerable is true",
        ),
    ],
)
def test_a_bad_line_is_named_with_what_mends_it(set_dir, line, message):
    with (set_dir / "questions.jsonl").open("ab") as file:
        file.write(line)
    with pytest.raises(EvaluationSetError, match=message):
        read_set(set_dir)


def test_a_folder_that_is_no_set_says_what_a_set_is(tmp_path):
    with pytest.raises(EvaluationSetError, match=r"articles\.jsonl cannot be read .*a set is"):
        evaluate(tmp_path)


def test_an_empty_file_is_refused(set_dir):
    (set_dir / "questions.jsonl").write_bytes(b"\n")
    with pytest.raises(EvaluationSetError, match=r"questions\.jsonl is empty"):
        read_set(set_dir)


@pytest.mark.parametrize(("half", "limit"), [("third", None), (None, 0)])
def test_impossible_selections_are_refused(set_dir, half, limit):
    with pytest.raises(EvaluationSetError, match="half is 'third'|limit is 0"):
        read_set(set_dir).select(half, limit)

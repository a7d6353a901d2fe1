"""What the reader learns from: passages that answer, and near misses that do not."""

from random import Random

import numpy as np
import orjson
import pytest

from index.types import Span
from rag.training.reader_data import (
    FILES,
    STATEMENTS,
    Candidate,
    Context,
    NearMisses,
    epoch,
    held_out,
    passage,
    read_contexts,
    read_statements,
    without,
)

TEXT = (
    "The ferry Ostrel burned off Drevna in March. Seven people died in the fire. "
    "The harbour master, Tomas Lind, closed the port. A valve had been shut since 2019."
)


def context(text, *questions, title="Ferry"):
    asked = tuple(
        (question, (Span(text.index(words), text.index(words) + len(words)),) if words else ())
        for question, words in questions
    )
    return Context("shifts-new-wiki", title, text, asked)


@pytest.fixture
def contexts():
    return [
        context(TEXT, ("How many died on the Ostrel?", "Seven people"), ("Who sang?", None)),
        context("A tram burned in Halmin. Nobody died there.", ("Where did it burn?", "Halmin")),
        context("Seven people sang in Norhaven. Tomas Lind led them.", ("Who led?", "Tomas Lind")),
    ]


@pytest.fixture
def misses(contexts):
    random = np.random.default_rng(1)
    questions = sum(len(one.questions) for one in contexts)
    vectors = random.normal(size=(3, 4)).astype(np.float32)
    return NearMisses(contexts, vectors, random.normal(size=(questions, 4)).astype(np.float32))


def test_a_passage_is_whole_sentences_around_the_answer(contexts):
    for seed in range(20):
        told = passage(contexts[0], contexts[0].questions[0][1], Random(seed))
        assert [told.text[s.start : s.end] for s in told.spans] == ["Seven people"]
        assert told.text in TEXT
        assert told.text.endswith(".")


def test_without_its_sentence_nothing_of_the_answer_is_left():
    at = TEXT.index("Seven people")
    left = without(Candidate("Seven people die", TEXT, (Span(at, at + 12),)), ["Seven people"])
    assert left is not None
    assert "Seven" not in left.text + left.heading
    assert "Tomas Lind" in left.text


def test_nothing_is_left_of_a_passage_that_only_answers():
    assert without(Candidate("", "Seven died.", (Span(0, 5),)), ["Seven"]) is None


def test_a_near_passage_holds_none_of_the_answers(misses):
    for seed in range(20):
        near = misses.near(0, 0, ["Seven people"], Random(seed))
        assert near is None or "Seven people" not in near.text


def test_a_swapped_name_stands_nowhere_in_the_passage(misses):
    swapped = misses.swapped("Who closed the port of Drevna in 2019?", TEXT, Random(3))
    assert swapped not in (None, "Who closed the port of Drevna in 2019?")
    assert not ("Drevna" in swapped and "2019" in swapped)
    assert misses.swapped("who sang?", TEXT, Random(3)) is None


def test_held_out_texts_are_in_no_epoch(contexts, misses):
    trained = {e.question for e in epoch(contexts, [], misses, 1)}
    kept = {e.question for e in held_out(contexts, misses, 1)}
    asked = {question for one in contexts for question, _ in one.questions}
    out = {question for one in contexts if one.held_out for question, _ in one.questions}
    assert not trained & out
    assert kept <= out
    assert trained <= asked | {e.question for e in epoch(contexts, [], misses, 1)}


def test_sentences_of_one_document_become_one_text_and_evaluation_sets_stay_unseen(tmp_path):
    def write(name, rows):
        import gzip

        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wb") as file:
            file.writelines(orjson.dumps(row) + b"\n" for row in rows)

    def row(title, text, question, answer):
        answers = [{"text": answer, "start": text.index(answer)}]
        asked = [{"id": "1", "question": question, "answers": answers}]
        return {"title": title, "context": text, "questions": asked}

    for name in FILES:
        write(name, [])
    write(
        "qamr",
        [
            row("Wiki:news:7:0", "The pier burned .", "What burned?", "The pier"),
            row("Wiki:news:7:1", "Lind rebuilt it .", "Who rebuilt it?", "Lind"),
            row("Wiki:news:8:0", "The mill was sold .", "What was sold?", "The mill"),
        ],
    )
    write(STATEMENTS[0], [{"premise": "A b c.", "hypothesis": "A b.", "label": "entailment"}])
    (one,) = read_contexts(tmp_path, ["Yesterday the mill was sold."])
    assert one.text == "The pier burned . Lind rebuilt it ."
    assert [one.text[s.start : s.end] for _, (s,) in one.questions] == ["The pier", "Lind"]
    assert read_statements(tmp_path)[0].answered

"""The packaged reader: which words of a passage answer, and whether any do."""

import threading

import pytest

from index.errors import EmbedderError
from index.models.kept import model_folder
from index.models.span_reader import WEIGHTS, SpanReader
from index.settings import PACKAGED

FERRY = (
    "Seven people died when the ferry Ostrel caught fire off Drevna on 3 March, the coastguard "
    "said. The captain, Viktor Salmer, was arrested in Halmin two days later."
)
DEBATE = "The council put off its vote on the sea wall until the budget is settled."


@pytest.fixture(scope="module")
def reader():
    return SpanReader(model_folder(PACKAGED))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many people died on the ferry?", "Seven"),
        ("Who was the captain of the ferry?", "Viktor Salmer"),
        ("Where was the captain arrested?", "Halmin"),
        ("When did the ferry catch fire?", "3 March"),
    ],
)
def test_the_words_that_answer_are_found(reader, question, answer):
    (reading,) = reader.read(question, [("Ferry burns. Radio Sorva, 5 March 2026", FERRY)])
    best = reading.spans[0]
    assert answer in FERRY[best.start : best.end]


def test_a_passage_that_answers_has_better_odds_than_one_that_does_not(reader):
    told, other = reader.read("Who was the captain of the ferry?", [("", FERRY), ("", DEBATE)])
    assert told.answers > other.answers
    assert told.spans[0].score > other.spans[0].score


def test_a_passage_reads_the_same_alone_and_among_others(reader):
    question = "How many people died on the ferry?"
    (alone,) = reader.read(question, [("", FERRY)])
    among = reader.read(question, [("", DEBATE), ("", FERRY), ("", DEBATE * 8)])[1]
    assert among.spans[0][:2] == alone.spans[0][:2]
    assert among.answers == pytest.approx(alone.answers, abs=0.1)


def test_words_of_the_heading_are_no_span_of_the_text(reader):
    (reading,) = reader.read("Which station told of it?", [("Ferry burns. Radio Sorva", DEBATE)])
    assert all(0 <= span.start < span.end <= len(DEBATE) for span in reading.spans)


def test_what_is_too_long_is_read_as_far_as_it_goes(reader):
    long = FERRY + " The sea was calm." * 400
    (reading,) = reader.read("How many people died on the ferry?", [("", long)])
    assert "Seven" in long[reading.spans[0].start : reading.spans[0].end]


def test_nothing_to_read_gives_no_span(reader):
    (reading,) = reader.read("Who?", [("", "")])
    assert reading.spans == ()
    assert reader.read("Who?", []) == []


def test_several_threads_read_alike():
    reader = SpanReader(model_folder(PACKAGED))
    found = []

    def read():
        found.append(reader.read("Where was the captain arrested?", [("", FERRY)])[0].spans[0][:2])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_weights_that_are_broken_are_named(tmp_path):
    broken = tmp_path / "reader.safetensors"
    broken.write_bytes(WEIGHTS.read_bytes()[:1000])
    with pytest.raises(EmbedderError, match="reader.safetensors"):
        SpanReader(model_folder(PACKAGED), broken).read("Who?", [("", FERRY)])

"""What a sentence needs beside it: a name for its pronoun, a speaker for its quotation."""

import pytest

from index.text.sentences import sentence_spans
from index.types import Article, Span
from rag.answer.context import inside_quotes, leans_back, runs


def best_run(text, sentence):
    """The sentence of a text that begins so, with what it leans on; "" where it must not stand."""
    article = Article("lind", "Lind", text, None, None)
    spans = tuple(sentence_spans(text, "en"))
    position = next(i for i, s in enumerate(spans) if text[s.start :].startswith(sentence))
    found = runs(article, spans, position)
    return text[spans[found[0][0]].start : spans[found[0][-1]].end] if found else ""


@pytest.mark.parametrize(
    "text",
    [
        "He said so.",
        "But they denied it.",
        "In a meeting that day he was told to leave.",
        "On Monday she opened the pier.",
        "In Norhaven they met.",
        "The 176 people on board were all saved.",
        "The three others swam ashore.",
        "All 12 sailors on board were saved.",
    ],
)
def test_leaning(text):
    assert leans_back(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hester Lind said so.",
        "After Hester Lind resigned, she left Norhaven.",
        "The 2018 report named nobody.",
        "On Monday it rained.",
        "The same day, Hester Lind resigned.",
        "The Three Gorges dam held.",
        "When the ferry sank, the crew swam ashore.",
    ],
)
def test_standing_alone(text):
    assert not leans_back(text)


OPENING = "The pier of Norhaven burned. "
BARE = '"It was a long night for all of us here."'


@pytest.mark.parametrize(
    ("text", "sentence", "expected"),
    [
        (  # introduced
            f"{OPENING}Harbour master Ada Voss, tired:\n\n{BARE} It rained.",
            '"It was',
            f"Harbour master Ada Voss, tired:\n\n{BARE}",
        ),
        (
            f"{OPENING}Ada Voss spoke to the press. {BARE} It rained.",
            '"It was',
            f"Ada Voss spoke to the press. {BARE}",
        ),
        (  # "he" is told further up
            f'{OPENING}Tomas Lind gave a speech. "We will rebuild," he said. {BARE}',
            '"It was',
            f'Tomas Lind gave a speech. "We will rebuild," he said. {BARE}',
        ),
        (
            f'{OPENING}Tomas Lind gave a speech. "We will rebuild the pier," he said.',
            '"We will',
            'Tomas Lind gave a speech. "We will rebuild the pier," he said.',
        ),
        (  # told after
            f"{OPENING}{BARE} Ada Voss told reporters on the quay.",
            '"It was',
            f"{BARE} Ada Voss told reporters on the quay.",
        ),
        (f"{OPENING}{BARE} It rained.", '"It was', ""),
        (  # of its own
            f'{OPENING}"It was a long night," said Ada Voss. It rained.',
            '"It was',
            '"It was a long night," said Ada Voss.',
        ),
        (
            f'{OPENING}"The Long Night" is a film about the pier. It rained.',
            '"The Long',
            '"The Long Night" is a film about the pier.',
        ),
    ],
)
def test_a_quotation_is_read_with_its_speaker(text, sentence, expected):
    run = best_run(text, sentence)
    assert run.endswith(expected) if expected else run == ""


def test_a_pronoun_is_followed_to_the_name():
    text = "Hester Lind sailed at noon. She was alone. Her boat was red. It rained in Norhaven."
    found = best_run(text, "Her boat")
    assert found == "Hester Lind sailed at noon. She was alone. Her boat was red."


def test_a_caption_is_not_what_a_sentence_leans_on():
    text = "Hester Lind sailed at noon.\n\nImage: Harbour Archive.\n\nShe was alone on her boat."
    assert best_run(text, "She was") == "She was alone on her boat."


def spans_inside(text, *sentences):
    spans = []
    for sentence in sentences:
        start = text.index(sentence)
        spans.append(Span(start, start + len(sentence)))
    return inside_quotes(text, tuple(spans))


@pytest.mark.parametrize(
    ("first", "second", "inside"),
    [
        ('Lind said, "We go.', 'We sail."', True),
        ("Lind said, “We go.", "We sail.”", True),
        ("Lind sagte: „Wir gehen.", "Wir segeln.“", True),
        ("Lind a dit: « On y va.", "On part. »", True),
        ('Lind said, "We go."', "It rained.", False),
        ("Lind sagte: „Wir gehen.“", "Es regnete.", False),
        ('Should they go?"', "It rained.", False),  # closed, and never opened
    ],
)
def test_a_quotation_may_have_begun_before(first, second, inside):
    assert (1 in spans_inside(f"{first} {second}", first, second)) is inside


def test_a_quotation_ends_with_its_paragraph():
    first, second = 'Lind said, "We go.', "It rained in Norhaven."
    assert not spans_inside(f"{first}\n\n{second}", first, second)

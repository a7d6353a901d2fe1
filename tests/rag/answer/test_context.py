"""What states something, and what it needs beside it: a name for "he", whose words these are."""

import pytest

from index.text.sentences import sentence_spans
from index.types import Article, Span
from rag.answer.context import has_verb, inside_quotes, is_dateline, is_junk, leans_back, runs

# Sentences that state something by themselves


@pytest.mark.parametrize(
    ("text", "language", "junk"),
    [
        ("Image: Harbour Archive.", "en", True),
        ("What happens next?", "en", True),
        ("Tuesday, August 6, 2024", "en", True),
        ("—Lena Brandt", "en", True),
        ("— Lena Brandt, mayor of all of Norhaven", "en", True),
        ("Harbour master candidate Lena Brandt.", "en", True),
        ("Smoke over the frame of the pier.", "en", True),
        ("██ Harbour Party – 12 seats", "en", True),
        ("Yes.", "en", True),
        ("Lena Brandt", "en", True),
        ("The ferry sank off the coast of Norhaven.", "en", False),
        ("Sources on the pier said the ferry sank at noon.", "en", False),
        ("“We will rebuild the pier,” said Lena Brandt.", "en", False),
        ("He was 79.", "en", False),
        ("Brandt won.", "en", False),
        ("She died today.", "en", False),
        ("The council denies it.", None, False),
        ("About 40 boats of Norhaven lost.", "en", False),
        ("„Wir bauen den Pier wieder auf“, sagte Lena Brandt.", "de", False),
        ("« Nous allons reconstruire la jetée », a dit Lena Brandt.", "fr", False),
        ("¿No es cierto lo que dijo la alcaldesa? No lo es.", "es", False),
        ("• The ferry sank off the coast of Norhaven.", "en", False),
        ("#Norhaven was the word of the day on the pier.", "en", False),
        ("Der Bürgermeister von Norhaven", "de", False),  # verbs are known of English only
        ("渡轮在港口沉没。", "zh", False),
        ("フェリーが沈んだ。", "ja", False),
        ("图。", "zh", True),
    ],
)
def test_junk(text, language, junk):
    assert is_junk(text, language) is junk


@pytest.mark.parametrize(
    "text",
    [
        "Brandt won.",
        "They deny it.",
        "Humanity improves.",
        "Few actually criticise them.",
        "The pier burned down.",
    ],
)
def test_verbs(text):
    assert has_verb(text)


@pytest.mark.parametrize("text", ["Two boats of the town.", "The passengers on the quay."])
def test_no_verbs(text):
    assert not has_verb(text)


def test_datelines():
    assert is_dateline("Tuesday, August 6, 2024")
    assert not is_dateline("On Tuesday, August 6, 2024 the ferry sank.")


# What a sentence leans on


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

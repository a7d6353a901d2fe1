"""Which sentences state something by themselves."""

import pytest

from rag.answer.context import has_verb, is_dateline, is_junk


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

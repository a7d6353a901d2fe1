"""Recognise the language of an article that does not name it.

py3langid: 4 MB, no network. It takes 1 to 2 ms for a thousand characters: little beside the 100 ms
in which the article's chunks are embedded, and a third of a rebuild, which embeds nothing. So it is
shown less where less makes it sure. Lingua tells short texts better, but weighs a hundred megabytes
and is slower by far.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# On 294 English news articles a thousand characters were always told right, 300 were not; where it
# was sure of 300 (14 of 15 articles of three sets), it was of the same thousand.
SOON_CHARS = 300
SOON_CONFIDENCE = 0.99
LOOKED_AT_CHARS = 1000
LEAST_CHARS = 40
LEAST_CONFIDENCE = 0.8

_NO_LANGUAGE = ("und", "zxx")


def recognise_language(text: str) -> str | None:
    """ISO 639 code of a text's language; None where it is too short or not clear."""
    if len(text) < LEAST_CHARS:
        return None
    language, confidence = _identifier().classify(text[:SOON_CHARS])
    if confidence < SOON_CONFIDENCE and len(text) > SOON_CHARS:
        language, _ = _identifier().classify(text[:LOOKED_AT_CHARS])
    return None if language in _NO_LANGUAGE else language


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(
        MODEL_FILE, norm_probs=True, min_confidence=LEAST_CONFIDENCE
    )

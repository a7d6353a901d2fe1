"""Text in an article that is not a statement: captions, credits, signatures, questions, teasers."""

from __future__ import annotations

import re

from rag.answer.verbs import has_verb

_DATELINE = re.compile(
    r"^(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+(?:\w+\s+\d{1,2}|"
    r"\d{1,2}\s+\w+),?\s+\d{4}\.?$",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"^(?:images?|files?|photos?|photographs?|pictures?|pictured|video|map|graphic|credit|caption|"
    r"sources?|related|see also|read more|watch|listen|sign up|subscribe|follow us|share this|"
    r"advertisement)\s*(?::|/|\||$)|^(?:images?|photos?|photographs?|pictures?|graphic) by\b|"
    r"^(?:getty|reuters/|ap photo|have an opinion on)",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"\b(?:image|photo|picture|file)s?\s?:|\((?:image|photo|file|ap|reuters|getty)[^)]*\)$|"
    r"©|\ball rights reserved\b|\bcookies?\b.*\b(?:accept|consent|policy)\b",
    re.IGNORECASE,
)
_SIGN = re.compile(r"^[|<>=/\\~^_►▶→█©®]")
_DASH = re.compile(r"^[—–-]{1,2}\s?(?=\w)")
# Languages written without spaces: what is short there is told by characters.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1cff\u3040-\ud7ff]")
_STOPS = re.compile(r"[.!。！…｡][\"”’'»)\]]*$")
_FIGURE = re.compile(r"\d")
_FEWEST_CHARACTERS = 4
_SHORT = 9  # words; a longer text without a verb that is known here has one that is not


def is_dateline(text: str) -> bool:
    """Whether a sentence is only the day of the report."""
    return bool(_DATELINE.match(text.strip()))


def is_junk(text: str, language: str | None = None) -> bool:
    """Whether a sentence states nothing by itself. Verbs are known of English only."""
    text = text.strip()
    return (
        text.endswith("?")
        or is_dateline(text)
        or bool(_CAPTION.match(text) or _CREDIT.search(text) or _SIGN.match(text))
        or _is_scrap(_DASH.sub("", text), _is_english(text, language), bool(_DASH.match(text)))
    )


def _is_english(text: str, language: str | None) -> bool:
    """Go by the article's language, unless the words are in another script: articles quote."""
    return (language or "en").startswith("en") and not _OTHER_SCRIPT.search(text)


def _is_scrap(text: str, english: bool, dashed: bool) -> bool:
    """Whether a text is too short to state something, or a name or caption without a verb."""
    if _UNSPACED.search(text):
        return len(re.sub(r"\W", "", text)) < _FEWEST_CHARACTERS
    words = text.split()
    if not english:
        return len(text) < 20 or len(words) < 4 or (dashed and not _STOPS.search(text))
    if len(words) < 4 or len(text) < 20:
        return len(words) < 2 or not _STOPS.search(text) or not has_verb(text)
    states_figure = len(words) > 4 and bool(_FIGURE.search(text) and _STOPS.search(text))
    return len(words) < _SHORT and not states_figure and not has_verb(text)

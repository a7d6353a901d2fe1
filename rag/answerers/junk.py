"""Text in an article that is not a statement: captions, credits, signatures, questions, teasers."""

from __future__ import annotations

import re

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
_SIGNATURE = re.compile(r"^[—–-]{1,2}\s?[A-Z]|^[^\w\"“'‘(\[$£€]")


def is_dateline(text: str) -> bool:
    """Whether a sentence is only the day of the report."""
    return bool(_DATELINE.match(text.strip()))


def is_junk(text: str) -> bool:
    """Whether a sentence states nothing by itself."""
    text = text.strip()
    return (
        text.endswith("?")
        or is_dateline(text)
        or len(text) < 20
        or text.count(" ") < 3
        or bool(_CAPTION.match(text) or _CREDIT.search(text) or _SIGNATURE.match(text))
    )


def leans_back(text: str) -> bool:
    """Whether a sentence cannot be read without the one before it."""
    return bool(_LEANING.match(text))


_LEANING = re.compile(
    r"^[\"“'‘]?(?:(?:but|and|so|yet|however|also|instead|meanwhile|then|still|though),?\s+)?"
    r"(?:he|she|it|they|his|her|their|its|this|that|these|those|such|both|the (?:latter|former|two|"
    r"pair|duo|move|decision|statement|incident|attack|company|group|man|woman|ministry|agency))\b"
    r"(?!\s+is\s+(?:the|a)\s)",
    re.IGNORECASE,
)

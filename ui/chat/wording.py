"""Text on its way into the page: escaped, and days, counts and outlets in words.

Everything that comes from an article, an archive or a user is untrusted and passes through
``escaped``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import date

OUTLETS_NAMED = 3

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MONTHS = (
    "January February March April May June July August September October November December"
).split()


def escaped(value: str) -> str:
    """Escape text: nothing but text is left, between tags and inside a quoted attribute."""
    encodable = value.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be sent
    return html.escape(_CONTROL.sub("", encodable), quote=True)


def isolated(value: str) -> str:
    """Escape text so that its direction and direction overrides do not reach beyond it."""
    return f"<bdi>{escaped(value)}</bdi>"


def counted(number: int, noun: str) -> str:
    """Count things: "1 article", "1,200 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def outlets_named(outlets: Sequence[str]) -> str:
    """Name the first outlets and count the others."""
    named = ", ".join(isolated(outlet) for outlet in outlets[:OUTLETS_NAMED])
    others = len(outlets) - OUTLETS_NAMED
    return f"{named} and {counted(others, 'other outlet')}" if others > 0 else named


def day_shown(day: str) -> str:
    """Write a day in words, as an element of time."""
    return f'<time datetime="{escaped(day)}">{escaped(day_in_words(day))}</time>'


def day_in_words(day: str) -> str:
    """Write a day in words: "4 March 2024"; what is no day stays as it is."""
    try:
        moment = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"

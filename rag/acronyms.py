"""Short and long forms of a name, as the archive itself gives them: "Islamic State (IS)"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Protocol

_SHORT = re.compile(r"\b[A-Z][A-Za-z]?[A-Z]{1,5}\b")
_JOINING = r"(?:of|the|and|for|on|in|de|du|des|la|del|to)"
_LONG_FORM = rf"[A-Z][\w’'-]+(?:[ -](?:{_JOINING}[ -])*[A-Z][\w’'-]+)+"
_LONG = re.compile(rf"\b{_LONG_FORM}")
_GLOSS = re.compile(rf"\b(?P<long>{_LONG_FORM}),? \((?P<short>[A-Z][A-Za-z]?[A-Z]{{1,5}})[,)]")
_MOST = 3  # names of a question that are looked for


class Texts(Protocol):
    """What an archive can say of names."""

    def texts_with(self, name: str) -> Iterable[str]:
        """Return some texts that have the words of a name, those with all of them first."""
        ...


def other_forms(question: str, texts: Texts) -> dict[str, str]:
    """Each acronym of the question → its long form, and each name → its acronym.

    As the archive itself has them; what it does not tell is left out.
    """
    shorts = dict.fromkeys(_SHORT.findall(question))
    longs = dict.fromkeys(m[0] for m in _LONG.finditer(question) if m.start() > 0)
    found: dict[str, str] = {}
    for short in list(shorts)[:_MOST]:
        glosses = _glosses(texts.texts_with(short))
        _commonest(found, short, Counter({x: n for (s, x), n in glosses.items() if s == short}))
    for long in list(longs)[:_MOST]:
        glosses = _glosses(texts.texts_with(long))
        _commonest(found, long, Counter({s: n for (s, name), n in glosses.items() if name == long}))
    return {name: other for name, other in found.items() if other not in question}


def _glosses(texts: Iterable[str]) -> Counter[tuple[str, str]]:
    """Count (short, long) pairs whose letters agree."""
    found: Counter[tuple[str, str]] = Counter()
    for text in texts:
        for match in _GLOSS.finditer(text):
            long = _fitting(match["short"], match["long"])
            if long:
                found[match["short"], long] += 1
    return found


def _fitting(short: str, long: str) -> str | None:
    """Last words of a long form whose initials spell the short one; small words may be skipped."""
    parts = re.split(r"[ -]", long)
    for first in range(len(parts)):
        initials = "".join(part[0] for part in parts[first:])
        capitals = "".join(part[0] for part in parts[first:] if part[0].isupper())
        if short.upper() in (initials.upper(), capitals) and parts[first][0].isupper():
            return long[sum(len(part) + 1 for part in parts[:first]) :]
    return None


def _commonest(found: dict[str, str], name: str, counted: Counter[str]) -> None:
    for other, _ in counted.most_common(1):
        found[name] = other

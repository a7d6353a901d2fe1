"""Whether a text has the names of a question, in their own or another spelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from index.text.words import Word, stem
from rag.question.places import Stems, names_any

_SAME_NAME = 0.75  # ratio from which two spellings are one name
# Letters that romanisations of Arabic, Cyrillic and others write in different ways.
_SOUNDS = (
    ("x", "ks"), ("q", "k"), ("ck", "k"), ("kh", "h"), ("ph", "f"), ("ou", "u"), ("oo", "u"),
    ("ee", "i"), ("ay", "ai"), ("ey", "ei"), ("y", "i"), ("w", "v"), ("dj", "j"), ("tch", "ch"),
)  # fmt: skip
CALENDAR_WORDS = frozenset(
    """january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday""".split()
)
CALENDAR = frozenset(map(stem, CALENDAR_WORDS))


def question_names(found: Sequence[Word]) -> frozenset[str]:
    """Stems of the names and years in a question; months and days are told in many ways."""
    return frozenset(
        word.stem
        for index, word in enumerate(found)
        if word.content
        and word.stem not in CALENDAR
        and (_is_year(word.form) or (word.capital and index > 0))
    )


def _is_year(form: str) -> bool:
    """Whether a number says which event is meant; times and amounts are told in many ways."""
    return len(form) == 4 and form.isdigit() and form[0] in "12"


def names_in(
    found: Sequence[Word], names: frozenset[str], others: Mapping[str, frozenset[Stems]]
) -> frozenset[str]:
    """Those of ``names`` that a text has, a place by any of its names (``others``)."""
    stems = {word.stem for word in found}
    held = {name for name in names if name in stems}
    held |= {name for name in names - held if name in others and names_any(others[name], stems)}
    missing = names - held
    if missing:
        forms = {word.stem for word in found if word.capital or word.form[0].isdigit()}
        initials = _initials(found)
        held |= {name for name in missing if _spelled(name, forms, initials)}
    return frozenset(held)


def _initials(found: Sequence[Word]) -> set[str]:
    """Return the initials of each run of capitals, with single small words: "Bank of England"."""
    runs: set[str] = set()
    run, small = "", 0
    for word in found:
        if word.capital:
            run, small = run + word.form[0], 0
            continue
        small += 1
        if word.content or small > 1:
            runs.add(run)
            run = ""
    return runs | {run}


def _spelled(name: str, forms: set[str], initials: set[str]) -> bool:
    """Whether a name stands there in another transliteration, or written out."""
    if any(form.startswith(name) and len(name) > 3 for form in forms):
        return True
    if not name.isalpha():
        return False
    if 3 <= len(name) <= 5 and any(run.startswith(name) for run in initials):
        return True
    sound = sounded(name)
    if len(name) > 2 and sound in map(sounded, forms):
        return True
    near = (other for other in map(sounded, forms) if other[0] == sound[0])
    return len(name) > 4 and any(
        abs(len(other) - len(sound)) < 3
        and SequenceMatcher(None, sound, other).ratio() >= _SAME_NAME
        for other in near
    )


@lru_cache(maxsize=65536)
def sounded(name: str) -> str:
    """Spell a name so that its transliterations come nearer to each other."""
    for letters, sound in _SOUNDS:
        name = name.replace(letters, sound)
    return name

"""Other words for a place: "Danish" and "Denmark", "Kremlin" and "Russia".

The list, ``places.txt``, was made by hand and stands beside this file.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain

from index.text.words import Word, words

Stems = tuple[str, ...]
Forms = tuple[str, ...]
Names = tuple[str, ...]
_LONGEST = 3  # words of a place's name


@cache
def _lines() -> Sequence[tuple[Names, Names]]:
    """For each place its names and those of its people, and its seats of government."""
    lines = []
    for line in files("rag.question").joinpath("places.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            groups = [[n.replace("-", " ") for n in group.split()] for group in line.split(";")]
            lines.append((tuple(chain(*groups[:2])), tuple(chain(*groups[2:]))))
    return lines


@cache
def _places() -> Mapping[Forms, frozenset[Stems]]:
    """Forms of each name of a place → stems of all its names."""
    places: dict[Forms, frozenset[Stems]] = {}
    for line in _lines():
        stems = frozenset(_stems(name) for name in chain(*line))
        for name in map(_forms, chain(*line)):
            # Some words stand for two: "Seoul" for South Korea and for Korea.
            places[name] = places.get(name, frozenset()) | stems
    return places


@cache
def _expansions() -> Mapping[Forms, Names]:
    """Forms of each name of a place or its people → all of those; no seats of government."""
    found: dict[Forms, Names] = {}
    for names, _ in _lines():
        for name in names:
            found[_forms(name)] = tuple(dict.fromkeys((*found.get(_forms(name), ()), *names)))
    return found


def _stems(name: str) -> Stems:
    return tuple(word.stem for word in words(name))


def _forms(name: str) -> Forms:
    """Words as they are written: "Scott" and "Scots" have one stem."""
    return tuple(word.form for word in words(name))


def other_names(found: Sequence[Word]) -> dict[str, frozenset[Stems]]:
    """Stem of each word that names a place → the names of that place, each as its stems."""
    places = _places()
    return {word.stem: places[_as_forms(run)] for run in _named(found, places) for word in run}


def expansions(found: Sequence[Word]) -> dict[str, Names]:
    """Return each name of a place among the words with its other names: "danish" → "Denmark"."""
    known = _expansions()
    forms = {word.form for word in found}
    others = {}
    for run in _named(found, known):
        name = _as_forms(run)
        others[" ".join(dict.fromkeys(name))] = tuple(
            other for other in known[name] if not forms.issuperset(other.lower().split())
        )
    return {own: names for own, names in others.items() if names}


def _as_forms(run: Sequence[Word]) -> Forms:
    return tuple(word.form for word in run)


def _named(found: Sequence[Word], places: Container[Forms]) -> Iterator[Sequence[Word]]:
    """Names of places in a text, the longest where one holds another."""
    first = 0
    while first < len(found):
        for length in range(_LONGEST, 0, -1):
            run = found[first : first + length]
            named = len(run) == length and _as_forms(run) in places
            if named and all(word.capital for word in run):
                yield run
                first += length
                break
        else:
            first += 1


def names_any(names: frozenset[Stems], stems: frozenset[str] | set[str]) -> bool:
    """Whether a text with these stems has one of the names, word by word."""
    return any(stems.issuperset(name) for name in names)

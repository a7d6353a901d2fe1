"""Other words for a place: "Danish" and "Denmark", "Kremlin" and "Russia".

The list, ``places.txt``, was made by hand and stands beside this file.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain

from rag.answerers.words import Word, words

Stems = tuple[str, ...]
Names = tuple[str, ...]
_LONGEST = 3  # words of a place's name


@cache
def _lines() -> Sequence[tuple[Names, Names]]:
    """For each place its names and those of its people, and its seats of government."""
    lines = []
    for line in files("rag").joinpath("places.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            groups = [[n.replace("-", " ") for n in group.split()] for group in line.split(";")]
            lines.append((tuple(chain(*groups[:2])), tuple(chain(*groups[2:]))))
    return lines


@cache
def _places() -> Mapping[Stems, frozenset[Stems]]:
    """Stems of each name of a place → stems of all its names."""
    places: dict[Stems, frozenset[Stems]] = {}
    for line in _lines():
        stems = frozenset(_stems(name) for name in chain(*line))
        for name in stems:
            # Some words stand for two: "Seoul" for South Korea and for Korea.
            places[name] = places.get(name, frozenset()) | stems
    return places


@cache
def _expansions() -> Mapping[Stems, Names]:
    """Stems of each name of a place or its people → all of those; no seats of government."""
    found: dict[Stems, Names] = {}
    for names, _ in _lines():
        for name in names:
            found[_stems(name)] = tuple(dict.fromkeys((*found.get(_stems(name), ()), *names)))
    return found


def _stems(name: str) -> Stems:
    return tuple(word.stem for word in words(name))


def other_names(found: Sequence[Word]) -> dict[str, frozenset[Stems]]:
    """Stem of each word that names a place → the names of that place, each as its stems."""
    places = _places()
    return {stem: places[name] for name in _named(found, places) for stem in name}


def expansions(found: Sequence[Word]) -> dict[str, Names]:
    """Return each name of a place among the words with its other names: "danish" → "Denmark"."""
    known = _expansions()
    forms = {word.form for word in found}
    others = {}
    for name in _named(found, known):
        own = " ".join(dict.fromkeys(word.form for word in found if word.stem in name))
        others[own] = tuple(
            other for other in known[name] if not forms.issuperset(other.lower().split())
        )
    return {own: names for own, names in others.items() if names}


def _named(found: Sequence[Word], places: Container[Stems]) -> Iterator[Stems]:
    """Names of places in a text, the longest where one holds another."""
    first = 0
    while first < len(found):
        for length in range(_LONGEST, 0, -1):
            run = found[first : first + length]
            name = tuple(word.stem for word in run)
            if len(run) == length and name in places and all(word.capital for word in run):
                yield name
                first += length
                break
        else:
            first += 1


def names_any(names: frozenset[Stems], stems: frozenset[str] | set[str]) -> bool:
    """Whether a text with these stems has one of the names, word by word."""
    return any(stems.issuperset(name) for name in names)

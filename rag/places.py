"""Other words for a place: "Danish" and "Denmark", "Kremlin" and "Russia".

The list, ``places.txt``, was made by hand and stands beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from rag.answerers.words import Word, words

Stems = tuple[str, ...]
_LONGEST = 3  # words of a place's name


@cache
def _places() -> Mapping[Stems, frozenset[Stems]]:
    """Stems of each name of a place → stems of all its names."""
    places: dict[Stems, frozenset[Stems]] = {}
    for line in files("rag").joinpath("places.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            names = [name.replace("-", " ") for name in line.replace(";", " ").split()]
            stems = frozenset(tuple(word.stem for word in words(name)) for name in names)
            for name in stems:
                # Some words stand for two: "Seoul" for South Korea and for Korea.
                places[name] = places.get(name, frozenset()) | stems
    return places


def other_names(found: Sequence[Word]) -> dict[str, frozenset[Stems]]:
    """Stem of each word that names a place → the names of that place, each as its stems."""
    places = _places()
    others: dict[str, frozenset[Stems]] = {}
    first = 0
    while first < len(found):
        for length in range(_LONGEST, 0, -1):
            run = found[first : first + length]
            name = tuple(word.stem for word in run)
            if len(run) == length and name in places and all(w.capital for w in run):
                others.update((stem, places[name]) for stem in name)
                first += length
                break
        else:
            first += 1
    return others


def names_any(names: frozenset[Stems], stems: frozenset[str] | set[str]) -> bool:
    """Whether a text with these stems has one of the names, word by word."""
    return any(stems.issuperset(name) for name in names)

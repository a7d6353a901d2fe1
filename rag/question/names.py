"""Names in their other forms: places, spellings, slips, acronyms.

A place has other names, which ``places.txt`` beside this file lists; it was made by hand. Names in
a text are told by any of them, and by spelling in another transliteration. Slips are mended, and
acronyms written out, by the names that the archive itself has. Names alone: any other word that an
archive lacks is most often a right one that it does not use.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain

from index.store.glosses import JOINING, SHORT_FORM
from index.text.words import CALENDAR_WORDS, Word, fold, stem, words
from rag.question.asked import Vocabulary

# Places: "Danish" and "Denmark", "Kremlin" and "Russia".

Stems = tuple[str, ...]
Forms = tuple[str, ...]  # as they are written: "Scott" and "Scots" have one stem
Names = tuple[str, ...]
_LONGEST = 3  # words of a place's name


@cache
def _places() -> tuple[Mapping[Forms, frozenset[Stems]], Mapping[Forms, Names]]:
    """Forms of each name of a place → stems of all its names; and → those that are looked up.

    Looked up are the names of a place and of its people, and not its seats of government.
    """
    by_stems: dict[Forms, frozenset[Stems]] = {}
    looked_up: dict[Forms, Names] = {}
    for line in files("rag.question").joinpath("places.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        groups = [[n.replace("-", " ") for n in group.split()] for group in line.split(";")]
        names, seats = list(chain(*groups[:2])), list(chain(*groups[2:]))
        stems = frozenset(tuple(word.stem for word in words(name)) for name in names + seats)
        # Some words stand for two: "Seoul" for South Korea and for Korea.
        for form in (_forms(words(name)) for name in names + seats):
            by_stems[form] = by_stems.get(form, frozenset()) | stems
        for form in (_forms(words(name)) for name in names):
            looked_up[form] = tuple(dict.fromkeys((*looked_up.get(form, ()), *names)))
    return by_stems, looked_up


def _forms(found: Sequence[Word]) -> Forms:
    return tuple(word.form for word in found)


def other_names(found: Sequence[Word]) -> dict[str, frozenset[Stems]]:
    """Stem of each word that names a place → the names of that place, each as its stems."""
    places, _ = _places()
    return {word.stem: places[_forms(run)] for run in _named(found, places) for word in run}


def expansions(found: Sequence[Word]) -> dict[str, Names]:
    """Return each name of a place among the words with its other names: "danish" → "Denmark"."""
    _, known = _places()
    forms = {word.form for word in found}
    others = {}
    for run in _named(found, known):
        name = _forms(run)
        others[" ".join(dict.fromkeys(name))] = tuple(
            other for other in known[name] if not forms.issuperset(other.lower().split())
        )
    return {own: names for own, names in others.items() if names}


def _named(found: Sequence[Word], places: Container[Forms]) -> Iterator[Sequence[Word]]:
    """Names of places in a text, the longest where one holds another."""
    first = 0
    while first < len(found):
        for length in range(_LONGEST, 0, -1):
            run = found[first : first + length]
            named = len(run) == length and _forms(run) in places
            if named and all(word.capital for word in run):
                yield run
                first += length
                break
        else:
            first += 1


def names_any(names: frozenset[Stems], stems: frozenset[str] | set[str]) -> bool:
    """Whether a text with these stems has one of the names, word by word."""
    return any(stems.issuperset(name) for name in names)


# Whether a text has the names of a question, in their own or another spelling.

_SAME_NAME = 0.75  # ratio from which two spellings are one name
# Letters that romanisations of Arabic, Cyrillic and others write in different ways.
_SOUNDS = (
    ("x", "ks"), ("q", "k"), ("ck", "k"), ("kh", "h"), ("ph", "f"), ("ou", "u"), ("oo", "u"),
    ("ee", "i"), ("ay", "ai"), ("ey", "ei"), ("y", "i"), ("w", "v"), ("dj", "j"), ("tch", "ch"),
)  # fmt: skip
CALENDAR = frozenset(map(stem, CALENDAR_WORDS))


def question_names(found: Sequence[Word]) -> frozenset[str]:
    """Stems of the names and years in a question; months and days are told in many ways.

    So are times and amounts: of numbers, only a year says which event is meant.
    """
    return frozenset(
        word.stem
        for index, word in enumerate(found)
        if word.content
        and word.stem not in CALENDAR
        and (
            (len(word.form) == 4 and word.form.isdigit() and word.form[0] in "12")
            or (word.capital and index > 0)
        )
    )


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


# Slips in names, mended.

_SHORTEST = 5  # letters; most shorter names have a neighbour by chance
_SHORTEST_SOUND = 3  # letters of a name that another romanisation of it may differ from
_LONG = 8  # letters from which two slips are thought possible
_ALIKE = 0.8  # likeness that must be exceeded: "Poyer" is not "Power"
_ALIKE_IF_SHORT = 0.85  # the same for names of under _FULL letters: "Forbes" is not "Flores"
_FULL = 7
_OPENING = 8  # characters before a word in which its sentence's opening marks stand


def respell(
    question: str, vocabulary: Vocabulary, known: Collection[str] = ()
) -> tuple[str, Mapping[str, str]]:
    """Return the question with the slips in its names mended, and what was read as what.

    A name is only touched where the archive does not have it in any form, and has one like it
    with the same first letter. ``known`` are words, in lower case, that are right besides.
    """
    mended: dict[str, str] = {}
    for word in reversed(words(question)):
        typed = question[word.start : word.end]
        named = (
            word.capital and word.start > 0 and typed.isalpha() and len(typed) >= _SHORTEST_SOUND
        )
        if not named or other_names([word]) or word.form in known or vocabulary.has_word(typed):
            continue
        meant = _nearest(word, typed, vocabulary)
        if meant:
            mended[typed] = meant
            question = question[: word.start] + meant + question[word.end :]
    return question, dict(reversed(mended.items()))


def _nearest(word: Word, typed: str, vocabulary: Vocabulary) -> str | None:
    distance = 2 if len(typed) >= _LONG else 1
    found = _names_like(word, vocabulary.texts_with_near(typed, distance))
    sound = sounded(word.form)
    same = [other for other in found if sounded(fold(other)) == sound]
    if same:
        return max(same, key=lambda other: (found[other], other))
    if len(typed) < _SHORTEST:
        return None
    swapped = _swapped(word, vocabulary)
    if swapped:
        return max(swapped, key=lambda other: (swapped[other], other))
    lowered = typed.lower()
    alike = {o: SequenceMatcher(None, lowered, o.lower()).ratio() for o in found}
    best = max(found, key=lambda other: (alike[other], found[other], other), default=None)
    least = _ALIKE if len(typed) >= _FULL else _ALIKE_IF_SHORT
    return best if best and alike[best] > least else None


def _names_like(word: Word, texts: Iterable[str]) -> Counter[str]:
    """Count the names of texts that begin as a word does."""
    found: Counter[str] = Counter()
    small: Counter[str] = Counter()
    first = word.form[0]
    # All words of twenty chunks are too many to fold: those of another letter are passed over.
    like = re.compile(rf"(?<![^\W\d_])(?:[{first}{first.upper()}]|[^\W\d_a-zA-Z])[^\W\d_]*")
    for text in texts:
        for match in like.finditer(text):
            other = match[0]
            if fold(other)[:1] != first:
                continue
            if not other[0].isupper():
                small[fold(other)] += 1
                continue
            # Inside a sentence: there its capital means something.
            before = text[max(0, match.start() - _OPENING) : match.start()].rstrip(" \"“‘'(")
            if before[-1:] not in ("", *".!?\n:"):
                found[other] += 1
    # "Best" in a headline or an award is no name that "Brest" could be a slip of.
    return Counter({name: n for name, n in found.items() if n > small[fold(name)]})


def _swapped(word: Word, vocabulary: Vocabulary) -> Counter[str]:
    """Names of which a word has two neighbouring letters exchanged: "Freid" for "Fried".

    Looked for one by one, since the index has stems, and that of "Fried" is far from "Freid".
    """
    form = word.form
    meant = {
        form[:i] + form[i + 1] + form[i] + form[i + 2 :]
        for i in range(1, len(form) - 1)
        if form[i] != form[i + 1]
    }
    texts = [
        text
        for other in sorted(meant)
        if vocabulary.has_word(other)
        for text in vocabulary.texts_with_near(other, 0)
    ]
    found = _names_like(word, texts)
    return Counter({name: n for name, n in found.items() if fold(name) in meant})


# Acronyms written out and names shortened, as the archive has them.

_SHORT = re.compile(rf"\b{SHORT_FORM}\b")
_NAME = r"[A-Z][\w’'-]+"
_LONG_NAME = re.compile(rf"\b{_NAME}(?:[ -](?:(?:{'|'.join(JOINING)})[ -])*{_NAME})+")


def other_forms(question: str, vocabulary: Vocabulary) -> dict[str, str]:
    """Each acronym of the question → its long form, and each name → its acronym.

    As the archive itself has them; what it does not tell is left out.
    """
    found = {short: vocabulary.long_form(short) for short in _SHORT.findall(question)}
    for match in _LONG_NAME.finditer(question):
        if match.start() > 0:  # the first word's capital says nothing
            found[match[0]] = vocabulary.short_form(match[0])
    return {name: other for name, other in found.items() if other and other not in question}

"""Words of a text as an answerer compares them: folded, stemmed, with their place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

# Function words: English ones that are in every text, so their presence is no evidence.
FUNCTION_WORDS = frozenset(
    """
    a about above after again against all almost along already also although always am among an and
    another any anybody anyone anything are around as at away back be became because become been
    before behind being below between both but by came can cannot come could d did do does doing
    done down during each either else enough even ever every everyone everything few first for from
    further gave get gets getting give given gives go goes going gone got had has have having he
    her here hers herself him himself his how however i if in into is it its itself just keep kept
    least let like ll made make makes many may me might mine more most much must my myself near
    neither never no nobody none nor not nothing now of off often on once one only onto or other
    others our ours ourselves out over own per perhaps put quite rather re really s same saw say
    see seem seemed seen shall she should since so some somebody someone something still such t take
    taken takes than that the their theirs them themselves then there these they thing things this
    those though through thus to together too took toward towards under until up upon us use used ve
    very via was we well went were what whatever when where whether which while who whoever whom
    whose why will with within without would yes yet you your yours yourself
    """.split()
)

# Words that ask: in a question they name the kind of answer, in an article they mean little.
ASKING_WORDS = frozenset(
    """
    according article articles name names named tell told know describe explain list find show asked
    ask answer question report reports reported reporting news said says say exactly actually
    kind sort type happen happened happens happening long far old big way amount number
    please newspaper coverage story
    """.split()
)

STOP_WORDS = FUNCTION_WORDS | ASKING_WORDS

WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = (
    "january february march april may june july august september october november december".split()
)
CALENDAR_WORDS = frozenset(WEEKDAYS + MONTHS)
# Words of a line that gives a day or an hour and nothing else: "Updated 10:35 a.m. EST, Tuesday".
_STAMP_WORDS = CALENDAR_WORDS.union(
    "mon tue tues wed thu thur thurs fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec "
    "a p m am pm h at on of the st nd rd th gmt utc z et est edt ct cst cdt mt mst mdt pt pst pdt "
    "bst cet cest local time updated update posted published last".split()
)
_STAMP = re.compile(r"\d{1,2}:\d\d|\d+([-/.])\d+\1\d+")
_STAMP_CHARS = 80
_RULE = re.compile("(?:[*_=~#+•·–—―─━-] ?){3,}")
_LETTERS = re.compile(r"[^\W\d_]+")
# Each at the place of what it counts.
NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen".split()
)

# "U.S." and "U.N.": letters with a full stop behind each are one word.
_WORD = re.compile(
    r"(?<![^\W_])(?:[A-Z]\.){2,}|(?<![^\W_])(?:[A-Z]\.)+[A-Z]\b|"
    r"\d+(?:[.,]\d+)*|[^\W\d_]+|[^\W_]+"
)
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b|(?<=s)['’](?=\s|$)")
_SUFFIXES = (
    ("ational", 5), ("ations", 4), ("ation", 4), ("ments", 4), ("ment", 4), ("ities", 4),
    ("ness", 4), ("ings", 3), ("ies", 3), ("ied", 3), ("ing", 3), ("ions", 4), ("ion", 4),
    ("ers", 3), ("ors", 4), ("ive", 4), ("ity", 4), ("ed", 3), ("er", 3), ("or", 4),
    ("es", 3), ("ly", 4), ("al", 4), ("s", 3), ("e", 3), ("y", 3),
)  # fmt: skip

# One key for the forms of irregular words that news uses all the time; regular ones are stemmed.
_SAME = """
die died dies dying dead death deaths|kill kills killed killing killings|win wins won winning winner
say says said saying|sell sells sold sale|buy buys bought|lose loses lost loss|begin began begun
break broke broken|speak spoke spoken speech|steal stole stolen theft|shoot shot shooting shootings
strike struck strikes striking|think thought|fall fell fallen|rise rose risen|fly flew flown flight
choose chose chosen choice|write wrote written|lead led leader leaders|hold held|find found
bring brought|catch caught|teach taught teacher|spend spent|send sent|pay paid|leave left
meet met meeting|sit sat|stand stood|run ran|grow grew grown growth|draw drew drawn
throw threw thrown|drive drove driven driver|hide hid hidden|wear wore worn|build built
feel felt|fight fought|tell told|become became|give gave given|take took taken
sue sued lawsuit|marry married marriage
man men|woman women|child children|person people persons|life lives|foot feet
one 1|two 2 twice|three 3|four 4|five 5|six 6|seven 7|eight 8|nine 9|ten 10|eleven 11|twelve 12
thirteen 13|fourteen 14|fifteen 15|sixteen 16|seventeen 17|eighteen 18|nineteen 19|twenty 20
thirty 30|forty 40|fifty 50|sixty 60|seventy 70|eighty 80|ninety 90
usa america american americans|uk britain british|china chinese|france french|germany german
spain spanish|russia russian|india indian|japan japanese|canada canadian|australia australian
jan january|feb february|aug august|sept sep september|oct october|nov november|dec december
"""
_KEYS = {
    form: group.split()[0] for group in re.split(r"[|\n]", _SAME) if group for form in group.split()
}


def is_rule(line: str) -> bool:
    """Whether a line is drawn and not written: "* * *", "____"."""
    return bool(_RULE.fullmatch(line))


def is_divider(line: str) -> bool:
    """Whether a line parts items and says nothing: a rule, or a day or hour alone."""
    if is_rule(line) or len(line) > _STAMP_CHARS:
        return is_rule(line)
    found = {word.casefold() for word in _LETTERS.findall(line)}
    return found <= _STAMP_WORDS and bool(found & CALENDAR_WORDS or _STAMP.search(line))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: its stem, its folded form, and where it stands."""

    stem: str
    form: str
    capital: bool
    start: int
    end: int

    @property
    def content(self) -> bool:
        """Whether the word says what the text is about."""
        return self.form not in STOP_WORDS and (len(self.form) > 1 or self.form.isdigit())


def words(text: str) -> list[Word]:
    """Words of a text in order; a possessive "'s" is left out, a hyphen separates."""
    # Blanked rather than removed, so that the places stay those of the text.
    plain = _POSSESSIVE.sub(lambda match: " " * len(match[0]), text)
    found = []
    for match in _WORD.finditer(plain):
        raw = match[0]
        # Told from the pronoun by its capitals alone.
        if "." in raw and raw[0].isalpha():
            raw = raw.replace(".", "")
        form = "usa" if raw == "US" else fold(raw)
        found.append(Word(stem(form), form, raw[0].isupper(), match.start(), match.end()))
    return found


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Lower case without accents; thousands separators of a number are left out."""
    if word.isascii():
        lowered = word.lower()
    else:
        split = unicodedata.normalize("NFKD", word)
        lowered = "".join(c for c in split if not unicodedata.combining(c)).lower()
    return lowered.replace(",", "") if lowered[:1].isdigit() else lowered


@lru_cache(maxsize=65536)
def stem(form: str) -> str:
    """Find a key that the forms of one word share, for a folded word.

    Cruder than Porter's: both sides of a comparison are stemmed here, so all that counts is that
    "elected", "election" and "elections" meet.
    """
    key = _KEYS.get(form)
    if key is not None:
        return key
    if len(form) < 4 or not form.isalpha():
        return form
    for suffix, keep in _SUFFIXES:
        if form.endswith(suffix) and len(form) - len(suffix) >= keep:
            form = form[: -len(suffix)]
            break
    if len(form) > 4 and form.endswith(("e", "i", "y")):
        form = form[:-1]
    doubled = len(form) > 3 and form[-1] == form[-2] and form[-1] not in "sl"
    return form[:-1] if doubled else form


_LEAST_WEIGHT = 1.0


def weigh(found: Iterable[Word], weights: Mapping[str, float]) -> dict[str, float]:
    """Weight of each content word by its stem: its rarity in the archive.

    ``weights`` has the lexical index's stems, which are not ours: the key that shares the longest
    beginning with the word is taken, and a word without one is as rare as the rarest.
    """
    rarest = max(weights.values(), default=1.0)
    # In an archive of a few articles every word that stands there would weigh next to nothing.
    return {
        word.stem: max(_LEAST_WEIGHT, _weight(word.form, weights, rarest))
        for word in found
        if word.content
    }


def _weight(form: str, weights: Mapping[str, float], rarest: float) -> float:
    if form in weights:
        return weights[form]
    best, length = rarest, 2
    for key, weight in weights.items():
        shared = _shared(form, key)
        if shared > length and shared >= len(key) - 1:
            best, length = weight, shared
    return best


def _shared(left: str, right: str) -> int:
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count

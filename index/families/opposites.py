"""What in a sentence is a fact that another word in its place changes: numbers, yes and no, terms.

The lists are of English. Of other languages figures in digits, days and names are compared alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import SequenceMatcher
from itertools import product

from index.text.words import NUMBER_WORDS

_UNITS = {word: number for number, word in enumerate(NUMBER_WORDS)} | dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth".split(),
        range(1, 20),
        strict=True,
    )
)
_TENS = {
    spelled: 10 * number
    for number, both in enumerate(
        ("twenty twentieth", "thirty thirtieth", "forty fortieth", "fifty fiftieth",
         "sixty sixtieth", "seventy seventieth", "eighty eightieth", "ninety ninetieth"), 2,
    )
    for spelled in both.split()
}  # fmt: skip
_POWERS = {"hundred": 100, "thousand": 1000, "hundredth": 100, "thousandth": 1000}
_ROUGHLY = frozenset("dozen dozens scores hundreds thousands millions billions half".split())

_DENIALS = frozenset(
    "not no never without neither nor none nobody nothing cannot denied denies deny".split()
)
_AUXILIARIES = frozenset(
    "a an the any ever be been being is are was were am do does did done has have had will would "
    "can could may might shall should must to of it that and or but yet".split()
)

# Words that are each other's opposite in a report; of a line's two sides one excludes the other.
_OPPOSITES = tuple(
    tuple(frozenset(side.split()) for side in line.split(" / "))
    for line in """
guilty convicted convict convicts / innocent acquitted acquit acquits cleared exonerated
sentenced jailed imprisoned detained arrested arrest arrests / released freed release releases
charged / uncharged cleared released
won win wins winning victory beat beats / lost lose loses losing defeat defeated
rose rise rises rising risen increased increase increases grew gained climbed up higher / fell \
fall falls falling fallen decreased decrease decreases shrank dropped declined down lower
more most / fewer less least
approved approve approves approval passed accepted accept accepts adopted / rejected reject \
rejects rejection refused refuse refuses refusal declined vetoed
confirmed confirm confirms admitted admit admits / denied deny denies disputed
alive survived survive survives unhurt unharmed safe / dead died killed die dies
open opened opens reopened / closed close closes shut
allowed allow allows permitted legal lawful / banned ban bans forbidden prohibited illegal unlawful
began begin begins started start starts / ended end ends stopped finished
before / after
for / against
supported support supports backed / opposed oppose opposes
agreed agree agrees / disagreed disagree disagrees
hired appointed / fired dismissed sacked
arrived arrive arrives entered / left departed
bought buy buys / sold sell sells
found / lost missing
true / false
positive / negative
success successful succeeded / failure failed fail fails unsuccessful
all every / none
majority / minority
north northern / south southern
east eastern / west western
left / right
man men boy boys father son brother husband he him his / woman women girl girls mother daughter \
sister wife she her hers
""".replace("\\\n", "")
    .strip()
    .splitlines()
)

# Who it was, at the end of the list, is another fact within a side too.
_SIDES = tuple(side for pair in _OPPOSITES[:-1] for side in pair)

# Words that sub-editors exchange without changing what is said, a group a line.
_SAME = tuple(
    frozenset(line.split())
    for line in """
said says say stated states told tells added adds noted notes reported reports announced \
declared explained remarked commented reporters according known made insisted confirmed
about around approximately roughly nearly almost some circa close near nearby
killed dead died left lives claimed slain deaths fatalities
also too additionally moreover furthermore
but however yet although though nevertheless nonetheless while whereas despite
because since due owing
began started commenced opened launched
ended finished concluded stopped closed
people persons individuals residents citizens locals men women
children youngsters kids minors
large big huge major great vast massive significant sizeable
small little minor tiny
police officers officials authorities constables
several many numerous various number multiple
after following later afterwards subsequently
before prior ahead earlier previously
over above than exceeding
during throughout amid course
that which who whom
try tried attempted sought attempt effort bid
got received obtained gained
help helped assist assisted aid aided support
buy bought purchased acquired
use used employed utilised utilized
show showed shown displayed revealed demonstrated
happen happened occurred took place
need needed required
ask asked requested urged called
hurt injured wounded
car vehicle automobile
film movie picture
home house residence
firm company business corporation
job work post position
plane aircraft jet aeroplane airplane
crash collision accident
storm hurricane cyclone
blaze fire
flat apartment
lorry truck
autumn fall
doctor physician medic medics doctors
lawyer attorney solicitor counsel
chief head leader boss
talk talks negotiations discussions
plan scheme proposal
probe inquiry investigation enquiry
row dispute
leave left quit departed
hold held staged
say telling told
end close
near beside alongside
yesterday today tonight
now currently presently
often frequently regularly
quickly rapidly swiftly fast
important key crucial vital
whole entire
give gave given provided supplied
get take took taken
go went gone travelled traveled
""".replace("\\\n", "")
    .strip()
    .splitlines()
)

_TERM = 4  # letters of a word that can be a fact by itself
_ENDING = 3  # letters in which inflections of a word differ
_SPELLED_ALIKE = 0.6
_FEWEST = 7  # words of a sentence that is told to be the same but for a term
_EXCHANGED = 2


def figures(words: Sequence[str]) -> frozenset[str]:
    """Return the numbers among words in order, in digits also where they are spelled."""
    found: set[str] = set()
    total: int | None = None  # of the spelled number that is being read
    last = 0
    for word in words:
        value = _UNITS.get(word, _TENS.get(word))
        if word in _POWERS and total is not None:
            total, last = total * _POWERS[word], 0
        elif value is not None and total is not None and value < 10 <= last and last % 10 == 0:
            total, last = total + value, value  # thirty-four
        else:
            if total is not None:
                found.add(str(total))
            total, last = value, value or 0
            if word in _POWERS:
                total = _POWERS[word]
            elif word in _ROUGHLY:
                found.add(word)
            elif word[0].isdigit():
                found.add(word.replace(",", ""))
    if total is not None:
        found.add(str(total))
    return frozenset(found)


def is_denied(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether what makes a sentence say the contrary is nearly all that was put in or taken out."""
    if sum(map(_denies, old)) == sum(map(_denies, new)):
        return False
    return all(_denies(word) or word in _AUXILIARIES for word in set(old) ^ set(new))


def is_abbreviated(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether what was put in is the initials of what was taken out, or the reverse."""
    gone = [word for word in old if word not in new]
    come = [word for word in new if word not in old]
    return any(
        len(spelled) > 1 and "".join(short) == "".join(word[0] for word in spelled)
        for spelled, short in ((gone, come), (come, gone))
    )


def are_opposed(gone: Collection[str], come: Collection[str]) -> bool:
    """Whether a word gave way to its opposite: guilty, innocent."""
    return any(
        (one & out and other & into and not (one & into or other & out))
        for out, into in [(frozenset(gone), frozenset(come))]
        for one, other in (*_OPPOSITES, *(pair[::-1] for pair in _OPPOSITES))
    )


def is_exchanged(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether a sentence is the same but for one or two terms that mean something else."""
    if len(old) != len(new) or len(old) < _FEWEST:
        return False
    pairs = [(one, other) for one, other in zip(old, new, strict=True) if one != other]
    if not 0 < len(pairs) <= _EXCHANGED:
        return False
    return any(
        all(len(w) >= _TERM and w.isalpha() and w not in _AUXILIARIES for w in (one, other))
        and not _same(one, other)
        for one, other in pairs
    )


def are_spelled_alike(words: Iterable[str], others: Iterable[str]) -> bool:
    """Whether one of the words is short for one of the others, or has most of its letters."""
    return any(
        other.startswith(word)  # Feb, February
        or SequenceMatcher(None, word, other).ratio() >= _SPELLED_ALIKE
        for word, other in map(sorted, product(words, others))
    )


def _denies(word: str) -> bool:
    return word in _DENIALS or word.endswith("n't")


def _same(one: str, other: str) -> bool:
    stem = max(len(one), len(other)) - _ENDING
    if stem >= _ENDING and one[:stem] == other[:stem]:
        return True
    if are_spelled_alike([one], [other]):
        return True
    return any(one in group and other in group for group in (*_SAME, *_SIDES))

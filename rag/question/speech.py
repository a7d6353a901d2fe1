"""Verbs by which someone says or thinks something, with their forms: one table for all who look.

What else a verb may mean decides where it is taken for speech. "Who denied it?" asks for a speaker
and "Who wrote it?" does not, though "What did Lind write?" asks for Lind's words; "added" tells of
speech in a text alone, and "went on" beside a quotation alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

# Each verb, with its past forms where the ending does not make them. Each table is taken for speech
# in fewer places than the one above it: in any question or text; in one that names the speaker; in
# a text; beside a quotation.
_ANYWHERE = """
accuse|admit admitted|allege|announce|apologise|apologize|argue|blame|call|claim|compare|complain|
condemn|criticise|criticize|declare|demand|deny|describe|dismiss|dispute|insist|liken|mock|object|
pledge|praise|predict|promise|question|reject|ridicule|say said|state|suggest|tell told|
think thought|threaten|urge|vow|warn
"""
_OF_ONE_NAMED = """
comment|propose|respond|tweet|write wrote written
"""
_IN_TEXTS = """
acknowledge|add|ask|assert|assure|boast|caution|concede|concur concurred|confirm|emphasise|
emphasize|explain|joke|lament|note|opine|quip quipped|quote|reiterate|remark|remind|reply|report|
retort|shout|speak spoke spoken|stress|testify
"""
_BESIDE_QUOTATIONS = """
caption|cite|conclude|continue|counter|decline|elaborate|estimate|express|indicate|mention|observe|
plead|post|react|recall|recount|reflect|reveal|sum summed|thank|welcome|wonder
"""
# Forms that are more often a noun, and of no speech: "the United States", "no thanks".
_NOUNS = frozenset(
    """
    call calls counters demand demands object objects posts pledge pledges promise promises
    question questions reports state states sums thanks vow vows wonders
    """.split()
)
# Forms that tell of speech in a question, and in a text mostly of something else.
_SELDOM = frozenset("compared comparing disputed speaking spoken thinking".split())
_OTHER_WORDS = (
    r"say|according to|statements?|announcements?|tweet|spokes\w+|(?:reports|states)(?= that\b|:)"
)
# Not in "the woman who accused him": there it asks nothing.
_ASKING = (
    r"(?:^|[?.,;:–—\"“(] ?|\b(?:and|or|but|so|then|by|to|of|about|from|on|in|with|for|tell me|know|"
    r"say|ok|yes|no|well) )"
)
_WORDS_BESIDE_QUOTATIONS = r"put it|went on|reads?"


class _Verb(NamedTuple):
    """A verb's forms: "deny", ("denied",), ("denies", "denying")."""

    bare: str
    past: tuple[str, ...]
    others: tuple[str, str]


def _verbs(table: str) -> list[_Verb]:
    """Make the forms of each verb by its ending; the past ones where none is given."""
    verbs = []
    for entry in table.split("|"):
        bare, *past = entry.split()
        if bare.endswith("y") and bare[-2] not in "aeiou":
            verbs.append(_Verb(bare, (f"{bare[:-1]}ied",), (f"{bare[:-1]}ies", f"{bare}ing")))
            continue
        doubled = bool(past) and past[0].endswith("ed")
        stem = past[0].removesuffix("ed") if doubled else bare.removesuffix("e")
        present = f"{bare}es" if bare.endswith(("s", "sh", "ch")) else f"{bare}s"
        verbs.append(_Verb(bare, tuple(past) or (f"{stem}ed",), (present, f"{stem}ing")))
    return verbs


def _any_of(forms: Iterable[str]) -> str:
    """Make a pattern of words, parted by their first letters: it is tried at each place."""
    return "|".join(
        f"{first}(?:{'|'.join(form[1:] for form in group)})"
        for first, group in groupby(sorted(forms), key=lambda form: form[0])
    )


def _tells(table: str, words: str) -> str:
    forms = {form for verb in _verbs(table) for form in (*verb.past, *verb.others)}
    return rf"\b(?:{_any_of(forms - _NOUNS - _SELDOM)}|{words})\b"


# Patterns, to be compiled without regard to case. That a text, or the words beside a quotation,
# tell of someone speaking:
_TEXT_VERBS = "|".join((_ANYWHERE, _OF_ONE_NAMED, _IN_TEXTS))
TELLS = _tells(_TEXT_VERBS, _OTHER_WORDS)
TELLS_BESIDE_QUOTATIONS = _tells(
    f"{_TEXT_VERBS}|{_BESIDE_QUOTATIONS}", f"{_OTHER_WORDS}|{_WORDS_BESIDE_QUOTATIONS}"
)

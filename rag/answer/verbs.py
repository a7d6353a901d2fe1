"""Whether a short English text has a finite verb, by closed lists and endings alone."""

from __future__ import annotations

import re

# Forms of irregular verbs, and the regular ones that news uses in the present, that are hardly
# ever something else.
_VERBS = frozenset(
    """
    is are was were am be been has have had do does did will would shall should can could may might
    must cannot isn aren wasn weren hasn haven hadn don doesn didn won wouldn shouldn couldn ain
    s re ve ll m d
    arose ate awoke beat became began bent bet bit bled blew bore bought bound broke brought built
    burnt burst came caught chose clung cost crept cut dealt died dies drank drew drove dug fell
    felt fed fled flew fought found forbade forgot forgave froze gave gets got grew held hit hid
    hung hurt kept knew laid lay leapt learnt led left lent let lied lit lost made meant met
    overcame overthrew paid put quit ran rang read resigns rode rose said sang sank sat saw sent set
    sold sought shook shone shot showed shrank shut slept slid sought spelt spent split spoke sprang
    spread stood stole struck stuck stung swam swept swore swung taught thought threw took tore
    told understood undertook upheld went withdrew woke won wore wound wrote
    say says know knows think thinks want wants need needs believe believes seem seems come comes go
    goes get make makes take takes give gives see sees look looks mean means feel feels live lives
    remain remains include includes become becomes keep keeps hold holds stand stands lie lies begin
    begins run runs belong belongs exist exists happen happens appear appears contain contains
    consist consists require requires deny denies agree agrees expect expects hope hopes love like
    likes matter matters help helps work works win wins lose loses lead leads leave leaves
    join joins collaborate criticise criticize deserve interfere operate predict predicts warn
    """.split()
)
_WORD = re.compile(r"[^\W\d_]+")
_PAST = re.compile(r"[^\W\d_]{2,}ed$")
# "She denies", "Lind denies", "the council denies"; "boats" after "the" or "of" is a plural.
_PRESENT = re.compile(
    r"\b(?!(?i:the|a|an|of|in|on|at|by|for|with|from|to|and|or|its|his|her|their|our|my|two|three|four|"
    r"five|six|seven|eight|nine|ten|many|some|all|no|other|same|more|most|few|between|as) )"
    r"[^\W\d_]+(?<!s)\]? [a-z]{2,}(?<!s)s\b"
)
_AFTER_ADVERB = re.compile(r"\b[a-z]{2,}ly [a-z]{3,}(?<!ly)(?<!ing)\b(?! [a-z]+s?\.?$)")
_AFTER_PRONOUN = re.compile(r"\b(?:I|[Ww]e|[Tt]hey|[Yy]ou|[Hh]e|[Ss]he) (?!and\b|or\b)[a-z]{2,}\b")


def has_verb(text: str) -> bool:
    """Whether something in a text looks like a verb with a subject; participles in -ed count too.

    It errs on the side of a verb: a caption that is let through costs less than a lost answer.
    """
    found = _WORD.findall(text)
    return (
        any(word.lower() in _VERBS for word in found)
        or any(_PAST.match(word) for word in found)
        or any(sign.search(text) for sign in (_PRESENT, _AFTER_ADVERB, _AFTER_PRONOUN))
    )

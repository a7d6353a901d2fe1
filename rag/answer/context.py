"""What of an article can be quoted: what states something, and what a sentence leans on.

A caption, a credit or a heading states nothing (``is_junk``). A sentence that does may still need
others beside it to be read alone: the one that says who "he" is, or whose words a quotation is
(``runs``). Everything goes by closed lists of words and by form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from index.text.words import NUMBER_WORDS
from index.types import Article, Span
from rag.question.speech import TELLS_BESIDE_QUOTATIONS

# -- whether a short English text has a finite verb ---------------------------------------------

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
    r"\b(?!(?i:the|a|an|of|in|on|at|by|for|with|from|to|and|or|its|his|her|their|our|my|"
    rf"{'|'.join(NUMBER_WORDS[2:11])}|many|some|all|no|other|same|more|most|few|between|as) )"
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


# -- what is not a statement: captions, credits, signatures, questions, teasers -----------------

_DATELINE = re.compile(
    r"^(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+(?:\w+\s+\d{1,2}|"
    r"\d{1,2}\s+\w+),?\s+\d{4}\.?$",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"^(?:images?|files?|photos?|photographs?|pictures?|pictured|video|map|graphic|credit|caption|"
    r"sources?|related|see also|read more|watch|listen|sign up|subscribe|follow us|share this|"
    r"advertisement)\s*(?::|/|\||$)|^(?:images?|photos?|photographs?|pictures?|graphic) by\b|"
    r"^(?:getty|reuters/|ap photo|have an opinion on)",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"\b(?:image|photo|picture|file)s?\s?:|\((?:image|photo|file|ap|reuters|getty)[^)]*\)$|"
    r"©|\ball rights reserved\b|\bcookies?\b.*\b(?:accept|consent|policy)\b",
    re.IGNORECASE,
)
_SIGN = re.compile(r"^[|<>=/\\~^_►▶→█©®]")
_DASH = re.compile(r"^[—–-]{1,2}\s?(?=\w)")
# Languages written without spaces: what is short there is told by characters.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1cff\u3040-\ud7ff]")
_STOPS = re.compile(r"[.!。！…｡][\"”’'»)\]]*$")
_FIGURE = re.compile(r"\d")
_FEWEST_CHARACTERS = 4
_SHORT = 9  # words; a longer text without a verb that is known here has one that is not


def is_dateline(text: str) -> bool:
    """Whether a sentence is only the day of the report."""
    return bool(_DATELINE.match(text.strip()))


def is_junk(text: str, language: str | None = None) -> bool:
    """Whether a sentence states nothing by itself. Verbs are known of English only."""
    text = text.strip()
    if (
        text.endswith("?")
        or is_dateline(text)
        or _CAPTION.match(text)
        or _CREDIT.search(text)
        or _SIGN.match(text)
    ):
        return True
    # Go by the article's language, unless the words are in another script: articles quote.
    english = (language or "en").startswith("en") and not _OTHER_SCRIPT.search(text)
    return _is_scrap(_DASH.sub("", text), english, bool(_DASH.match(text)))


def _is_scrap(text: str, english: bool, dashed: bool) -> bool:
    """Whether a text is too short to state something, or a name or caption without a verb."""
    if _UNSPACED.search(text):
        return len(re.sub(r"\W", "", text)) < _FEWEST_CHARACTERS
    words = text.split()
    if not english:
        return len(text) < 20 or len(words) < 4 or (dashed and not _STOPS.search(text))
    if len(words) < 4 or len(text) < 20:
        return len(words) < 2 or not _STOPS.search(text) or not has_verb(text)
    states_figure = len(words) > 4 and bool(_FIGURE.search(text) and _STOPS.search(text))
    return len(words) < _SHORT and not states_figure and not has_verb(text)


# -- what a sentence leans on: whose words a quotation is, who "he" is ---------------------------

_SPEECH = re.compile(TELLS_BESIDE_QUOTATIONS, re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*(?:\"|$)|“[^”]*(?:”|$)|«[^»]*(?:»|$)|„[^“”]*(?:[“”]|$)")
_OPENS = re.compile(r"[\"“«»„]")
_CLOSERS = {'"': '"', "“": "”", "„": "“”", "«": "»", "»": "«"}
_MARKS = re.compile(r"[\"“”„«»]")
_FEW_WORDS = 3  # outside of the marks; with more, the quotation is a part of what is stated
_PRONOUN = r"(?:he|she|they)"
_PRONOUN_SPEAKS = re.compile(
    rf"\b{_PRONOUN}(?: \w+)? {TELLS_BESIDE_QUOTATIONS}|\b(?:said|says|added) {_PRONOUN}\b",
    re.IGNORECASE,
)


def says_who(text: str, inside: bool = False) -> bool:
    """Whether a sentence tells that someone speaks, as one that introduces a quotation does.

    ``inside`` is whether it begins within quotation marks.
    """
    return text.rstrip().endswith(":") or bool(_SPEECH.search(outside_quotes(text, inside)))


def outside_quotes(text: str, inside: bool) -> str:
    """Return a sentence without what stands in quotation marks.

    ``inside`` is whether it begins within some.
    """
    if inside:
        closed = re.search(r"[\"”»«]", text)
        text = text[closed.end() :] if closed else ""
    return _QUOTED.sub(" ", text)


def _is_bare_quote(text: str, inside: bool) -> bool:
    """Whether a sentence is someone's words and does not say whose."""
    if not inside and not _OPENS.match(text):
        return False
    outside = outside_quotes(text, inside)
    return not _SPEECH.search(outside) and len(outside.split()) < _FEW_WORDS


@lru_cache(maxsize=64)
def inside_quotes(text: str, sentences: tuple[Span, ...]) -> frozenset[int]:
    """Numbers of the sentences that begin inside a quotation that an earlier one opened.

    A quotation ends with its paragraph at the latest: the next one would open it anew.
    """
    inside = set()
    closers = ""
    end = 0
    for number, span in enumerate(sentences):
        if "\n\n" in text[end : span.start]:
            closers = ""
        if closers:
            inside.add(number)
        for found in _MARKS.finditer(text, span.start, span.end):
            before = text[found.start() - 1 : found.start()]
            if closers:
                closers = "" if found[0] in closers else closers
            # A mark right after a word or a stop closes what nothing opened: a slip.
            elif not (before.isalnum() or before in tuple(".,;:!?…")):
                closers = _CLOSERS.get(found[0], "")
        end = span.end
    return frozenset(inside)


_LEANING = re.compile(
    r"^[\"“'‘]?(?:(?:but|and|so|yet|however|also|instead|meanwhile|then|still|though),?\s+)?"
    r"(?:he|she|it|they|his|her|their|its|this|that|these|those|such|both|the (?:latter|former|two|"
    r"pair|duo|move|decision|statement|incident|attack|company|group|man|woman|ministry|agency))\b"
    r"(?!\s+is\s+(?:the|a)\s)",
    re.IGNORECASE,
)
# "The 176 people on board", "The other three": counted out of what was named before.
_COUNTED = re.compile(
    r"^(?:The|All|Both|Another|Only) (?:(?:other|remaining|rest)\b|"
    rf"(?!(?:1[5-9]|20)\d\d )(?:\d[\d,]*|{'|'.join(NUMBER_WORDS[2:11])}) [a-z])"
)
# "In a meeting that day he was told": a phrase without a name of its own, then a pronoun.
_INTRODUCED = re.compile(
    r"^(?:In|On|At|By|During|After|Before|When|While|As|Since|For|Following|Under|With|Despite|"
    r"Until|Earlier|Later|Last|Once|Although|Though|If|Because)\b"
    rf"(?P<phrase>[^.;:\"“]{{0,70}}?),? {_PRONOUN} (?=[a-z])"
)
_NAME = re.compile(
    r"(?<!\b[Ii]n )(?<!\b[Aa]t )(?<!\b[Tt]o )(?<!\b[Oo]f )(?<!\b[Ff]rom )(?<!\b[Nn]ear )\b"
    r"(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\b|\w+day\b)[A-Z]\w+"
)


def leans_back(text: str) -> bool:
    """Whether a sentence speaks of someone or something that only a sentence before it names."""
    if _LEANING.match(text) or _COUNTED.match(text):
        return True
    introduced = _INTRODUCED.match(text)
    return bool(introduced and not _NAME.search(text, *introduced.span("phrase")))


_BACK = 3  # sentences: farther off, a reader no longer sees who is meant
_TELLS_AFTER = re.compile(
    rf"^(?:[-–—]\s*\w|[a-z]|(?:[A-Z][\w.’'-]* ){{1,4}}{TELLS_BESIDE_QUOTATIONS})"
)
_ONLY_TELLS = 14  # words of a sentence that adds no more than who spoke


def runs(article: Article, sentences: Sequence[Span], position: int) -> list[range]:
    """Find the runs of sentences in which the one at ``position`` can be read, the best first.

    The longest reaches back to the names that it leans on. None for someone's words of which no
    sentence nearby says whose they are.
    """
    inside = inside_quotes(article.text, tuple(sentences))

    def at(number: int) -> tuple[str, bool]:
        span = sentences[number]
        return article.text[span.start : span.end], number in inside

    first = position
    while first > 0 and position - first < _BACK and _needs_what_is_before(*at(first)):
        if is_junk(at(first - 1)[0], article.language):
            break
        first -= 1
    if not _is_bare_quote(*at(position)):
        # Who "he" is may be told farther off; the sentence before is more than nothing.
        start = max(first, position - 1) if _needs_what_is_before(*at(first)) else first
        return [range(number, position + 1) for number in range(start, position + 1)]
    speaks = [number for number in range(first, position) if says_who(*at(number))]
    if speaks:
        return [range(number, position + 1) for number in range(first, speaks[-1] + 1)]
    after = position + 1
    if after < len(sentences):
        text, quoted = at(after)
        short = len(text.split()) <= _ONLY_TELLS and not _OPENS.search(text)
        if not quoted and short and _TELLS_AFTER.match(text) and says_who(text):
            return [range(position, after + 1)]
    return []


def _needs_what_is_before(text: str, inside: bool) -> bool:
    """Whether a sentence leans back, as a quotation does of which it is not told whose it is."""
    if _is_bare_quote(text, inside):
        return True
    opens = bool(_OPENS.match(text))
    if (inside or opens) and _PRONOUN_SPEAKS.search(outside_quotes(text, inside)):
        return True
    # "It was a good day," said Lind: who speaks is named, and "it" is the speaker's affair.
    return not inside and not opens and leans_back(text)

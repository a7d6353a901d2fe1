"""A question as it was typed to a query: standing alone, with its parts, kind and filters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from rag.answerers.asks import wanted_kind
from rag.answerers.stopwords import STOP_WORDS
from rag.options import EVERYTHING, RetrievalOptions
from rag.types import Filters, Query, Turn

_PRONOUN = re.compile(
    r"\b(?:he|she|they|him|her|hers|them|his|their|theirs|it|its|this|these|those|"
    r"the (?:same|latter|former|other)|that(?=[\s]*[?.,;]|$)|(?:after|about|before|like|did|"
    r"do|with|"
    r"of|was|is) that|there(?=[\s]*[?.,;]|$)|ones?(?=[\s]*[?.,;]|$))\b",
    re.IGNORECASE,
)
_CONNECTIVE = re.compile(
    r"^(?:and|so|but|or|then|also|what about|how about|what else|why not|why so|how so|who else|"
    r"where else|when exactly|how come|really|anything else|any others?|tell me more)\b",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(
    r"^(?:and |but |so |or )?(?:what about|how about|in|on|for|at|by|with|from|the|since|before|"
    r"after|during|as for)\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?:\b[A-ZÀ-Þ](?:\.|[\w’'-]*)|\b\d[\d.,:]*\w*)"
    r"(?:(?: (?:of|de|al|bin|von|van|the))? [A-ZÀ-Þ](?:\.|[\w’'-]*))*"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_TOKEN = re.compile(r"[\w’'.-]*\w")
_CARRIED = 10  # words a follow-up takes over at most: more would drown its own

_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_MONTH = rf"(?:{'|'.join(_MONTHS)})"
_MONTH_OF_YEAR = re.compile(
    rf"\b(?:(?:in|during|of|on|from|between|throughout|late|early|mid)[ -])?"
    rf"(?:(?P<first>{_MONTH})(?: and | to |–|-))?"
    rf"(?:(?P<before>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? )?(?P<month>{_MONTH})"
    rf"(?: (?P<after>\d{{1,2}})(?:st|nd|rd|th)?)?,? (?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_ANY_MONTH = re.compile(rf"\b(?:{'|'.join(month.title() for month in _MONTHS)})\b")
_RELATIVE = re.compile(
    r"\b(?:(?P<word>yesterday|today|tonight|this morning|last night)|"
    r"(?:in )?(?:the )?(?P<which>last|past|this) (?:(?P<count>\d+|few|two|three|four) )?"
    r"(?P<unit>day|week|fortnight|month)s?)\b",
    re.IGNORECASE,
)
# Words that take a date out of play: the report may then be from any other time.
_ELSEWHEN = re.compile(
    r"\b(?:before|after|since|until|till|by|later|earlier|ago|previous(?:ly)?|anniversary|when|"
    r"which (?:day|month|year)|what (?:day|date|month|year)|first|compared?|than)\b",
    re.IGNORECASE,
)
_LEAD, _LAG = timedelta(days=3), timedelta(days=31)
_NEAR_YEARS = 3


def understand(
    question: str,
    *,
    history: Sequence[Turn] = (),
    asked: str | None = None,
    newest: str | None = None,
    outlets: Sequence[str] = (),
    filters: Filters = Filters(),  # noqa: B008  frozen, so sharing it is safe
    options: RetrievalOptions = EVERYTHING,
) -> Query:
    """Read a question: what stands alone, its parts, what it asks for, of when and of whom.

    ``asked`` and ``newest`` are days ("YYYY-MM-DD"); words such as "last week" are read as of the
    first that is given. A filter that the user set is never changed. ``options`` tells which parts
    of a question are read.
    """
    question = " ".join(question.split())
    standalone = stand_alone(question, history if options.follow_ups else ())
    as_of = (asked or newest) if options.dates else None
    named = outlets if options.outlets else ()
    read, inferred = _read_filters(question, as_of, named, filters)
    if standalone != question:
        inferred = (f"read with the turns before as: {standalone}", *inferred)
    return Query(
        question=question,
        standalone=standalone,
        parts=split_parts(standalone),
        wants=wanted_kind(standalone if _is_elliptic(question) else question),
        filters=read,
        asked=asked,
        inferred=inferred,
    )


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """Add to the question what it leans on; unchanged where it has a topic of its own.

    An elliptic one ("And in 2019?") follows the question that it continues; any other is given
    the names and nouns of the turns before in brackets.
    """
    asked = [turn.content for turn in history if turn.role == "user"]
    if not asked or not _leans(question):
        return question
    topic = asked[-1]
    if _is_elliptic(question):
        if _YEAR.search(question):
            topic = _YEAR.sub("", topic)
        earlier = _carried(asked[:-1], f"{topic} {question}") if _leans(topic) else []
        return _bracketed(" ".join(f"{topic.strip()} {question}".split()), earlier)
    carried = _carried(asked, question)
    answers = [turn.content for turn in history if turn.role == "assistant"]
    if answers and _PRONOUN.search(question):
        carried += _names(answers[-1], " ".join([question, *carried]))[:3]
    return _bracketed(question, carried)


def _bracketed(question: str, carried: Sequence[str]) -> str:
    return f"{question} ({', '.join(carried[:_CARRIED])})" if carried else question


def _leans(question: str) -> bool:
    """Whether a question needs the turns before it to be understood."""
    if _CONNECTIVE.match(question) or _is_elliptic(question):
        return True
    content = _content(question)
    if len(content) <= (2 if _named(question) else 4):
        return True
    pronoun = _PRONOUN.search(question)
    if pronoun is None:
        return False
    # A name that comes first is what the pronoun means: "What did Lee say of his trip?"
    return not _named(question[: pronoun.start()])


def _named(text: str) -> bool:
    """Whether it names something; the capital of a first word is none."""
    return any(m.start() > 0 for m in _NAME.finditer(text))


def _is_elliptic(question: str) -> bool:
    """Whether it has no verb of its own: "What about Leeds?", "And in 2019?"."""
    return (
        bool(_ELLIPSIS.match(question))
        and len(_TOKEN.findall(question)) <= 7
        and not re.search(
            r"\b(?:did|do|does|was|were|is|are|has|have|had|will|would|can|could|who|which|"
            r"how many)\b",
            question,
            re.IGNORECASE,
        )
    )


def _content(text: str) -> list[str]:
    return [w for w in _TOKEN.findall(text) if w.lower() not in STOP_WORDS and len(w) > 1]


def _carried(asked: Sequence[str], own: str) -> list[str]:
    """Names, then nouns of the turns before, back to one that stands alone and names something."""
    names: list[str] = []
    nouns: list[str] = []
    for earlier in reversed(asked):
        plain = re.sub(r"['’]s\b", "", earlier)
        names += _names(plain, " ".join([own, *names]))
        known = {word.lower() for word in _content(" ".join([own, *names, *nouns]))}
        nouns += [word for word in _content(plain) if word.lower() not in known]
        if names and not _leans(earlier):
            break
    return [*names, *nouns]


def _names(text: str, known: str) -> list[str]:
    """Names and numbers of an answer that are not known yet, in order."""
    found = []
    for match in _NAME.finditer(re.sub(r"\[\d+\]", "", text)):
        name = " ".join(_without_start(match[0].strip(".,'’").split()))
        first = match.start() == 0 and " " not in name
        if first or not name or name.lower() in known.lower() or name.lower() in STOP_WORDS:
            continue
        if name[0].isalpha() and name not in found:
            found.append(name)
    return found


def _without_start(name: list[str]) -> list[str]:
    """Strip a name of the "In" or "The" that its capital at a sentence's start pulled in."""
    return name[1:] if name and name[0].lower() in STOP_WORDS else name


_AND_ASKS = re.compile(
    r"(?:,| –|;)? (?:and|but) (?:then |also )?(?=(?:in |by |on |to |from |for |at |"
    r"about )?(?:who|whom|whose|what|when|"
    r"where|which|why|how)\b)|\? (?=[A-Z])",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:who|whom|whose|what|when|where|which|why|how)\b", re.IGNORECASE)
_COMPARES = re.compile(
    r"\b(?:first|more|less|both|which of|most|\w+er)\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"(?:[:,] )(?P<first>[^,:?]+?)(?:, (?P<middle>[^,?]+))?,? or (?P<last>[^,?]+)", re.IGNORECASE
)
_PAIR = re.compile(
    r"\b(?P<cue>both|between|times|two|did|do|were|are|have|by) "
    r"(?P<first>(?:the )?[A-Z][\w’'.-]*(?: [A-Z][\w’'.-]*)*(?: [a-z]+)?) and "
    r"(?P<last>(?:the )?[A-Z][\w’'.-]*(?: [A-Z][\w’'.-]*)*)"
)


def split_parts(question: str) -> tuple[str, ...]:
    """Sub-questions of a question with several parts; the question alone where it has one.

    Each keeps the words that the parts share: "Which came first: A or B?" becomes
    "Which came first: A?" and "Which came first: B?".
    """
    choice = _CHOICE.search(question)
    if choice and _COMPARES.search(question[: choice.start()]):
        sides = [side for side in (choice["first"], choice["middle"], choice["last"]) if side]
        start = question[: choice.start()].rstrip(" :,")
        return tuple(f"{start}: {side.strip()}?" for side in sides)
    pair = _PAIR.search(question)
    if pair:
        start, end = question[: pair.start("first")], question[pair.end("last") :]
        return tuple(f"{start}{pair[side]}{end}" for side in ("first", "last"))
    halves = [half.strip(" ,;") for half in _AND_ASKS.split(question)]
    if len(halves) == 2 and all(_ASKS.search(half) and len(half.split()) > 2 for half in halves):
        names = [m[0] for m in _NAME.finditer(halves[0]) if m.start() > 0]
        if names and not any(m.start() > 0 for m in _NAME.finditer(halves[1])):
            halves[1] = f"{halves[1].rstrip('?')}? ({', '.join(names)})"
        return tuple(halves)
    return (question,)


def _read_filters(
    question: str, as_of: str | None, outlets: Sequence[str], given: Filters
) -> tuple[Filters, tuple[str, ...]]:
    """Join the user's filters with what the question adds, and that in words."""
    inferred = []
    days = None if given.published_from or given.published_to else _read_days(question, as_of)
    sources = given.sources or _read_outlets(question, outlets)
    if days:
        inferred.append(f"published from {days[0]} to {days[1]}")
    if sources and not given.sources:
        inferred.append(f"reported by {', '.join(sources)}")
    first, last = days or (given.published_from, given.published_to)
    return Filters(first, last, sources), tuple(inferred)


def _read_days(question: str, as_of: str | None) -> tuple[str, str] | None:
    """First and last day of publication that a question's words name, or None where unsure."""
    if as_of is None:
        return None
    today = date.fromisoformat(as_of[:10])
    named = list(_MONTH_OF_YEAR.finditer(question))
    relative = list(_RELATIVE.finditer(question))
    if len(named) + len(relative) != 1 or _ELSEWHEN.search(question):
        return None
    if relative:
        first, last = _relative_days(relative[0], today)
    else:
        rest = question[: named[0].start()] + question[named[0].end() :]
        if _ANY_MONTH.search(rest) or _YEAR.search(rest):
            return None
        first, last = _month_days(named[0])
        if last > today or (today - first).days > 365 * _NEAR_YEARS:
            # An archive of the news of today reports such a time looking back, at any date.
            return None
        first, last = first - _LEAD, last + _LAG
    return first.isoformat(), last.isoformat()


def _month_days(named: re.Match[str]) -> tuple[date, date]:
    year, month = int(named["year"]), _MONTHS.index(named["month"].lower()) + 1
    first = _MONTHS.index(named["first"].lower()) + 1 if named["first"] else month
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, min(first, month), 1), after - timedelta(days=1)


def _relative_days(match: re.Match[str], today: date) -> tuple[date, date]:
    """Days that "yesterday" or "last week" mean, generously, as of ``today``."""
    if match["word"]:
        return today - timedelta(days=2), today
    count = {"few": 5, "two": 2, "three": 3, "four": 4}.get(match["count"] or "", 0)
    count = count or int(match["count"] or 1)
    length = {"day": 1, "week": 7, "fortnight": 14, "month": 31}[match["unit"].lower()]
    # "Last week" asked on a Sunday may be any day of the fortnight before.
    slack = length if match["which"].lower() == "last" else 1
    return today - timedelta(days=min(count * length + slack, 3660)), today


_REPORTED = (
    r"(?:according to|(?:report(?:s|ed)?|articles?|stor(?:y|ies)|coverage|interview)"
    r"(?: \w+){0,3}? (?:by|from|in|on|of)|published (?:by|in)|covered by|written by)"
)
_REPORTS = (
    r"(?:reports?|reported|reporting|articles?|says?|said|writes?|wrote|publish(?:ed)?|coverage|"
    r"stor(?:y|ies)|describes?|suggests?|claims?)"
)


def _read_outlets(question: str, outlets: Sequence[str]) -> tuple[str, ...]:
    """Outlets that the question names as reporting, as the archive spells them.

    Where one is named so, every other that is named counts too: "the Courier and the Post report".
    """
    lowered = question.lower()
    named = [outlet for outlet in outlets if _bare(outlet) in lowered]
    whole = [o for o in named if re.search(rf"(?<!\w){re.escape(_bare(o))}(?!\w)", lowered)]
    return tuple(whole) if any(_reports(question, _bare(outlet)) for outlet in whole) else ()


def _bare(outlet: str) -> str:
    return outlet.lower().removeprefix("the ")


def _reports(question: str, outlet: str) -> bool:
    quoted = rf"[\"'“‘]?(?:the )?{re.escape(outlet)}[\"'”’]?"
    before = rf"\b{_REPORTED} {quoted}(?!\w)"
    after = rf"(?<!\w){quoted}(?:['’]s)? {_REPORTS}\b"
    return re.search(f"{before}|{after}", question, re.IGNORECASE) is not None

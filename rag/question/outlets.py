"""Outlets that a question names as reporting, and the reports of theirs that it tells apart.

Outlets are found by the archive's own names and their short forms. Such a name may also be a word
("Time", "The Sun", "Independent") or the subject ("Who bought TechCrunch?"), so it counts only
beside a word of reporting, or in a list with one that does.

"Did the Courier's report of 3 May 2024 agree with that of the Post?" speaks of two reports: one of
the Courier, published about 3 May, and one of the Post. Each is looked for within its own limits,
so that the one that says more does not hide the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from index.text.words import CALENDAR_WORDS, STOP_WORDS
from rag.question.calendar import Spoken
from rag.types import Filters

# What an outlet brings out, many or one. Below, with a day, it is one, or what was done with it.
_WORK = (
    r"(?:reports?|reporting|articles?|pieces?|stor(?:y|ies)|coverage|interviews?|reviews?|guides?|"
    r"editorials?|columns?|analys[ei]s|posts?|features?|accounts?|explanations?|newsletters?)"
)
_OPENING = r"[\"'“‘]?(?:the )?[\"'“‘]?"
_BEFORE = re.compile(
    r"(?:\b(?:according to|as per|per|says|writes|reports|argues|reported (?:on )?(?:by|in|from)|"
    rf"{_WORK}(?: [\w-]+){{0,2}}? (?:by|from|in|on|of)|"
    r"(?:published|covered|written|reviewed|discussed|described|noted|mentioned|featured|said|told|"
    r"claimed|suggested|stated|detailed|highlighted|criticized|alleged|accused|recognized|compared"
    r")(?: [\w-]+){0,2}? (?:by|in))"
    r"(?: (?:articles|reports|sources|outlets)(?: (?:from|in|by))?)?"
    rf"(?: (?:both|including|such as|like|either|the likes of))? {_OPENING})$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"[\"'”’]?(?:['’]s?)?(?: (?:[a-z]+ly|also|both|first|has|had|have|all|\d{4}))*? "
    rf"(?:{_WORK}|says?|said|writes?|wrote|reported|publish(?:e[sd])?|describe[sd]?|suggest(?:s|ed)?|"
    r"claim(?:s|ed)?|cover(?:s|ed)?|mention(?:s|ed)?|state[sd]?|discuss(?:es|ed)?|allege[sd]?|"
    r"indicate[sd]?|tells?|told|agree[sd]?|disagree[sd]?|disclose[sd]?|argue[sd]?|differ(?:s|ed)?|"
    r"favou?r(?:s|ed)?|predict(?:s|ed)?|recommend(?:s|ed)?|rank(?:s|ed)?|rate[sd]?|explain(?:s|ed)?|"
    r"quote[sd]?|cite[sd]?|warn(?:s|ed)?|reveal(?:s|ed)?|portray(?:s|ed)?|think|thinks|praise[sd]?)\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    rf"[\"'”’]?(?:,|,? (?:and|or|&|versus|vs\.?|than|with))? ?{_OPENING}", re.IGNORECASE
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Where even a name in lower case can only be an outlet's: "what does wired say about it".
_SPEAKS_BEFORE = re.compile(r"(?:\b(?:does|did|according to)) (?:the )?$", re.IGNORECASE)
_SPEAKS_AFTER = re.compile(r" (?:say|report|write|claim|argue|think|recommend)\b", re.IGNORECASE)
# What people, science or "the economist" say is no outlet's, unless it is written as a name.
_NOUNS = frozenset(
    """people science nature time politics business history sport sports economist observer
    spectator nation state government president company sun mirror star hill post press standard
    express record mail herald globe witness""".split()
)
# Words with a capital before an outlet that are no part of its name, and behind it.
_NO_NAMES = (
    STOP_WORDS
    | CALENDAR_WORDS
    | frozenset("compare contrast according summarise summarize list name give show find".split())
)
_SECTIONS = frozenset(
    "News Sport Sports Radio TV Television World Online Business Magazine Newspaper".split()
)
_QUOTED = re.compile(r"[\"'“‘](?:the )?$", re.IGNORECASE)
_PARTED = re.compile(r" [|–—-] |: | \(")
_NOT = re.compile(
    rf"\b(?:not|other than|except(?: for)?|besides)(?: \w+)? {_OPENING}$", re.IGNORECASE
)
# A work or a report is spoken of, and the name comes after "by", "from" or "in" further on.
_WORK_BEFORE = re.compile(
    rf"\b(?:{_WORK}|reported|published|covered|featured)\b(?:[^,;?]* )(?:by|from|in|on|of|per) "
    rf"(?:both )?{_OPENING}$",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(r"(?P<word>[A-Z][\w’'-]*) $")
_NAME_AFTER = re.compile(r" (?P<word>[A-Z][\w’'-]*)")
_LATER_WORK = re.compile(rf"[\"'”’]?(?:['’]s?)?(?: [\w-]+){{1,3}}? {_WORK}\b")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place of a text that names outlets: one, or those that share the short form."""

    start: int
    end: int
    outlets: tuple[str, ...]


def outlet_mentions(question: str, outlets: Sequence[str]) -> list[Mention]:
    """Places where the question names outlets as reporting, in order.

    Where one is named so, any other that is named in full counts too: "the Courier and the Post
    report"; of a list, also one whose name is a word.
    """
    found = list(_named(question, outlets))
    reporting = [_reports(question, mention) for mention in found]
    for order in (range(1, len(found)), range(len(found) - 2, -1, -1)):
        step = -1 if order.step > 0 else 1
        for i in order:
            first, last = sorted((found[i], found[i + step]), key=lambda m: m.start)
            listed = _BETWEEN.fullmatch(question, first.end, last.start)
            reporting[i] = reporting[i] or (reporting[i + step] and listed is not None)
    some = any(reporting)
    return [
        mention
        for mention, sure in zip(found, reporting, strict=True)
        if sure or (some and _alone(question, mention))
    ]


def outlets_of(mentions: Sequence[Mention], outlets: Sequence[str]) -> tuple[str, ...]:
    """Those of ``outlets`` that are mentioned, in their order."""
    named = {outlet for mention in mentions for outlet in mention.outlets}
    return tuple(outlet for outlet in outlets if outlet in named)


def short_forms(outlet: str) -> list[str]:
    """Forms by which an outlet is called: its name, without "The", and before a bar or bracket."""
    # The head is empty in ": Latest", which some feeds are called.
    whole, head = (
        name.strip().removeprefix("The ").removeprefix("the ").strip()
        for name in (outlet, _PARTED.split(outlet)[0])
    )
    first = head.partition(" ")[0]
    forms = [whole, head]
    if first.isupper() and len(first) > 1:  # "BBC" of "BBC News"
        forms.append(first)
    name = head.split(".")[0]
    if head.lower().endswith((".com", ".org", ".net", ".co.uk")):
        forms.append(name)
    apart = _CAMEL.sub(" ", name)
    if apart != name:  # "CBS Sports" of "CBSSports.com", "Tech Crunch"
        forms.append(apart)
    return list(dict.fromkeys(form for form in forms if len(form) > 1))


def outlet_words(outlets: Sequence[str]) -> frozenset[str]:
    """Words of outlets' names, in lower case: a name that is one of them is no slip."""
    return frozenset(word for form in _called(tuple(outlets)) for word in form.split())


def _named(question: str, outlets: Sequence[str]) -> list[Mention]:
    """Where a form of an outlet's name stands, the longest of overlapping ones."""
    called = _called(tuple(outlets))
    # In lower case, each letter in its place: that of "İ" is two characters.
    lowered = "".join(low if len(low := c.lower()) == 1 else c for c in question)
    spans = [
        (match.start(), match.end(), form)
        for form in called
        if form in lowered
        for match in re.finditer(rf"(?<![\w-]){re.escape(form)}(?![\w-])", lowered)
        if question[match.start()].isupper()
        or question[match.start()].isdigit()
        or not form[0].isalpha()
        or _only_speaks(question, *match.span())
    ]
    spans.sort(key=lambda span: (span[0], -span[1]))
    kept = [span for n, span in enumerate(spans) if all(span[1] > other[1] for other in spans[:n])]
    return [Mention(start, end, tuple(called[form])) for start, end, form in kept]


@lru_cache(maxsize=8)  # an archive's outlets are the same for all questions
def _called(outlets: tuple[str, ...]) -> Mapping[str, Sequence[str]]:
    """Form in lower case → outlets that are called by it."""
    called: dict[str, list[str]] = {}
    for outlet in outlets:
        for form in short_forms(outlet):
            called.setdefault(form.lower(), []).append(outlet)
    return called


def _only_speaks(question: str, start: int, end: int) -> bool:
    before = _SPEAKS_BEFORE.search(question[:start])
    if before is None or question[start:end] in _NOUNS:
        return False
    return before[0].lower().startswith("according") or bool(_SPEAKS_AFTER.match(question, end))


def _reports(question: str, mention: Mention) -> bool:
    """Whether words of reporting stand beside it, and it is no part of a longer name."""
    before, after = question[: mention.start], question[mention.end :]
    if _NOT.search(before):
        return False
    # "Michael Bloomberg", "the Post Office"
    left, right = _NAME_BEFORE.search(before), _NAME_AFTER.match(after)
    if left and left["word"].lower() not in _NO_NAMES:
        return False
    if right and right["word"] not in _SECTIONS and not _LATER_WORK.match(after):
        return False
    if _BEFORE.search(before) or _AFTER.match(after):
        return True
    # No common word is in quotes, or of several words, or has a capital inside.
    name = question[mention.start : mention.end]
    proper = any(c.isupper() for c in name[1:]) or " " in name or _QUOTED.search(before)
    return bool(proper and (_WORK_BEFORE.search(before) or _LATER_WORK.match(after)))


def _alone(question: str, mention: Mention) -> bool:
    """Whether it is no part of a longer name: not "Fortune 500", "Father Time"."""
    before = question[: mention.start].removesuffix("The ").removesuffix("the ")
    longer = re.match(r" (?:[A-Z]|\d)", question[mention.end :])
    inside = re.search(r"\b[A-Z][\w’'-]* $", before)
    return not (longer or inside or _NOT.search(before))


# Reports that a question tells apart, each with its outlets and its days of publication.

_ONE_WORK = (
    r"(?:reports?|reported|reporting|articles?|pieces?|stor(?:y|ies)|coverage|interview|review|"
    r"guide|analysis|editorial|column|one|published|posted|dated|updated)"
)
_CUE = re.compile(
    r"(?:\b(?P<cue>on|in|of|from|after|before|since|until|between|during|at))? ?[\"'“‘(]*$",
    re.IGNORECASE,
)
_OF_WORK = re.compile(rf"\b{_ONE_WORK}$", re.IGNORECASE)
# Without an outlet "the review in 2022" and "the one in May" are no works of the press.
_OF_PRESS = re.compile(r"\b(?:published|posted|dated|updated)$", re.IGNORECASE)
_OF_PRESS_OF = re.compile(
    r"\b(?:reports?|articles?|pieces?|stor(?:y|ies)|coverage)$", re.IGNORECASE
)
_OF_OUTLET = re.compile(rf"[\"'”’]?(?:['’]s)?(?: {_ONE_WORK})?,? ?", re.IGNORECASE)
_APART = 22  # words between an outlet and the day of its report, at most
_SLACK = timedelta(days=1)  # a day begins at other hours elsewhere


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int
    outlets: tuple[str, ...] = ()
    days: tuple[str | None, str | None] | None = None


def read_reports(
    question: str, mentions: Sequence[Mention], times: Sequence[Spoken]
) -> tuple[Filters, ...]:
    """Limits of each report that a question speaks of, each once, in order.

    A time counts where it is that of a publication: "published on 3 May", "the Courier's article
    from May", "reported after 3 May".
    """
    places = [_Place(mention.start, mention.end, mention.outlets) for mention in mentions]
    for time in times:
        cue = _CUE.search(question[: time.start])
        assert cue is not None  # it may be empty
        before = [n for n, place in enumerate(places) if place.end <= time.start]
        nearest = max(before, key=lambda n: places[n].end, default=None)
        if not _is_publication(question, cue, None if nearest is None else places[nearest].end):
            continue
        when = (cue["cue"] or "").lower()
        first, last = (time.first - _SLACK).isoformat(), (time.last + _SLACK).isoformat()
        days = (
            None if when == "before" else first,
            None if when in ("after", "since") else last,
        )
        outlet = _Place(time.start, time.end) if nearest is None else places[nearest]
        apart = len(question[outlet.end : time.start].split())
        if nearest is not None and outlet.days is None and apart <= _APART:
            places[nearest] = replace(outlet, days=days)
        else:  # another report of the same outlet
            places.append(_Place(time.start, time.end, outlet.outlets, days))
    places.sort(key=lambda place: place.start)
    return tuple(
        dict.fromkeys(Filters(*(place.days or (None, None)), place.outlets) for place in places)
    )


def covering(reports: Sequence[Filters]) -> tuple[str | None, str | None]:
    """Days that all reports are inside of; None on a side where one of them has none."""
    firsts = [report.published_from for report in reports]
    lasts = [report.published_to for report in reports]
    return (
        min((day for day in firsts if day), default=None) if all(firsts) else None,
        max((day for day in lasts if day), default=None) if all(lasts) else None,
    )


def _is_publication(question: str, cue: re.Match[str], outlet_end: int | None) -> bool:
    head = question[: cue.start()].rstrip()
    if outlet_end is None:
        of_day = (cue["cue"] or "").lower() in ("of", "from", "on")
        return bool(_OF_PRESS.search(head) or (of_day and _OF_PRESS_OF.search(head)))
    return bool(_OF_WORK.search(head)) or bool(
        _OF_OUTLET.fullmatch(question, outlet_end, max(outlet_end, cue.start()))
    )

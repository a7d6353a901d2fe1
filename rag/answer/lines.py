"""A sentence of an article as a line of an answer: what is cut off its start, what is noted in it.

A dateline, a credit or a stray quotation mark does not open a line. A weekday gets its date, and
"she" the name that she goes by, in brackets that are marked as ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from index.text.sentences import sentence_spans
from index.text.words import MONTHS, WEEKDAYS
from index.types import Article, Span
from rag.answer.context import inside_quotes, leans_back
from rag.types import CandidateSentence, Line, Passage, Quoted

_MONTH = rf"(?i:{'|'.join(MONTHS)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?"
_DATE = rf"(?:\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}})(?:,? \d{{4}})?"
_PLACE = r"[A-Z][\w.’' -]{1,24}(?:, [A-Z][\w. ]{1,20})?"
_AGENCY = r"\([\w ./&]{2,20}\)"
# "VARDENA, 5 March (SPA) –", "LONDON —", "(Reuters) -": at the start of a report.
_DATELINE = re.compile(
    rf"\s*(?:[A-Z][A-Z.’' -]{{2,}}(?:, [A-Z][\w. ]{{1,20}})?(?:,? {_DATE})?(?: ?{_AGENCY})?|"
    rf"{_PLACE},? {_DATE}(?: ?{_AGENCY})?|(?:{_PLACE} ?)?{_AGENCY})"
    r" ?(?:[—–]|--?(?= )) ?(?=[A-Z0-9\"“‘'])"
)
_OPENING = re.compile(r"[\s\"“”„«»•*▪–—-]+")
_QUOTE = re.compile(r"[\"“”„«»]")
_DAY = re.compile(
    rf"\b(?P<next>next |coming )?(?P<day>{'|'.join(WEEKDAYS)}|yesterday|today|tomorrow|tonight|"
    rf"last night|this (?:morning|afternoon|evening))\b"
    rf"(?!['’]s? \w+ (?:Post|Times|Herald))(?!,? (?:the )?\d|,? {_MONTH})",
    re.IGNORECASE,
)
# Not in "It will lead the inquiry, the government decided on Wednesday".
_AHEAD = re.compile(
    r"\b(?:(?:will|would|due|expected|scheduled|is to|are to|plans?|planned)\b[^.,;]*|"
    r"(?:until|from|is on|are on) )$",
    re.IGNORECASE,
)
_OFFSETS = {"yesterday": -1, "last night": -1, "tomorrow": 1}
_PRONOUN = re.compile(r"^[\"“‘'(]?(?:(?:But|And|However|Earlier|Later|Then),? )?(He|She)\b")
_PERSON = re.compile(
    r"\b(?!(?:The|A|In|On|At|But|And|For|It|This|That|After|Before|When|While|As|By)\b)"
    r"[A-ZÀ-Þ][\w’'-]+(?: (?:[A-Z]\.|al-|bin|van|von|de|[A-ZÀ-Þ][\w’'-]+)){1,3}"
)


def line_of(
    sentence: CandidateSentence, short: Span | None = None, *, lead: str = "", dated: bool = True
) -> Line:
    """Make a line of a sentence; ``short`` are the words of its article that answer.

    Not ``dated``, days are left as they are.
    """
    start = _start(sentence, short.start if short else sentence.end)
    end = len(sentence.text.rstrip()) + sentence.start
    text = sentence.passage.article.text[start:end]
    if len(_QUOTE.findall(text)) == 1 and text[-1] in '"”»' and text[:-1].rstrip():
        end -= 1  # closes what was opened before
        text = text[:-1]
    notes = [*(_days(text, sentence.passage.article.day) if dated else ()), *_who(sentence, text)]
    inside = Span(short.start - start, short.end - start) if short else None
    return Line((Quoted(sentence.passage, Span(start, end)),), lead, tuple(notes), inside)


def headline_of(article: Article, lead: str, also_in: Sequence[Article] = ()) -> Line:
    """Make a line of an article's headline, or of its first sentence where it has none."""
    of: Literal["title", "text"] = "title" if article.title.strip() else "text"
    whole = Span(0, len(article.title))
    span = whole if of == "title" else next(iter(sentence_spans(article.text, article.language)))
    return Line((Quoted(passage_of(article, also_in), span, of),), lead)


def passage_of(article: Article, also_in: Sequence[Article] = ()) -> Passage:
    """Take a whole article as the passage to quote from: it was looked up, not ranked."""
    return Passage(article, 0, len(article.text), article.text, 0.0, 0, {}, tuple(also_in))


def origin(article: Article) -> str:
    """Say outlet and day of an article, as far as they are known."""
    day = day_told(article.day) if article.day else None
    return ", ".join(part for part in (article.source, day) if part)


def day_told(day: str) -> str:
    """Write a day in words: "4 March 2024"."""
    return _told(date.fromisoformat(day))


def days_told(first: str, last: str) -> str:
    """Write a range of days in words, leaving out what is the same: "3 to 20 March 2026"."""
    if first == last:
        return day_told(first)
    since, until = date.fromisoformat(first), date.fromisoformat(last)
    begun = f"{since.day}"
    if first[:7] != last[:7]:
        begun += f" {since:%B}"
    if first[:4] != last[:4]:
        begun += f" {since.year}"
    return f"{begun} to {_told(until)}"


def _told(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _start(sentence: CandidateSentence, limit: int) -> int:
    """Where the statement of a sentence begins: after a dateline and stray marks."""
    text = sentence.text
    start = 0
    if dateline := _DATELINE.match(text):
        start = dateline.end()
    opening = _OPENING.match(text, start)
    if opening and len(_QUOTE.findall(text, start)) % 2 == 1:
        start = opening.end()
    return sentence.start + start if sentence.start + start <= limit else sentence.start


def _days(text: str, day: str | None) -> Iterator[tuple[int, str]]:
    """Yield where a day is told by its name alone, and which day it is, as of the article's."""
    if day is None:
        return
    told = date.fromisoformat(day)
    for match in _DAY.finditer(text):
        name = match["day"].lower()
        if name in WEEKDAYS:
            back = (told.weekday() - WEEKDAYS.index(name)) % 7
            ahead = match["next"] or _AHEAD.search(text[: match.start()])
            if ahead:
                back = back - 7 if back or match["next"] else 0
            meant = told - timedelta(days=back)
        else:
            meant = told + timedelta(days=_OFFSETS.get(name, 0))
        possessive = text.startswith(("'s ", "’s "), match.end())
        yield match.end() + 2 * possessive, _told(meant)


def _who(sentence: CandidateSentence, text: str) -> Iterator[tuple[int, str]]:
    """Yield where a sentence opens with "he" or "she", and the one name that can be meant."""
    pronoun = _PRONOUN.match(text)
    if pronoun is None:
        return
    name = _last_name(sentence)
    if name:
        yield pronoun.end(1), name


def _last_name(sentence: CandidateSentence) -> str:
    """Find the only person's name in the nearest sentence before that has one; "" for several."""
    whole = sentence.passage.article.text
    for span in sentence.sentences[max(0, sentence.position - 3) : sentence.position][::-1]:
        names = {match[0] for match in _PERSON.finditer(whole, span.start, span.end)}
        if names:
            return names.pop() if len(names) == 1 else ""
    return ""


def needs_before(sentence: CandidateSentence, line: Line) -> bool:
    """Whether a line speaks of what only the sentence before it names."""
    named = any(not note[:1].isdigit() for _, note in line.notes)
    inside = inside_quotes(sentence.passage.article.text, sentence.sentences)
    return not named and sentence.position not in inside and leans_back(line.quoted)

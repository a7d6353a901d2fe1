"""Sentence boundaries with exact offsets.

The splitting itself is sentencex's (Wikimedia): its segments, joined, give the text back, so
offsets follow from their lengths. What it cuts after an abbreviation that goes on is joined again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import sentencex

from index.types import Span

_BLANK_LINE = re.compile(r"\n\s*\n")

# Where a sentence that seems to end goes on: how it ends, and how what follows it begins.
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b(?!,| (?:is|was|will|has|had|saw)\b)"
_ZONE = r"[A-Z]{1,4}T\b|UTC\b|MSK\b|(?:[A-Z]\w+ ){1,3}[Tt]ime\b"
_OPENERS = (
    "The|A|An|He|She|It|They|We|I|You|His|Her|Its|Their|Our|My|This|That|These|Those|There|In|On|"
    "At|By|For|From|With|As|If|When|While|After|Before|But|And|So|Yet|However|No|Not|One|Some|Many|"
    "Most|All|Both|Also|Then|Now|To|Of|Since|Under|Last|What|Who|How|Why"
)
_GOES_ON = tuple(
    (re.compile(left), re.compile(right))
    for left, right in (
        (r"\d ?[AaPp]\.[Mm]\.\s+$", rf"[a-z(]|{_ZONE}|{_DAY}"),  # "11 p.m. EST"
        (r"\b[A-Z]\.$", r"[A-Z]\."),  # nothing between: "then-U.S."
        (r"\bthe (?:[A-Z]\.){2,}\s+$", rf"(?!(?:{_OPENERS})\b)[A-Z]"),  # "the B.C. Coroners"
        (r"\bFt\.\s+$", "[A-Z]"),
        (r"\b(?:approx|est)\.\s+$", r"\d"),
    )
)
_TAIL = 40  # characters of a segment in which its last word stands


def sentence_spans(text: str, language: str | None = None) -> list[Span]:
    """Spans of the sentences of a text, in order, without the white space around them.

    Together they hold every character that is not white space; none crosses a blank line.
    """
    gaps = list(_BLANK_LINE.finditer(text))
    starts = [0, *(gap.end() for gap in gaps)]
    ends = [*(gap.start() for gap in gaps), len(text)]
    spans = []
    for start, end in zip(starts, ends, strict=True):
        if start == end:
            continue
        paragraph = text[start:end]
        segments = sentencex.segment(language or "en", paragraph)
        if "".join(segments) != paragraph:  # a promise of the library that our offsets rest on
            segments = [paragraph]
        for segment in _rejoined(segments):
            span = trim(text, start, start + len(segment))
            if span is not None:
                spans.append(span)
            start += len(segment)
    return spans


def _rejoined(segments: Sequence[str]) -> Iterator[str]:
    """Join the segments between which an abbreviation was taken for the end of a sentence."""
    held = ""
    for segment in segments:
        end = held[-_TAIL:]
        if held and not any(
            ends.search(end) and begins.match(segment) for ends, begins in _GOES_ON
        ):
            yield held
            held = ""
        held += segment
    if held:
        yield held


def trim(text: str, start: int, end: int) -> Span | None:
    """Span without the white space around it; None where nothing else is there."""
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return None
    start += len(piece) - len(piece.lstrip())
    return Span(start, start + len(stripped))

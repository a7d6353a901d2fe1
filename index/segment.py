"""Sentence boundaries with exact offsets.

The splitting itself is sentencex's (Wikimedia): its segments, joined, give the text back, so
offsets follow from their lengths.
"""

from __future__ import annotations

import re

import sentencex

from index.types import Span

_BLANK_LINE = re.compile(r"\n\s*\n")


def sentence_spans(text: str, language: str | None = None) -> list[Span]:
    """Spans of the sentences of a text, in order, without the white space around them.

    Together they hold every character that is not white space; none crosses a blank line.
    """
    spans: list[Span] = []
    for paragraph in _paragraphs(text):
        spans.extend(_paragraph_sentences(text, paragraph, language or "en"))
    return spans


def _paragraphs(text: str) -> list[Span]:
    starts = [0, *(gap.end() for gap in _BLANK_LINE.finditer(text))]
    ends = [*(gap.start() for gap in _BLANK_LINE.finditer(text)), len(text)]
    return [Span(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def _paragraph_sentences(text: str, paragraph: Span, language: str) -> list[Span]:
    body = text[paragraph.start : paragraph.end]
    segments = sentencex.segment(language, body)
    if "".join(segments) != body:  # a promise of the library that our offsets rest on
        segments = [body]
    spans = []
    start = paragraph.start
    for segment in segments:
        end = start + len(segment)
        trimmed = _trim(text, start, end)
        if trimmed is not None:
            spans.append(trimmed)
        start = end
    return spans


def _trim(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return None
    start += len(piece) - len(piece.lstrip())
    return Span(start, start + len(stripped))

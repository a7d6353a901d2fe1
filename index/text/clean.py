"""Clean the words of an article so that they can be quoted, and change nothing else.

White space is folded and characters that nobody can see are removed. Every other character
stays, so a quote of the cleaned text stands in the source too, white space and removed
characters aside. Cleaning twice gives what cleaning once gives.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise, takewhile

from index.text.words import is_divider, is_rule
from index.types import Article

PARAGRAPH_BREAK = "\n\n"

# Shorter repeats are crossheads, captions and answers ("Yes.") that carry meaning each time.
REPEAT_MIN_CHARS = 40

# Line lengths of text that was wrapped by hand or by a mail program.
WRAP_MIN_CHARS, WRAP_MAX_CHARS = 40, 120

# Shorter unfinished lines are list items; longer ones are prose broken before a figure.
PROSE_MIN_CHARS = 60

# Tag characters spell hidden text, except in the flags of England, Scotland and Wales.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]"
)
_FLAG = "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)"
_INVISIBLE_OR_FLAG = re.compile(f"{_FLAG}|{_INVISIBLE.pattern}")

# Joiners change what is read in Arabic and Indic scripts (Persian "mi-shavad", half forms) and
# hold an emoji of several parts together. Anywhere else they are debris of an editor.
_SCRIPT = "\u0600-\u08ff\u0900-\u109f\u1780-\u18af\ua840-\uabff\ufb50-\ufdff\ufe70-\ufefc"
_VIRAMA = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"
_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_JOINERS = re.compile(
    f"(?:(?<=[{_SCRIPT}])([\u200c\u200d\u180e])[\u200c\u200d\u180e]*(?=[{_SCRIPT}])"
    f"|(?<=[{_VIRAMA}])([\u200c\u200d])"
    f"|(?<=[{_SCRIPT}])(\u200d)"
    f"|(?<=[{_EMOJI}\ufe0f])(\u200d)(?=[{_EMOJI}])"
    ")|[\u200c\u200d\u180e]"
)

_LINE_BREAK = re.compile("\r{1,2}\n|[\r\v\f\u2028]")
_ENDS = re.compile("[.!?…:。！？؟۔।॥][\"'”’»›)\\]]*$")
_QUESTION = re.compile("[?？؟][\"'”’»›)\\]]*$")
_GOES_ON_BEFORE = re.compile("[,(\\[]$")
_GOES_ON_AFTER = re.compile("[,.;:)\\]%]")
_LIST_MARKER = re.compile("\\d+[.)]\\s")


def clean_text(text: str) -> str:
    """Fold white space, remove invisible characters, drop paragraphs that repeat.

    Paragraphs of the returned text are separated by exactly one blank line and hold no line
    break. Blank lines always part paragraphs. A single line break parts them too, as in files
    with one paragraph a line, unless the sentence runs on over it or the lines are hard-wrapped.
    """
    return PARAGRAPH_BREAK.join(_without_repeats(_paragraphs(_visible(text))))


def clean_title(title: str) -> str:
    """Fold a headline, or another field of one line, and remove invisible characters."""
    return _folded(_visible(title))


def clean_article(article: Article) -> Article | None:
    """Clean every field of an article; None when no text is left.

    First paragraphs identical to the title are dropped, since agency pages repeat the
    headline. A text that is nothing but its headline stays: it is a news flash.
    """
    title, text = clean_title(article.title), clean_text(article.text)
    start, headline = 0, title + PARAGRAPH_BREAK
    while title and text.startswith(headline, start):
        start += len(headline)
    text = text[start:]
    if not text:
        return None
    return replace(
        article,
        title=title,
        text=text,
        source=_field(article.source),
        url=_field(article.url),
        author=_field(article.author),
        language=_field(article.language),
    )


def _field(value: str | None) -> str | None:
    return clean_title(value) or None if value else None


def _visible(text: str) -> str:
    # Looking first costs a third of replacing, and most texts hold nothing to replace.
    if _INVISIBLE.search(text):
        text = _INVISIBLE_OR_FLAG.sub(r"\1", text)
    if any(joiner in text for joiner in "\u200c\u200d\u180e"):
        text = _JOINERS.sub(r"\1\2\3\4", text)
    return text


def _folded(line: str) -> str:
    # A printable line holds no white space but U+0020; asking is four times faster than folding.
    if line.isprintable() and "  " not in line:
        return line.strip(" ")
    return " ".join(line.split())


def _paragraphs(text: str) -> list[str]:
    text = text.replace("\r\n", "\n").replace("\u2029", PARAGRAPH_BREAK)
    if any(line_break in text for line_break in "\r\v\f\u2028"):
        text = _LINE_BREAK.sub("\n", text)
    paragraphs: list[str] = []
    block: list[str] = []
    for line in text.split("\n"):
        folded = _folded(line)
        if folded and not is_rule(folded):
            block.append(folded)
            continue
        if block:
            paragraphs += _unwrapped(block)
            block = []
        if folded:
            paragraphs.append(folded)
    return paragraphs + _unwrapped(block)


def _unwrapped(block: list[str]) -> list[str]:
    """Join lines without a blank line between them where a sentence runs on."""
    if len(block) < 2:
        return block
    width = _wrap_width(block)
    lines = [[block[0]]]
    length = 0
    for before, line in pairwise(block):
        length += len(before)
        if _is_full(before, line, width) or _runs_on(before, line, length):
            lines[-1].append(line)
        else:
            lines.append([line])
            length = 0
    return [" ".join(parts) for parts in lines]


def _wrap_width(block: list[str]) -> int:
    """Tell at which length the lines of a block were wrapped; a large number: not at all.

    Greedy wrapping leaves no room on a line for the first word of the next, and most of its
    lines end inside a sentence.
    """
    width = max(map(len, block))
    pairs = list(pairwise(block))
    full = [line for line, after in pairs if _is_full(line, after, width)]
    inside = [line for line in full if not _ENDS.search(line)]
    fits = WRAP_MIN_CHARS <= width <= WRAP_MAX_CHARS and len(block) > 2
    wrapped = fits and 4 * len(full) >= 3 * len(pairs) and 2 * len(inside) >= len(full)
    return width if wrapped else 1 << 62


def _is_full(line: str, after: str, width: int) -> bool:
    return len(line) + 1 + len(after.partition(" ")[0]) > width


def _runs_on(before: str, line: str, length: int) -> bool:
    if _ENDS.search(before):
        return False
    if line[0].islower() or _GOES_ON_BEFORE.search(before) or _GOES_ON_AFTER.match(line):
        return True
    return length >= PROSE_MIN_CHARS and line[0].isdigit() and not _LIST_MARKER.match(line)


def _without_repeats(paragraphs: list[str]) -> list[str]:
    """Drop runs of paragraphs that all stand earlier, when one of them is a long statement.

    The run matters: the crosshead or question inside a passage that is there twice goes with
    it. Alone it stays, as the second "Yes." of an interview and the question that is put to
    each candidate do: without them the next answer would follow the wrong question. A rule or
    hour at an end of the run stays too, since it parts what is kept; behind all of it, it parts
    nothing.
    """
    if len(set(paragraphs)) == len(paragraphs):
        return paragraphs
    seen: set[str] = set()
    kept: list[str] = []
    run: list[str] = []
    for paragraph in paragraphs:
        if paragraph in seen:
            run.append(paragraph)
            continue
        seen.add(paragraph)
        kept += [*(_dividers(run) if _is_repeat(run) else run), paragraph]
        run = []
    return kept if _is_repeat(run) else kept + run


def _is_repeat(run: list[str]) -> bool:
    return any(
        len(part) >= REPEAT_MIN_CHARS and not _QUESTION.search(part) and not is_divider(part)
        for part in run
    )


def _dividers(run: list[str]) -> list[str]:
    """Rules and hours at the end of a run, else those at its beginning."""
    behind = list(takewhile(is_divider, reversed(run)))[::-1]
    return behind or list(takewhile(is_divider, run))

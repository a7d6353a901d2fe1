"""What a conversation is made of: escaped text, an article's byline, the sheet of a passage.

Everything that comes from an article, an archive or a user is untrusted and passes through
``escaped``. A sheet is opened by buttons with the browser's own popover, so that focus, Esc and a
click beside it need no script.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import date
from urllib.parse import urlsplit

from index.text.sentences import sentence_spans
from index.text.words import MONTHS
from index.types import Article
from rag.types import Citation

OUTLETS_NAMED = 3
SENTENCES_AROUND = 2
LONGEST_SHOWN = 30_000  # characters of an article

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")

# Text on its way into the page: escaped, and days, counts and outlets in words.


def escaped(value: str) -> str:
    """Escape text: nothing but text is left, between tags and inside a quoted attribute."""
    encodable = value.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be sent
    return html.escape(_CONTROL.sub("", encodable), quote=True)


def isolated(value: str) -> str:
    """Escape text so that its direction and direction overrides do not reach beyond it."""
    return f"<bdi>{escaped(value)}</bdi>"


def counted(number: int, noun: str) -> str:
    """Count things: "1 article", "1,200 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def outlets_named(outlets: Sequence[str]) -> str:
    """Name the first outlets and count the others."""
    named = ", ".join(isolated(outlet) for outlet in outlets[:OUTLETS_NAMED])
    others = len(outlets) - OUTLETS_NAMED
    return f"{named} and {counted(others, 'other outlet')}" if others > 0 else named


def day_shown(day: str) -> str:
    """Write a day in words, as an element of time."""
    return f'<time datetime="{escaped(day)}">{escaped(day_in_words(day))}</time>'


def day_in_words(day: str) -> str:
    """Write a day in words: "4 March 2024"; what is no day stays as it is."""
    try:
        moment = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{moment.day} {MONTHS[moment.month - 1].title()} {moment.year}"


# An article in a line.


def opener(article: Article, element_id: str) -> str:
    """Make the headline a button that opens the sheet with this id."""
    return (
        f'<button type="button" class="na-headline" popovertarget="{element_id}">'
        f"{_headline(article)}</button>"
    )


def _headline(article: Article) -> str:
    return isolated(article.title.strip() or "Untitled article")


def byline(article: Article) -> str:
    """Show outlet and day, as far as they are known."""
    parts = [isolated(article.source)] if article.source else []
    if article.day:
        parts.append(day_shown(article.day))
    return f'<p class="na-byline">{", ".join(parts)}</p>' if parts else ""


def plain_byline(article: Article) -> str:
    """Name an article in one line, not escaped: headline, outlet and day."""
    day = day_in_words(article.day) if article.day else None
    return ", ".join(part for part in (article.title.strip(), article.source, day) if part)


def copies_shown(articles: Sequence[Article]) -> str:
    """Name the outlets of the articles that carry the same text."""
    outlets = list(dict.fromkeys(article.source or article.title for article in articles))
    if not outlets:
        return ""
    return f'<p class="na-also">Also in {", ".join(isolated(outlet) for outlet in outlets)}</p>'


def told_by(citation: Citation) -> str:
    """Name outlet, or headline where none is known, and day; and whether it was corrected."""
    article = citation.article
    parts = [isolated(article.source) if article.source else _headline(article)]
    if article.day:
        parts.append(day_shown(article.day))
    if citation.superseded_by:
        parts.append('<strong class="na-corrected">corrected</strong>')
    return ", ".join(parts)


def superseded(newer: Article | None) -> str:
    """Name the newer version of an article, where there is one."""
    if newer is None:
        return ""
    day = f" of {day_shown(newer.day)}" if newer.day else ""
    return f'<p class="na-also">Superseded by {_headline(newer)}{day}</p>'


# The sheet that shows a passage in its article.


def panel(
    article: Article,
    also_in: Sequence[Article],
    element_id: str,
    passage: str,
    full: str,
    *,
    headline: bool = False,
) -> str:
    """Lay a passage on its own sheet; ``passage`` and ``full``, the article, are HTML already.

    Of a ``headline`` it says so, and shows the article below it.
    """
    kind = '<p class="na-label">Headline</p>' if headline else ""
    language = article.language or ""
    lang = f' lang="{language}"' if _LANGUAGE.fullmatch(language) else ""
    return (
        f'<div popover class="na-passage" id="{element_id}" role="dialog" '
        f'aria-labelledby="{element_id}-title">'
        f'<h3 id="{element_id}-title" tabindex="-1" autofocus{lang}>{_headline(article)}</h3>'
        f"{byline(article)}{copies_shown(also_in)}"
        f'<button type="button" class="na-close" popovertarget="{element_id}" '
        'popovertargetaction="hide">Close</button>'
        f'{kind}<blockquote dir="auto"{lang}>{passage}</blockquote>'
        f"<details{' open' if headline else ''}><summary>Whole article</summary>"
        f'<div class="na-whole" dir="auto" tabindex="0" role="region" '
        f'aria-label="Whole article"{lang}>{full}</div></details>'
        f"{_link(article.url)}</div>"
    )


def surroundings(citation: Citation) -> str:
    """Show the quote, marked, with the sentences around it; of a headline how the text begins."""
    text = citation.article.text
    spans = sentence_spans(text, citation.article.language)
    if citation.of == "title":
        end = max((span.end for span in spans[:SENTENCES_AROUND]), default=0)
        return f"{escaped(text[:end])}{' …' if end < len(text) else ''}"
    before = [span.start for span in spans if span.end <= citation.start][-SENTENCES_AROUND:]
    after = [span.end for span in spans if span.start >= citation.end][:SENTENCES_AROUND]
    inside = [span for span in spans if span.start < citation.end and citation.start < span.end]
    start = min([*before, citation.start, *(span.start for span in inside)])
    end = max([*after, citation.end, *(span.end for span in inside)])
    lead = "… " if start > 0 else ""
    tail = " …" if end < len(text) else ""
    return f"{lead}{marked(text, start, citation.start, citation.end, end)}{tail}"


def whole(text: str, start: int, end: int, *, mark: bool) -> str:
    """Show a text, with a quote of it marked or not; of a very long one what is around the quote.

    Every answer of a conversation keeps its sheets on the page.
    """
    room = max(0, LONGEST_SHOWN - (end - start)) // 2
    first = max(0, min(start - room, len(text) - LONGEST_SHOWN))
    last = min(len(text), max(end + room, LONGEST_SHOWN))
    lead, tail = "… " if first else "", " …" if last < len(text) else ""
    shown = marked(text, first, start, end, last) if mark else escaped(text[first:last])
    return f"{lead}{shown}{tail}"


def marked(text: str, start: int, mark_start: int, mark_end: int, end: int) -> str:
    """Show a text from ``start`` to ``end``, with what is inside the mark's ends marked."""
    return (
        f"{escaped(text[start:mark_start])}<mark>{escaped(text[mark_start:mark_end])}</mark>"
        f"{escaped(text[mark_end:end])}"
    )


def _link(url: str | None) -> str:
    """Link to the original, only where it is plainly a web address."""
    try:
        address = urlsplit(url or "")
        host = address.hostname
    except ValueError:  # such as an unclosed [ of an IPv6 address
        return ""
    if address.scheme not in ("http", "https") or not host:
        return ""
    return (
        f'<p class="na-link"><a href="{escaped(url or "")}" target="_blank" '
        f'rel="noopener noreferrer nofollow">Original at {isolated(host)}</a></p>'
    )

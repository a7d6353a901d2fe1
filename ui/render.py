"""An answer as HTML. Pure: no state, no network, no Gradio.

Everything that comes from an article, an archive or a user is untrusted and passes through
``_text`` on its way into the page. A marker is a button that opens its passage with the browser's
own popover, so that focus, Esc and a click beside it need no script.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import urlsplit

from index.segment import sentence_spans
from index.types import Article
from rag.types import Answer, Citation, Filters, Inference, Passage, Query, Sentence

SENTENCES_AROUND = 2
NEAREST_SHOWN = 5
OUTLETS_NAMED = 3
LONGEST_TAIL = 20
CHANGEABLE = ("dates", "outlets")  # readings that the form has fields for

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_MONTHS = (
    "January February March April May June July August September October November December"
).split()


def overview(
    articles: int, first_day: str | None, last_day: str | None, outlets: Sequence[str]
) -> str:
    """Say in one line what the archive holds; ``outlets`` with the most articles first."""
    parts = [f"<strong>{_count(articles, 'article')}</strong>"]
    if first_day and last_day:
        parts.append(f"{_day(first_day)} to {_day(last_day)}")
    if outlets:
        parts.append(_outlets(outlets))
    return f'<p class="na-overview">{" · ".join(parts)}</p>'


def conversation(exchanges: Sequence[str]) -> str:
    """Join the finished exchanges; a screen reader announces what is added."""
    return (
        '<div class="na-conversation" role="log" aria-live="polite" aria-label="Conversation">'
        f"{''.join(exchanges)}</div>"
    )


def exchange(question: str, body: str) -> str:
    """Show one question and what came of it; ``body`` is HTML from this module."""
    return (
        '<article class="na-exchange">'
        f'<h2 class="na-question"><span class="na-hidden">You asked: </span>{_isolated(question)}'
        f"</h2>{body}</article>"
    )


def progress(query: Query | None = None, passages: Sequence[Passage] | None = None) -> str:
    """Show what is known while an answer is on its way."""
    step = "Reading the question…" if query is None else "Searching the archive…"
    if passages is not None:
        step = f"Reading {_read_from(passages)}…" if passages else "Nothing found; deciding…"
    shown = understood(query) if query is not None else ""
    return f'{shown}<p class="na-progress" role="status">{step}</p>'


def understood(query: Query, name: str = "", without: Sequence[Inference] = ()) -> str:
    """Show how the question was read, where that is not simply what was typed.

    With the ``name`` of a finished exchange each reading has a button that asks again without it,
    and a limit one that takes it into the form. ``without`` are readings that were taken off so.
    """
    standalone = query.standalone.strip()
    notes = [f"Asked without: {_isolated(inference.text)}" for inference in without]
    notes += [_reading(inference, name) for inference in query.inferred]
    told = any(standalone in inference.text for inference in query.inferred)
    if standalone != query.question.strip() and not told:
        notes.insert(0, f"Understood as: {_isolated(standalone)}")
    if not notes:
        return ""
    items = "".join(f"<li>{note}</li>" for note in notes)
    return f'<ul class="na-understood" aria-label="How the question was understood">{items}</ul>'


def _reading(inference: Inference, name: str) -> str:
    """Show one reading; the page's script passes on what a button's data says."""
    shown = _isolated(inference.text)
    if not name or not inference.used:
        return shown
    wish = _text(f"{name}:{inference.part}")
    change = ""
    if inference.part in CHANGEABLE:
        label = _text(f"Change: {inference.text}")
        change = (
            f'<button type="button" class="na-change" data-change="{wish}" aria-label="{label}">'
            "Change</button>"
        )
    label = _text(f"Ask again without: {inference.text}")
    return (
        f'{shown}{change}<button type="button" class="na-drop" data-again="{wish}" '
        f'aria-label="{label}" title="Ask again without this">×</button>'
    )


def answered(answer: Answer, name: str, without: Sequence[Inference] = ()) -> str:
    """Show an answer or a refusal with its sources; ``name`` keeps ids apart on one page."""
    read_as = understood(answer.query, name, without)
    if answer.refused:
        return read_as + _refusal(answer, name)
    cited = {citation.marker: citation for citation in answer.citations}
    sentences = " ".join(_sentence(sentence, cited, name) for sentence in answer.sentences)
    read = f'<p class="na-read">Read {_read_from(answer.passages)}.</p>' if answer.passages else ""
    return (
        f'{read_as}<p class="na-answer">{sentences}</p>'
        f"{_sources(answer.citations, name)}{read}"
        + "".join(_cited_passage(citation, name) for citation in answer.citations)
    )


def failure(message: str) -> str:
    """Show an error that the archive raised, in its own words."""
    return (
        '<div class="na-failure" role="alert"><h3>The question could not be answered</h3>'
        f"<p>{_isolated(message)}</p></div>"
    )


def chips(filters: Filters) -> str:
    """Show the limits that the next question will have; empty where there are none."""
    limits = []
    if filters.published_from:
        limits.append(f"From {_day(filters.published_from)}")
    if filters.published_to:
        limits.append(f"To {_day(filters.published_to)}")
    limits.extend(_isolated(source) for source in filters.sources)
    if not limits:
        return ""
    items = "".join(f'<li class="na-chip">{limit}</li>' for limit in limits)
    return f'<ul class="na-chips" aria-label="Only articles that match">{items}</ul>'


def label(text: str) -> str:
    """Name what follows; empty where nothing does."""
    return f'<p class="na-label">{_text(text)}</p>' if text else ""


def problem(message: str) -> str:
    """Say what is wrong with a field; empty where nothing is."""
    return f'<p class="na-problem" role="alert">{_text(message)}</p>' if message else ""


def _sentence(sentence: Sentence, cited: dict[int, Citation], name: str) -> str:
    markers = "".join(
        _marker(cited[marker], name) for marker in sentence.markers if marker in cited
    )
    head, space, tail = sentence.text.rpartition(" ")
    if len(tail) > LONGEST_TAIL:
        head, space, tail = sentence.text, "", ""
    # A marker stays on the line of the word before it.
    return (
        f'<span class="na-sentence"><bdi>{_text(head)}{space}'
        f'<span class="na-tail">{_text(tail)}{markers}</span></bdi></span>'
    )


def _marker(citation: Citation, name: str) -> str:
    label = _text(f"Source {citation.marker}: {_plain_byline(citation.article)}")
    return (
        f'<button type="button" class="na-marker" popovertarget="{_id(name, citation.marker)}" '
        f'aria-label="{label}">[{citation.marker}]</button>'
    )


def _sources(citations: Iterable[Citation], name: str) -> str:
    """List the cited articles, each once, with the markers that cite it."""
    by_article: dict[str, list[Citation]] = {}
    for citation in citations:
        by_article.setdefault(citation.article.id, []).append(citation)
    items = "".join(_source(cited, name) for cited in by_article.values())
    if not items:
        return ""
    return (
        f'<section class="na-sources" aria-label="Sources"><h3>Sources</h3><ul>{items}</ul>'
        "</section>"
    )


def _source(citations: Sequence[Citation], name: str) -> str:
    first = citations[0]
    also_in = [article for citation in citations for article in citation.also_in]
    markers = "".join(_marker(citation, name) for citation in citations)
    return (
        f"<li>{_opener(first.article, _id(name, first.marker))}"
        f'<div class="na-cited">{markers}{_byline(first.article)}</div>'
        f"{_superseded(first.superseded_by)}{_also_in(also_in)}</li>"
    )


def _refusal(answer: Answer, name: str) -> str:
    nearest = list({passage.article.id: passage for passage in reversed(answer.passages)}.values())
    nearest = nearest[::-1][:NEAREST_SHOWN]
    items = "".join(
        f"<li>{_opener(passage.article, _id(name, f'near-{number}'))}"
        f"{_byline(passage.article)}{_superseded(passage.superseded_by)}"
        f"{_also_in(passage.also_in)}</li>"
        for number, passage in enumerate(nearest, start=1)
    )
    coverage = f"<h4>Nearest coverage</h4><ul>{items}</ul>" if items else ""
    return (
        '<section class="na-refusal" aria-label="No answer"><h3>The archive does not say</h3>'
        f"<p>{_isolated(answer.reason)}</p>{coverage}</section>"
        + "".join(
            _panel(
                passage.article,
                passage.also_in,
                _id(name, f"near-{number}"),
                _isolated(passage.text),
                _text(passage.article.text),
            )
            for number, passage in enumerate(nearest, start=1)
        )
    )


def _cited_passage(citation: Citation, name: str) -> str:
    text = citation.article.text
    return _panel(
        citation.article,
        citation.also_in,
        _id(name, citation.marker),
        _surroundings(citation),
        _marked(text, 0, citation.start, citation.end, len(text)),
    )


def _panel(
    article: Article, also_in: Sequence[Article], element_id: str, passage: str, whole: str
) -> str:
    """Lay a passage on its own sheet; ``passage`` and ``whole`` are HTML already."""
    language = article.language or ""
    lang = f' lang="{language}"' if _LANGUAGE.fullmatch(language) else ""
    return (
        f'<div popover class="na-passage" id="{element_id}" role="dialog" '
        f'aria-labelledby="{element_id}-title">'
        f'<h3 id="{element_id}-title" tabindex="-1" autofocus{lang}>{_headline(article)}</h3>'
        f"{_byline(article)}{_also_in(also_in)}"
        f'<button type="button" class="na-close" popovertarget="{element_id}" '
        'popovertargetaction="hide">Close</button>'
        f'<blockquote dir="auto"{lang}>{passage}</blockquote>'
        "<details><summary>Whole article</summary>"
        f'<div class="na-whole" dir="auto" tabindex="0" role="region" '
        f'aria-label="Whole article"{lang}>{whole}</div></details>'
        f"{_link(article.url)}</div>"
    )


def _surroundings(citation: Citation) -> str:
    """Show the quote, marked, with the sentences around it."""
    text = citation.article.text
    spans = sentence_spans(text, citation.article.language)
    before = [span.start for span in spans if span.end <= citation.start][-SENTENCES_AROUND:]
    after = [span.end for span in spans if span.start >= citation.end][:SENTENCES_AROUND]
    inside = [span for span in spans if span.start < citation.end and citation.start < span.end]
    start = min([*before, citation.start, *(span.start for span in inside)])
    end = max([*after, citation.end, *(span.end for span in inside)])
    lead = "… " if start > 0 else ""
    tail = " …" if end < len(text) else ""
    return f"{lead}{_marked(text, start, citation.start, citation.end, end)}{tail}"


def _marked(text: str, start: int, mark_start: int, mark_end: int, end: int) -> str:
    return (
        f"{_text(text[start:mark_start])}<mark>{_text(text[mark_start:mark_end])}</mark>"
        f"{_text(text[mark_end:end])}"
    )


def _opener(article: Article, element_id: str) -> str:
    return (
        f'<button type="button" class="na-headline" popovertarget="{element_id}">'
        f"{_headline(article)}</button>"
    )


def _headline(article: Article) -> str:
    return _isolated(article.title.strip() or "Untitled article")


def _byline(article: Article) -> str:
    parts = [_isolated(article.source)] if article.source else []
    if article.day:
        parts.append(_day(article.day))
    return f'<p class="na-byline">{", ".join(parts)}</p>' if parts else ""


def _plain_byline(article: Article) -> str:
    day = _in_words(article.day) if article.day else None
    return ", ".join(part for part in (article.title.strip(), article.source, day) if part)


def _also_in(articles: Sequence[Article]) -> str:
    outlets = list(dict.fromkeys(article.source or article.title for article in articles))
    if not outlets:
        return ""
    return f'<p class="na-also">Also in {", ".join(_isolated(outlet) for outlet in outlets)}</p>'


def _superseded(newer: Article | None) -> str:
    if newer is None:
        return ""
    day = f" of {_day(newer.day)}" if newer.day else ""
    return f'<p class="na-also">Superseded by {_headline(newer)}{day}</p>'


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
        f'<p class="na-link"><a href="{_text(url or "")}" target="_blank" '
        f'rel="noopener noreferrer nofollow">Original at {_isolated(host)}</a></p>'
    )


def _read_from(passages: Sequence[Passage]) -> str:
    outlets = dict.fromkeys(p.article.source for p in passages if p.article.source)
    origin = f" from {_outlets(list(outlets))}" if outlets else ""
    return f"{_count(len(passages), 'passage')}{origin}"


def _outlets(outlets: Sequence[str]) -> str:
    named = ", ".join(_isolated(outlet) for outlet in outlets[:OUTLETS_NAMED])
    others = len(outlets) - OUTLETS_NAMED
    return f"{named} and {_count(others, 'other outlet')}" if others > 0 else named


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _day(day: str) -> str:
    return f'<time datetime="{_text(day)}">{_text(_in_words(day))}</time>'


def _in_words(day: str) -> str:
    try:
        moment = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def _id(name: str, part: int | str) -> str:
    return _text(f"cite-{name}-{part}")


def _isolated(value: str) -> str:
    """Escape text so that its direction and direction overrides do not reach beyond it."""
    return f"<bdi>{_text(value)}</bdi>"


def _text(value: str) -> str:
    """Escape text: nothing but text is left, between tags and inside a quoted attribute."""
    encodable = value.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be sent
    return html.escape(_CONTROL.sub("", encodable), quote=True)

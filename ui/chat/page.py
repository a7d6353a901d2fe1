"""A conversation as HTML. Pure: no state, no network, no Gradio.

What comes from an article, an archive or a user passes through ``ui.chat.passages.escaped``. A
marker is a button that opens its passage, see ``ui.chat.passages``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from index.types import Span
from rag.types import Answer, Citation, Filters, Inference, Passage, Query, Sentence
from ui.chat.passages import (
    byline,
    copies_shown,
    counted,
    day_shown,
    escaped,
    isolated,
    marked,
    opener,
    outlets_named,
    panel,
    plain_byline,
    superseded,
    surroundings,
    told_by,
    whole,
)

NEAREST_SHOWN = 5
LONGEST_TAIL = 20
CHANGEABLE = ("dates", "outlets")  # readings that the form has fields for
A_LINE_EACH = frozenset("timeline list count comparison summary latest".split())  # forms

_SHORT = ('<mark class="na-short">', "</mark>")
# With a direction of its own: a note does not take part in that of the words around it.
_OURS = ('<span class="na-ours" dir="auto">', "</span>")


def overview(
    articles: int, first_day: str | None, last_day: str | None, outlets: Sequence[str]
) -> str:
    """Say in one line what the archive holds; ``outlets`` with the most articles first."""
    parts = [f"<strong>{counted(articles, 'article')}</strong>"]
    if first_day and last_day:
        parts.append(f"{day_shown(first_day)} to {day_shown(last_day)}")
    if outlets:
        parts.append(outlets_named(outlets))
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
        f'<h2 class="na-question"><span class="na-hidden">You asked: </span>{isolated(question)}'
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
    notes = [f"Asked without: {isolated(inference.text)}" for inference in without]
    notes += [_reading(inference, name) for inference in query.inferred]
    told = any(standalone in inference.text for inference in query.inferred)
    if standalone != query.question.strip() and not told:
        notes.insert(0, f"Understood as: {isolated(standalone)}")
    if not notes:
        return ""
    items = "".join(f"<li>{note}</li>" for note in notes)
    return f'<ul class="na-understood" aria-label="How the question was understood">{items}</ul>'


def _reading(inference: Inference, name: str) -> str:
    """Show one reading; the page's script passes on what a button's data says."""
    shown = isolated(inference.text)
    if not name or not inference.used:
        return shown
    wish = escaped(f"{name}:{inference.part}")
    change = ""
    if inference.part in CHANGEABLE:
        label = escaped(f"Change: {inference.text}")
        change = (
            f'<button type="button" class="na-change" data-change="{wish}" aria-label="{label}">'
            "Change</button>"
        )
    label = escaped(f"Ask again without: {inference.text}")
    return (
        f'{shown}{change}<button type="button" class="na-drop" data-again="{wish}" '
        f'aria-label="{label}" title="Ask again without this">×</button>'
    )


def answered(answer: Answer, name: str, without: Sequence[Inference] = ()) -> str:
    """Show an answer or a refusal with its sources; ``name`` keeps ids apart on one page."""
    read_as = understood(answer.query, name, without)
    if answer.refused:
        return read_as + _refusal(answer, name)
    markers = {citation.marker: _marker(citation, name) for citation in answer.citations}
    sentences = [
        _sentence(one, "".join(markers.get(marker, "") for marker in one.markers))
        for one in answer.sentences
    ]
    said = f'<p class="na-answer">{" ".join(sentences)}</p>'
    if answer.query.form in A_LINE_EACH and len(sentences) > 1:
        lines = "".join(f"<li>{one}</li>" for one in sentences)
        said = f'<ul class="na-answer na-lines">{lines}</ul>'
    read = ""
    if answer.citations and answer.passages:  # a greeting is answered from none
        read = f'<p class="na-read">Read {_read_from(answer.passages)}.</p>'
    return (
        f"{read_as}{said}{_conflicts(answer, markers)}{_sources(answer.citations, name)}{read}"
        + "".join(_sheet(citation, name) for citation in answer.citations)
    )


def failure(message: str) -> str:
    """Show an error that the archive raised, in its own words."""
    return (
        '<div class="na-failure" role="alert"><h3>The question could not be answered</h3>'
        f"<p>{isolated(message)}</p></div>"
    )


def chips(filters: Filters) -> str:
    """Show the limits that the next question will have; empty where there are none."""
    limits = []
    if filters.published_from:
        limits.append(f"From {day_shown(filters.published_from)}")
    if filters.published_to:
        limits.append(f"To {day_shown(filters.published_to)}")
    limits.extend(isolated(source) for source in filters.sources)
    if not limits:
        return ""
    items = "".join(f'<li class="na-chip">{limit}</li>' for limit in limits)
    return f'<ul class="na-chips" aria-label="Only articles that match">{items}</ul>'


def label(text: str) -> str:
    """Name what follows; empty where nothing does."""
    return f'<p class="na-label">{escaped(text)}</p>' if text else ""


def problem(message: str) -> str:
    """Say what is wrong with a field; empty where nothing is."""
    return f'<p class="na-problem" role="alert">{escaped(message)}</p>' if message else ""


def _sentence(sentence: Sentence, markers: str) -> str:
    """Show a sentence with the words that answer marked, and what no article says set apart."""
    text = sentence.text
    ours = [
        Span(span.end - len(text[span.start : span.end].lstrip()), span.end)
        for span in sentence.ours
    ]
    spans = [(span, _OURS) for span in ours] + [(span, _SHORT) for span in [sentence.short] if span]

    def part(start: int, end: int) -> str:
        pieces = []
        for span, (opening, closing) in sorted(spans, key=lambda one: one[0].start):
            first, last = max(span.start, start), min(span.end, end)
            if first < last:
                pieces += [escaped(text[start:first]), opening, escaped(text[first:last]), closing]
                start = last
        return "".join((*pieces, escaped(text[start:end])))

    # A marker stays on the line of the word before it. A note is isolated, and so in one piece.
    word = text.rfind(" ") + 1
    tail = min([word, *(span.start for span in ours if span.start < word < span.end)])
    if len(text) - tail > LONGEST_TAIL:
        tail = len(text)
    return (
        f'<span class="na-sentence"><bdi>{part(0, tail)}'
        f'<span class="na-tail">{part(tail, len(text))}{markers}</span></bdi></span>'
    )


def _conflicts(answer: Answer, markers: Mapping[int, str]) -> str:
    """Show the values that outlets or versions disagree on, each with who tells it."""
    items = ""
    for conflict in answer.conflicts:
        tellers: dict[str, str] = {}
        for citation in answer.citations:
            if citation.marker in conflict.markers:
                teller = told_by(citation)
                tellers[teller] = tellers.get(teller, "") + markers[citation.marker]
        told = "; ".join(f"{those} {teller}" for teller, those in tellers.items())
        items += f'<li><strong class="na-value">{isolated(conflict.value)}</strong> {told}</li>'
    if not items:
        return ""
    return (
        '<section class="na-conflicts" aria-label="Outlets differ"><h3>Outlets differ</h3>'
        f"<ul>{items}</ul></section>"
    )


def _sheet(citation: Citation, name: str) -> str:
    """Lay a citation on its sheet: its words among those around them, or in the headline."""
    article, headline = citation.article, citation.of == "title"
    start, end = (0, 0) if headline else (citation.start, citation.end)
    passage = surroundings(citation)
    if headline:
        passage = marked(article.title, 0, citation.start, citation.end, len(article.title))
    return panel(
        article,
        citation.also_in,
        _id(name, citation.marker),
        passage,
        whole(article.text, start, end, mark=not headline),
        headline=headline,
    )


def _marker(citation: Citation, name: str) -> str:
    label = escaped(f"Source {citation.marker}: {plain_byline(citation.article)}")
    return (
        f'<button type="button" class="na-marker" popovertarget="{_id(name, citation.marker)}" '
        f'aria-label="{label}">[{citation.marker}]</button>'
    )


def _sources(citations: Iterable[Citation], name: str) -> str:
    """List the cited articles, each once, with the markers that cite it."""
    by_article: dict[str, list[Citation]] = {}
    for citation in citations:
        by_article.setdefault(citation.article.id, []).append(citation)
    if not by_article:
        return ""
    items = ""
    for cited in by_article.values():
        first = cited[0]
        also_in = [article for citation in cited for article in citation.also_in]
        markers = "".join(_marker(citation, name) for citation in cited)
        items += (
            f"<li>{opener(first.article, _id(name, first.marker))}"
            f'<div class="na-cited">{markers}{byline(first.article)}</div>'
            f"{superseded(first.superseded_by)}{copies_shown(also_in)}</li>"
        )
    return (
        f'<section class="na-sources" aria-label="Sources"><h3>Sources</h3><ul>{items}</ul>'
        "</section>"
    )


def _refusal(answer: Answer, name: str) -> str:
    best: dict[str, Passage] = {}
    for passage in answer.passages:
        best.setdefault(passage.article.id, passage)
    nearest = list(best.values())[:NEAREST_SHOWN]
    items = "".join(
        f"<li>{opener(passage.article, _id(name, f'near-{number}'))}"
        f"{byline(passage.article)}{superseded(passage.superseded_by)}"
        f"{copies_shown(passage.also_in)}</li>"
        for number, passage in enumerate(nearest, start=1)
    )
    coverage = f"<h4>Nearest coverage</h4><ul>{items}</ul>" if items else ""
    return (
        '<section class="na-refusal" aria-label="No answer"><h3>The archive does not say</h3>'
        f"<p>{isolated(answer.reason)}</p>{coverage}</section>"
        + "".join(
            panel(
                passage.article,
                passage.also_in,
                _id(name, f"near-{number}"),
                isolated(passage.text),
                whole(passage.article.text, passage.start, passage.end, mark=False),
            )
            for number, passage in enumerate(nearest, start=1)
        )
    )


def _read_from(passages: Sequence[Passage]) -> str:
    outlets = dict.fromkeys(p.article.source for p in passages if p.article.source)
    origin = f" from {outlets_named(list(outlets))}" if outlets else ""
    return f"{counted(len(passages), 'passage')}{origin}"


def _id(name: str, part: int | str) -> str:
    return escaped(f"cite-{name}-{part}")

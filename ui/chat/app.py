"""The chat in the browser.

The only module that imports Gradio. Gradio carries the page, the queue and each visitor's state;
what the page says is rendered by ``ui.chat.page``, because Gradio's own chatbot reads Markdown and
HTML in what it is given, and article text is neither.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.errors import SettingsError
from rag.question.asked import check_filters
from rag.types import Filters, QuestionError, Turn
from ui.chat import page
from ui.chat.guard import middleware
from ui.chat.visit import Exchange, Request, Visit, answer_steps

# Gradio reads these when it is imported and when a page is built. The last keeps it from
# recomputing figures for its monitoring page, which is off, with pandas after every event.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**12)
import gradio as gr

if TYPE_CHECKING:
    from rag import Archive

QUESTION_CHARACTERS = 1000
EXAMPLES = 4
QUESTIONS_AT_ONCE = 8
OUTLETS_OFFERED = 500

_ASSETS = Path(__file__).parent / "assets"

# The latest question moves to the top of the window, so that its answer can be read from the start.
_SHOW_LATEST = """() => {
    const all = document.querySelectorAll('.na-exchange');
    all[all.length - 1]?.scrollIntoView({block: 'start'});
}"""
_SHOW_PROGRESS = "() => { setTimeout(" + _SHOW_LATEST + ", 400); }"
_SHOW_FORM = "() => document.getElementById('na-filters').scrollIntoView({block: 'center'})"
# A reading's buttons are HTML of ui.chat.page: what one says goes to the hidden button that acts.
_LISTEN = """() => document.addEventListener('click', (event) => {
    const pressed = event.target.closest('[data-again], [data-change]');
    if (!pressed) return;
    window.naWish = pressed.dataset.again ?? pressed.dataset.change;
    document.getElementById('again' in pressed.dataset ? 'na-again' : 'na-change').click();
})"""
# At once, and not by an answer that comes later, when the next question is being typed.
_EMPTY_BOX = """(...inputs) => {
    const box = document.querySelector('#na-question textarea');
    box.value = '';
    box.dispatchEvent(new Event('input', {bubbles: true}));
    return inputs;
}"""
_WISH = "(_, ...others) => [window.naWish ?? '', ...others]"

# The system's own fonts: the page fetches none.
_THEME = gr.themes.Base(
    primary_hue="stone",
    neutral_hue="stone",
    radius_size="sm",
    font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],
    font_mono=["ui-monospace", "monospace"],
)


def launch(
    archive: Archive, host: str = "127.0.0.1", port: int | None = None, open_browser: bool = True
) -> None:
    """Serve the chat until interrupted; without a port the first free one from 7860 is taken."""
    archive.example_questions(count=1)  # loads the embedder, so that no visitor has to wait for it
    app = serve(archive, host=host, port=port, open_browser=open_browser)
    click.echo(f"The chat is at {app.local_url} (Ctrl+C stops it)")
    try:
        app.block_thread()
    finally:
        app.close(verbose=False)


def serve(
    archive: Archive, host: str = "127.0.0.1", port: int | None = None, open_browser: bool = False
) -> gr.Blocks:
    """Start the chat in the background; see ``local_url`` and ``close`` of the result.

    Raises SettingsError where the port cannot be had.
    """
    app = build_app(archive)
    try:
        app.launch(
            server_name=host,
            server_port=port,
            inbrowser=open_browser,
            prevent_thread_lock=True,
            quiet=True,
            theme=_THEME,
            css=(_ASSETS / "chat.css").read_text(encoding="utf-8"),
            app_kwargs={"middleware": middleware(host)},
            footer_links=[],
            run_history=False,
            share=False,
            pwa=False,
            ssr_mode=False,
            mcp_server=False,
            enable_monitoring=False,
            show_error=False,
            max_file_size=1,
            state_session_capacity=1000,
        )
    except OSError as error:
        taken = f"port {port}" if port else "every port from 7860 to 7959"
        raise SettingsError(f"{taken} of {host} is taken or closed; give another port") from error
    return app


def build_app(archive: Archive) -> gr.Blocks:
    """Lay out the page and connect it to an archive."""
    chat = _Chat(archive)
    app: gr.Blocks = gr.Blocks(title="newsarchive", analytics_enabled=False, fill_width=True)
    with app:
        visit = gr.State(Visit())
        header = _html(chat.header())
        talk = _html(page.conversation(()), elem_id="na-talk")
        pending = _html("", elem_id="na-pending")
        with gr.Column(elem_id="na-examples") as examples:
            label = _html("")
            buttons = [gr.Button(size="sm", visible=False) for _ in range(EXAMPLES)]
        with gr.Column(elem_id="na-composer"):
            chips = _html("", elem_id="na-limits")
            box = gr.Textbox(
                "",
                label="Question",
                show_label=False,
                placeholder="Ask the archive",
                lines=1,
                max_lines=5,
                max_length=QUESTION_CHARACTERS,
                submit_btn="Ask",
                autofocus=True,
                container=False,
                elem_id="na-question",
                html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
            )
            problem = _html("", elem_id="na-problem")
        with gr.Accordion("Dates and outlets", open=False, elem_id="na-filters") as form:
            with gr.Row():
                first = _day_field("From", "na-from")
                last = _day_field("To", "na-to")
            # Check boxes and no drop-down list: that one opens beyond the edge of a small screen.
            outlets = gr.CheckboxGroup([], value=[], label="Outlets", elem_id="na-outlets")
            clear_filters = gr.Button("Clear dates and outlets", size="sm", elem_id="na-clear")
        restart = gr.Button("New conversation", size="sm", elem_id="na-restart")
        wish = gr.Textbox(visible=False, max_length=100)
        again = gr.Button(visible="hidden", elem_id="na-again")
        change = gr.Button(visible="hidden", elem_id="na-change")

        limits = [first, last, outlets]
        shown = [box, pending, talk, problem, examples]
        asking: dict[str, Any] = {
            "outputs": shown,
            "show_progress": "hidden",
            "concurrency_limit": QUESTIONS_AT_ONCE,
            "concurrency_id": "ask",
            "trigger_mode": "once",
            "api_visibility": "private",
        }
        # What is typed while an answer is on its way is asked too, but a button pressed twice once.
        typed = {**asking, "trigger_mode": "multiple"}
        asked = [box.submit(chat.ask, inputs=[box, visit, *limits], js=_EMPTY_BOX, **typed)]
        asked += [b.click(chat.ask, inputs=[b, visit, *limits], **asking) for b in buttons]
        asked.append(again.click(chat.again, inputs=[wish, visit], js=_WISH, **asking))
        gr.on([box.submit, again.click], None, js=_SHOW_PROGRESS)
        for event in asked:
            event.then(None, js=_SHOW_LATEST)
        quick: dict[str, Any] = {
            "show_progress": "hidden",
            "concurrency_limit": None,
            "trigger_mode": "always_last",  # leaving one field for the next is two events at once
            "api_visibility": "private",
        }
        restart.click(
            chat.restart, inputs=[visit], outputs=shown, cancels=list[Any](asked), **quick
        )
        gr.on(
            [first.blur, first.submit, last.blur, last.submit, outlets.change],
            chat.show_limits,
            inputs=limits,
            outputs=[chips, problem],
            **quick,
        )
        clear_filters.click(
            lambda: ("", "", [], "", ""), outputs=[*limits, chips, problem], **quick
        )
        change.click(
            chat.change, inputs=[wish, visit], outputs=[*limits, form, chips], js=_WISH, **quick
        ).then(None, js=_SHOW_FORM)
        app.load(None, js=_LISTEN)
        app.load(chat.arrive, outputs=[header, outlets], **quick)
        app.load(chat.offer, outputs=[label, *buttons], **quick)
    app.queue(max_size=200, api_open=False)
    return app


class _Chat:
    """Answers the events of the page. Holds the archive and nothing of any visitor."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._examples: tuple[str, list[str]] = ("", [])  # of which generation, and the questions

    def header(self) -> str:
        status = self._archive.status()
        holds = page.overview(
            status.articles,
            status.first_day,
            status.last_day,
            [outlet for outlet, _ in status.sources],
        )
        return f'<header class="na-header"><h1>newsarchive</h1>{holds}</header>'

    def arrive(self) -> tuple[str, gr.CheckboxGroup]:
        """Fill the page from the archive as it is now, which may be newer than the page."""
        sources = self._archive.status().sources[:OUTLETS_OFFERED]
        choices = [(f"{outlet} ({count:,})", outlet) for outlet, count in sources]
        return self.header(), gr.CheckboxGroup(choices=choices)

    def offer(self) -> list[Any]:
        """Offer example questions. Each is tried on the archive, so once a generation is enough."""
        generation = self._archive.status().generation
        if self._examples[0] != generation:
            self._examples = generation, self._archive.example_questions(count=EXAMPLES)[:EXAMPLES]
        questions = self._examples[1]
        buttons = [gr.Button(value=question, visible=True) for question in questions]
        buttons += [gr.Button(visible=False)] * (EXAMPLES - len(questions))
        return [page.label("Questions this archive can answer" if questions else ""), *buttons]

    def ask(
        self,
        question: str,
        visit: Visit,
        first: str,
        last: str,
        outlets: Sequence[str],
    ) -> Iterator[tuple[Any, ...]]:
        """Answer a question step by step; each step sets ``shown`` of the page."""
        # Bounded here too: what the page promises, another client need not keep.
        question = question[:QUESTION_CHARACTERS].encode("utf-8", "replace").decode("utf-8").strip()
        if not question:
            yield (gr.skip(),) * 5
            return
        wrong = _wrong_days(first, last)
        if wrong:
            yield question, *(gr.skip(),) * 2, page.problem(wrong), gr.skip()
            return
        request = Request(question, _filters(first, last, outlets))
        yield from self._answer(request, visit.turns(), visit)

    def again(self, wish: str, visit: Visit) -> Iterator[tuple[Any, ...]]:
        """Ask a question of the conversation again, without one reading of it."""
        meant = visit.meant(wish)
        if meant is None:
            yield (gr.skip(),) * 5
            return
        exchange, inference = meant
        without = (*exchange.request.without, inference)
        yield from self._answer(replace(exchange.request, without=without), exchange.before, visit)

    def change(self, wish: str, visit: Visit) -> tuple[Any, ...]:
        """Take the limits that a question was read with into the form."""
        meant = visit.meant(wish)
        query = meant[0].query if meant else None
        if query is None:
            return (gr.skip(),) * 5
        offered = {outlet for outlet, _ in self._archive.status().sources[:OUTLETS_OFFERED]}
        read = query.filters
        sources = tuple(outlet for outlet in read.sources if outlet in offered)
        limits = Filters(read.published_from, read.published_to, sources)
        first, last = limits.published_from or "", limits.published_to or ""
        return first, last, list(sources), gr.Accordion(open=True), page.chips(limits)

    @staticmethod
    def restart(visit: Visit) -> tuple[Any, ...]:
        """Begin a new conversation; a question that is being answered sees that and stops."""
        visit.conversation += 1
        return "", "", _talk(visit), "", gr.Column(visible=True)

    @staticmethod
    def show_limits(first: str, last: str, outlets: Sequence[str]) -> tuple[Any, str]:
        """Show the limits that the next question will have, or what is wrong with its days."""
        wrong = _wrong_days(first, last)
        chips = gr.skip() if wrong else page.chips(_filters(first, last, outlets))
        return chips, page.problem(wrong)

    def _answer(
        self, request: Request, before: tuple[Turn, ...], visit: Visit
    ) -> Iterator[tuple[Any, ...]]:
        yield _step(request.question, page.progress())
        conversation = visit.conversation
        visit.asked += 1
        for part in answer_steps(self._archive, request, before, number=visit.asked):
            if visit.conversation != conversation:
                return
            if isinstance(part, Exchange):
                visit.keep(part, conversation)
            else:
                yield _step(request.question, part)
        yield gr.skip(), "", _talk(visit), "", gr.skip()
        if visit.conversation != conversation:  # begun anew while that was on its way
            yield gr.skip(), gr.skip(), _talk(visit), gr.skip(), gr.skip()


def _step(question: str, progress: str) -> tuple[Any, ...]:
    pending = page.exchange(question, progress)
    return gr.skip(), pending, gr.skip(), "", gr.Column(visible=False)


def _talk(visit: Visit) -> str:
    return page.conversation([exchange.shown for exchange in visit.exchanges])


def _filters(first: str, last: str, outlets: Sequence[str]) -> Filters:
    return Filters(first.strip() or None, last.strip() or None, tuple(outlets or ()))


def _wrong_days(first: str, last: str) -> str:
    """Say what is wrong with the two days, or nothing."""
    try:
        check_filters(_filters(first, last, ()))
    except QuestionError as error:
        return f"The dates cannot be used: {error}."
    return ""


def _html(value: str, elem_id: str | None = None) -> gr.HTML:
    # Without Gradio's own script and style: a click belongs to the elements of ui.chat.page.
    return gr.HTML(value, elem_id=elem_id, js_on_load=None, apply_default_css=False)


def _day_field(label: str, elem_id: str) -> gr.Textbox:
    return gr.Textbox(
        "",
        label=label,
        placeholder="YYYY-MM-DD",
        max_lines=1,
        max_length=10,
        min_width=130,
        elem_id=elem_id,
        html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
    )

"""The chat in the browser.

The only module that imports Gradio. Gradio carries the page, the queue and each visitor's state;
what the page says is rendered by ``ui.render``, because Gradio's own chatbot reads Markdown and
HTML in what it is given, and article text is neither.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.errors import NewsArchiveError, SettingsError
from rag.errors import QuestionError
from rag.question import check_filters
from rag.types import Answer, Filters, Query, Turn
from ui import render
from ui.guard import middleware

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
EXCHANGES_KEPT = 40
TURNS_OF_HISTORY = 12
QUESTIONS_AT_ONCE = 8
OUTLETS_OFFERED = 500

_ASSETS = Path(__file__).parent / "assets"
_LOGGER = logging.getLogger("newsarchive")

# The latest question moves to the top of the window, so that its answer can be read from the start.
_SHOW_LATEST = """() => {
    const all = document.querySelectorAll('.na-exchange');
    all[all.length - 1]?.scrollIntoView({block: 'start'});
}"""
_SHOW_PROGRESS = "() => { setTimeout(" + _SHOW_LATEST + ", 400); }"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a visitor: what is shown of it, and its turns (none after an error)."""

    number: int
    shown: str
    turns: tuple[Turn, ...] = ()


@dataclass
class Visit:
    """One visitor's conversation.

    Gradio keeps one of these a session. It is changed in place, so that a question which is still
    being answered when the visitor begins anew can see that, and leaves the new conversation alone.
    """

    conversation: int = 0
    kept: tuple[int, tuple[Exchange, ...]] = (0, ())  # of which conversation, and its exchanges

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Exchanges of the conversation that is going on."""
        conversation, exchanges = self.kept
        return exchanges if conversation == self.conversation else ()


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
        _start(app, host, port, open_browser)
    except OSError as error:
        taken = f"port {port}" if port else "every port from 7860 to 7959"
        raise SettingsError(f"{taken} of {host} is taken or closed; give another port") from error
    return app


def _start(app: gr.Blocks, host: str, port: int | None, open_browser: bool) -> None:
    app.launch(
        server_name=host,
        server_port=port,
        inbrowser=open_browser,
        prevent_thread_lock=True,
        quiet=True,
        theme=_theme(),
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


def build_app(archive: Archive) -> gr.Blocks:
    """Lay out the page and connect it to an archive."""
    chat = _Chat(archive)
    app: gr.Blocks = gr.Blocks(title="newsarchive", analytics_enabled=False, fill_width=True)
    with app:
        visit = gr.State(Visit())
        header = _html(chat.header())
        talk = _html(render.conversation(()), elem_id="na-talk")
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
        with gr.Accordion("Dates and outlets", open=False, elem_id="na-filters"):
            with gr.Row():
                first = _day_field("From", "na-from")
                last = _day_field("To", "na-to")
            # Check boxes and no drop-down list: that one opens beyond the edge of a small screen.
            outlets = gr.CheckboxGroup([], value=[], label="Outlets", elem_id="na-outlets")
            clear_filters = gr.Button("Clear dates and outlets", size="sm", elem_id="na-clear")
        restart = gr.Button("New conversation", size="sm", elem_id="na-restart")

        limits = [first, last, outlets]
        shown = [box, pending, talk, problem, examples]
        asking: dict[str, Any] = {
            "fn": chat.ask,
            "outputs": shown,
            "show_progress": "hidden",
            "concurrency_limit": QUESTIONS_AT_ONCE,
            "concurrency_id": "ask",
            "trigger_mode": "once",
            "api_visibility": "private",
        }
        asked = [box.submit(inputs=[box, visit, *limits], **asking)]
        asked += [button.click(inputs=[button, visit, *limits], **asking) for button in buttons]
        box.submit(None, js=_SHOW_PROGRESS)
        for event in asked:
            event.then(None, js=_SHOW_LATEST)
        quick: dict[str, Any] = {
            "show_progress": "hidden",
            "concurrency_limit": None,
            "trigger_mode": "always_last",  # leaving one field for the next is two events at once
            "api_visibility": "private",
        }
        restart.click(_restart, inputs=[visit], outputs=shown, cancels=list[Any](asked), **quick)
        gr.on(
            [first.blur, first.submit, last.blur, last.submit, outlets.change],
            _show_limits,
            inputs=limits,
            outputs=[chips, problem],
            **quick,
        )
        clear_filters.click(
            lambda: ("", "", [], "", ""), outputs=[*limits, chips, problem], **quick
        )
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
        holds = render.overview(
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
        return [render.label("Questions this archive can answer" if questions else ""), *buttons]

    def ask(
        self,
        question: str,
        visit: Visit,
        first: str,
        last: str,
        outlets: Sequence[str],
    ) -> Iterator[tuple[Any, ...]]:
        """Answer a question step by step; each step sets ``shown`` of the page."""
        question = _typed(question)
        if not question:
            yield (gr.skip(),) * 5
            return
        wrong = _wrong_days(first, last)
        if wrong:
            yield (gr.skip(),) * 3 + (render.problem(wrong), gr.skip())
            return
        yield _step("", question, render.progress())
        conversation, before = visit.conversation, visit.exchanges
        number = before[-1].number + 1 if before else 1
        turns = [turn for exchange in before for turn in exchange.turns]
        done = _failed(question, "There was no answer.", number)
        for part in self._parts(question, turns, _filters(first, last, outlets), number):
            if isinstance(part, Exchange):
                done = part
            else:
                yield _step(gr.skip(), question, part)
            if visit.conversation != conversation:
                return
        visit.kept = (conversation, (*before, done)[-EXCHANGES_KEPT:])
        yield gr.skip(), "", _talk(visit), "", gr.skip()
        if visit.conversation != conversation:  # begun anew while that was on its way
            yield gr.skip(), gr.skip(), _talk(visit), gr.skip(), gr.skip()

    def _parts(
        self, question: str, turns: Sequence[Turn], filters: Filters, number: int
    ) -> Iterator[str | Exchange]:
        """HTML of each step while it lasts, and at the end the exchange."""
        query: Query | None = None
        history = turns[-TURNS_OF_HISTORY:]
        try:
            for part in self._archive.stream(question, history=history, filters=filters):
                if isinstance(part, Query):
                    query = part
                    yield render.progress(query)
                elif isinstance(part, Answer):
                    yield _finished(question, part, number)
                else:
                    yield render.progress(query, part)
        except NewsArchiveError as error:
            yield _failed(question, str(error), number)
        except Exception:
            # The visitor must not be left waiting, nor see what a stack holds.
            _LOGGER.exception("a question failed")
            yield _failed(question, "Something went wrong. The server's log says what.", number)


def _finished(question: str, answer: Answer, number: int) -> Exchange:
    shown = render.exchange(question, render.answered(answer, str(number)))
    return Exchange(number, shown, (Turn("user", question), Turn("assistant", answer.text)))


def _failed(question: str, message: str, number: int) -> Exchange:
    return Exchange(number, render.exchange(question, render.failure(message)))


def _step(box: object, question: str, progress: str) -> tuple[Any, ...]:
    pending = render.exchange(question, progress)
    return box, pending, gr.skip(), "", gr.Column(visible=False)


def _restart(visit: Visit) -> tuple[Any, ...]:
    visit.conversation += 1
    return "", "", _talk(visit), "", gr.Column(visible=True)


def _talk(visit: Visit) -> str:
    return render.conversation([exchange.shown for exchange in visit.exchanges])


def _show_limits(first: str, last: str, outlets: Sequence[str]) -> tuple[Any, str]:
    wrong = _wrong_days(first, last)
    chips = gr.skip() if wrong else render.chips(_filters(first, last, outlets))
    return chips, render.problem(wrong)


def _filters(first: str, last: str, outlets: Sequence[str]) -> Filters:
    return Filters(first.strip() or None, last.strip() or None, tuple(outlets or ()))


def _wrong_days(first: str, last: str) -> str:
    """Say what is wrong with the two days, or nothing."""
    try:
        check_filters(_filters(first, last, ()))
    except QuestionError as error:
        return f"The dates cannot be used: {error}."
    return ""


def _typed(question: str) -> str:
    """Bound a question here too: what the page promises, another client need not keep."""
    return question[:QUESTION_CHARACTERS].encode("utf-8", "replace").decode("utf-8").strip()


def _html(value: str, elem_id: str | None = None) -> gr.HTML:
    # Without Gradio's own script and style: a click belongs to the elements of ui.render.
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


def _theme() -> gr.themes.Base:
    """Build a theme of the system's own fonts: the page fetches none."""
    sans = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
    return gr.themes.Base(
        primary_hue="stone",
        neutral_hue="stone",
        radius_size="sm",
        font=sans,
        font_mono=["ui-monospace", "monospace"],
    )

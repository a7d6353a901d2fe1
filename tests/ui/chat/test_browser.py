"""The chat as a visitor meets it: real Chromium, real server, real archive, loopback only."""

import gc
import re
import socket
import threading
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from index.errors import ArchiveDamagedError, SettingsError
from index.types import Span
from rag.options import EVERYTHING
from rag.types import (
    Answer,
    Citation,
    Conflict,
    Filters,
    Inference,
    Query,
    Sentence,
)
from ui.chat.app import serve

# Building a Gradio page outside a running event loop leaves loops to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning")

FERRY = "Where did the ferry Ostrel run aground?"
FERRY_QUOTE = "The ferry Ostrel ran aground off Selm on Monday with 40 passengers."
FERRY_SAID = "The ferry Ostrel ran aground off Selm on Monday [4 March 2024] with 40 passengers."
BUDGET = "What budget did the council of Selm pass?"
UNKNOWN = "Who won the chess olympiad of 2031 on Mars?"
FIRE = "What started the fire in Evilport?"


class Observed:
    """An archive that notes what it is asked; ``stream`` and ``examples`` can be replaced."""

    def __init__(self, archive, stream=None, examples=()):
        self._archive = archive
        self._stream = stream or archive.stream
        self._examples = list(examples)
        self.asked = []
        self.options = []

    def __getattr__(self, name):
        return getattr(self._archive, name)

    def example_questions(self, count=4):
        return self._examples[:count]

    def stream(self, question, *, history=(), asked=None, filters=None, options=EVERYTHING):
        self.asked.append((question, tuple(history), filters))
        self.options.append(options)
        yield from self._stream(question, history=history, filters=filters, options=options)


def send(page: Page, question: str) -> None:
    """Type a question and press Enter."""
    box = page.locator("#na-question textarea")
    box.fill(question)
    box.press("Enter")


def ask(page: Page, question: str) -> None:
    """Ask and wait for what comes of it."""
    exchanges = page.locator("#na-talk .na-exchange")
    before = exchanges.count()
    send(page, question)
    expect(exchanges).to_have_count(before + 1, timeout=30_000)


def last(page: Page):
    return page.locator("#na-talk .na-exchange").last


def opened(page: Page):
    return page.locator(".na-passage:popover-open")


def open_filters(page: Page) -> None:
    page.locator("#na-filters").get_by_text("Dates and outlets", exact=True).click()
    # The outlets come last, with the page's first answer from the server: from then on it is still.
    expect(page.get_by_role("checkbox").first).to_be_visible()
    page.wait_for_timeout(200)


def first_day(page: Page):
    return page.locator("#na-from input, #na-from textarea")


def set_days(page: Page, first: str, last: str) -> None:
    first_day(page).fill(first)
    field = page.locator("#na-to input, #na-to textarea")
    field.fill(last)
    field.press("Enter")


def choose_outlet(page: Page, outlet: str) -> None:
    page.get_by_role("checkbox", name=outlet).check()


def overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.fixture
def watched(visit, island, serving):
    """An archive that notes what it is asked, and a visitor's page of it."""
    observed = Observed(island)
    with serving(observed) as url:
        yield observed, visit(url).page


def test_the_page_says_what_the_archive_holds(visit, chat):
    page = visit(chat).page
    expect(page.locator(".na-overview")).to_contain_text("articles")
    expect(page.locator(".na-overview")).to_contain_text("4 March 2024 to 1 May 2024")
    expect(page.locator(".na-overview")).to_contain_text("Harbour Courier")


def test_an_answer_opens_on_the_words_it_rests_on(visit, chat):
    page = visit(chat).page
    ask(page, FERRY)
    expect(last(page).locator(".na-answer")).to_contain_text(FERRY_SAID)
    expect(last(page).locator(".na-sources")).to_contain_text("Ferry runs aground off Selm")
    expect(last(page).locator(".na-sources")).to_contain_text("Also in Radio Sorva")
    last(page).locator(".na-answer .na-marker").first.click()
    expect(opened(page).locator("blockquote mark")).to_have_text(FERRY_QUOTE)
    expect(opened(page).locator("blockquote")).to_contain_text("nobody was hurt")
    expect(opened(page)).to_contain_text("Harbour Courier, 4 March 2024")
    link = opened(page).locator("a")
    expect(link).to_have_attribute("href", "https://example.org/ferry")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(link).to_have_attribute("target", "_blank")


def test_a_conflict_is_seen_and_copied_as_text(visit, island, serving):
    passage = island.search(FERRY, top_k=1)[0]
    start = passage.article.text.index(FERRY_QUOTE)
    cited = Citation(1, passage.article, start, start + len(FERRY_QUOTE), FERRY_QUOTE)
    headline = Citation(2, passage.article, 0, 5, passage.article.title[:5], of="title")
    day = "4 March 2024:"
    sentences = (
        Sentence(f"{day} {FERRY_QUOTE}", (1,), (Span(0, len(day)),)),
        Sentence("Nobody was hurt.", (1, 2)),
    )

    def stream(question, **asked):
        query = Query(question, question, (question,), form="timeline")
        conflicts = (Conflict("40", (1,)), Conflict("14", (2,)))
        citations = (cited, headline)
        yield Answer(question, query, sentences, citations, (passage,), conflicts=conflicts)

    with serving(Observed(island, stream)) as url:
        page = visit(url, width=390).page
        ask(page, FERRY)
        box = last(page).get_by_role("region", name="Outlets differ")
        expect(box).to_be_visible()
        assert box.evaluate("box => getComputedStyle(box).borderTopWidth") == "2px"
        teller = "Harbour Courier, 4 March 2024"
        assert copied(box) == f"Outlets differ\n40 [1] {teller}\n14 [2] {teller}"
        assert copied(last(page).locator(".na-answer")) == (
            f"{day} {FERRY_QUOTE}[1]\nNobody was hurt.[1][2]"
        )
        assert overflow(page) == 0
        box.get_by_role("button", name="Source 2").click()
        expect(opened(page).locator("blockquote mark")).to_have_text("Ferry")
        expect(opened(page).locator(".na-whole")).to_be_visible()


def copied(element) -> str:
    """What is copied where all of an element is selected."""
    return element.evaluate(
        """element => {
            getSelection().selectAllChildren(element)
            return getSelection().toString()
        }"""
    ).strip()


def test_a_question_typed_while_another_is_answered_is_asked_too(visit, chat):
    page = visit(chat).page
    box = page.locator("#na-question textarea")
    for question in (FERRY, "How many passengers were on the ferry Ostrel?", FERRY):
        send(page, question)
        expect(box).to_have_value("")
    shown = page.locator("#na-talk .na-exchange")
    expect(shown).to_have_count(3, timeout=30_000)
    expect(page.locator("#na-pending .na-exchange")).to_have_count(0)
    assert len(set(page.locator(".na-passage").evaluate_all("all => all.map(e => e.id)"))) == (
        page.locator(".na-passage").count()
    )


def test_days_that_are_none_leave_the_question_in_its_box(visit, chat):
    page = visit(chat).page
    open_filters(page)
    first_day(page).fill("March")
    send(page, FERRY)
    expect(page.locator("#na-problem")).to_contain_text("March")
    expect(page.locator("#na-question textarea")).to_have_value(FERRY)


def test_the_whole_article_can_be_read_beside_its_passage(visit, chat):
    page = visit(chat).page
    ask(page, FERRY)
    last(page).locator(".na-marker").first.click()
    expect(opened(page).locator(".na-whole")).to_be_hidden()
    opened(page).get_by_text("Whole article").click()
    expect(opened(page).locator(".na-whole")).to_be_visible()
    expect(opened(page).locator(".na-whole mark")).to_have_text(FERRY_QUOTE)


def test_a_passage_opens_and_closes_from_the_keyboard(visit, chat):
    page = visit(chat).page
    ask(page, FERRY)
    marker = last(page).locator(".na-answer .na-marker").first
    expect(marker).to_have_attribute(
        "aria-label", "Source 1: Ferry runs aground off Selm, Harbour Courier, 4 March 2024"
    )
    marker.focus()
    page.keyboard.press("Enter")
    expect(opened(page).locator("h3")).to_be_focused()
    expect(page.get_by_role("dialog", name="Ferry runs aground off Selm")).to_be_visible()
    page.keyboard.press("Escape")
    expect(opened(page)).to_have_count(0)
    expect(marker).to_be_focused()


def test_the_close_button_closes(visit, chat):
    page = visit(chat).page
    ask(page, FERRY)
    last(page).locator(".na-marker").first.click()
    opened(page).get_by_role("button", name="Close").click()
    expect(opened(page)).to_have_count(0)


def test_a_refusal_looks_like_one(visit, chat):
    page = visit(chat).page
    ask(page, UNKNOWN)
    refusal = last(page).locator(".na-refusal")
    expect(refusal).to_contain_text("The archive does not say")
    expect(refusal).to_contain_text("Nearest coverage")
    expect(last(page).locator(".na-answer")).to_have_count(0)
    edge = "e => getComputedStyle(e).borderLeftWidth"
    assert refusal.evaluate(edge) == "4px"
    refusal.locator(".na-headline").first.click()
    expect(opened(page).locator("blockquote")).to_be_visible()


def test_an_empty_question_does_nothing(watched):
    observed, page = watched
    send(page, "   ")
    page.wait_for_timeout(2000)  # no second question is taken while one is being dealt with
    ask(page, FERRY)
    assert [question for question, _, _ in observed.asked] == [FERRY]


def test_a_question_is_bounded(visit, chat):
    box = visit(chat).page.locator("#na-question textarea")
    expect(box).to_have_attribute("maxlength", "1000")


def test_a_follow_up_takes_the_turns_before_along(watched):
    observed, page = watched
    ask(page, FERRY)
    ask(page, "Was anybody hurt?")
    _, history, _ = observed.asked[1]
    assert [turn.role for turn in history] == ["user", "assistant"]
    assert history[0].content == FERRY
    assert history[1].content.startswith(f"{FERRY_SAID} [1]")


def test_what_was_understood_is_shown_above_the_answer(visit, island, serving):
    understood = Query("Where?", FERRY, (FERRY,), inferred=(Inference("dates", "in March 2024"),))

    def stream(question, **limits):
        yield understood
        yield replace(island.ask(FERRY), query=understood)

    with serving(Observed(island, stream)) as url:
        page = visit(url).page
        ask(page, "Where?")
        notes = last(page).locator(".na-understood li")
        expect(notes).to_have_text([f"Understood as: {FERRY}", "in March 2024Change×"])


DATED = "Where did the ferry Ostrel run aground in March 2024?"


def test_a_reading_is_taken_off_by_its_button(watched):
    observed, page = watched
    ask(page, DATED)
    reading = last(page).locator(".na-understood li", has_text="published from 2024-02")
    expect(reading).to_have_count(1)
    reading.get_by_role("button", name="Ask again without: published from").click()
    expect(page.locator("#na-talk .na-exchange")).to_have_count(2)
    expect(last(page).locator(".na-question")).to_contain_text(DATED)
    notes = last(page).locator(".na-understood li")
    expect(notes.filter(has_text="Asked without: published from 2024-02")).to_have_count(1)
    expect(last(page).locator(".na-answer")).to_contain_text(FERRY_SAID)
    assert [options.dates for options in observed.options] == [True, False]
    assert observed.asked[1][1] == (), "a question asked again does not follow up on itself"


def test_a_limit_read_from_a_question_is_taken_into_the_form(watched):
    observed, page = watched
    ask(page, DATED)
    last(page).get_by_role("button", name="Change: published from").click()
    chips = page.locator(".na-chip")
    expect(chips).to_have_text(["From 29 February 2024", "To 7 April 2024"])
    expect(first_day(page)).to_be_in_viewport()
    expect(first_day(page)).to_have_value("2024-02-29")
    set_days(page, "2024-03-04", "2024-03-04")
    ask(page, FERRY)
    assert observed.asked[1][2] == Filters("2024-03-04", "2024-03-04")


def test_the_page_is_as_wide_before_the_first_question_as_after(visit, chat):
    page = visit(chat).page
    column = page.locator("main")
    before = column.bounding_box()["width"]
    ask(page, FERRY)
    assert column.bounding_box()["width"] == before


def test_dates_limit_the_next_questions_and_show_as_chips(watched):
    observed, page = watched
    open_filters(page)
    set_days(page, "2024-05-01", "2024-05-31")
    chips = page.locator(".na-chip")
    expect(chips).to_have_text(["From 1 May 2024", "To 31 May 2024"])
    ask(page, FERRY)
    expect(last(page)).not_to_contain_text(FERRY_SAID)
    page.get_by_role("button", name="Clear dates and outlets").click()
    expect(chips).to_have_count(0)
    ask(page, FERRY)
    expect(last(page).locator(".na-answer")).to_contain_text(FERRY_SAID)
    assert [limits for _, _, limits in observed.asked] == [
        Filters("2024-05-01", "2024-05-31"),
        Filters(),
    ]


def test_outlets_limit_the_next_questions(watched):
    observed, page = watched
    open_filters(page)
    choose_outlet(page, "Vardena Gazette (2)")
    expect(page.locator(".na-chip")).to_have_text(["Vardena Gazette"])
    ask(page, BUDGET)
    expect(last(page).locator(".na-answer")).to_contain_text("9 million crowns")
    assert observed.asked[0][2] == Filters(sources=("Vardena Gazette",))


@pytest.mark.parametrize(
    ("first", "last_day", "message"),
    [
        ("2024-13-01", "", "'2024-13-01' is no day"),
        ("", "yesterday", "'yesterday' is no day"),
        ("2024-05-02", "2024-05-01", "from 2024-05-02 to 2024-05-01 ends before it begins"),
    ],
)
def test_a_wrong_date_is_named_and_nothing_is_asked(visit, chat, first, last_day, message):
    page = visit(chat).page
    open_filters(page)
    set_days(page, first, last_day)
    expect(page.locator("#na-problem")).to_contain_text(message)
    send(page, FERRY)
    page.wait_for_timeout(500)
    expect(page.locator(".na-exchange")).to_have_count(0)
    expect(page.locator("#na-question textarea")).to_have_value(FERRY)


def test_an_example_question_is_asked_by_a_click(visit, island, serving):
    with serving(Observed(island, examples=[FERRY, BUDGET])) as url:
        page = visit(url).page
        page.get_by_role("button", name=BUDGET).click()
        expect(last(page).locator(".na-answer")).to_contain_text("9 million crowns")
        expect(last(page).locator(".na-question")).to_contain_text(BUDGET)
        expect(page.locator("#na-examples")).to_be_hidden()


def test_a_new_conversation_forgets_the_old_one(visit, island, serving):
    observed = Observed(island, examples=[FERRY])
    with serving(observed) as url:
        page = visit(url).page
        ask(page, FERRY)
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator(".na-exchange")).to_have_count(0)
        expect(page.get_by_role("button", name=FERRY)).to_be_visible()
        ask(page, BUDGET)
    assert observed.asked[1][1] == ()


def test_two_visitors_do_not_see_each_other(visit, island, serving):
    observed = Observed(island)
    with serving(observed) as url:
        one, two = visit(url).page, visit(url).page
        ask(one, FERRY)
        ask(two, BUDGET)
        ask(one, "Was anybody hurt?")
        asked = "You asked: "
        expect(one.locator(".na-question")).to_have_text(
            [asked + FERRY, asked + "Was anybody hurt?"]
        )
        expect(two.locator(".na-question")).to_have_text([asked + BUDGET])
    assert observed.asked[2][1][0].content == FERRY
    assert len(observed.asked[2][1]) == 2
    assert observed.asked[1][1] == ()


def test_several_visitors_are_answered_at_once(visit, island, serving):
    together = threading.Barrier(2, timeout=20)

    def stream(question, **limits):
        together.wait()  # passes only when both are being answered
        yield from island.stream(question, **limits)

    with serving(Observed(island, stream)) as url:
        pages = [visit(url).page for _ in range(2)]
        for page in pages:
            send(page, FERRY)
        for page in pages:
            expect(last(page).locator(".na-answer")).to_contain_text(FERRY_SAID, timeout=30_000)


def test_the_steps_are_shown_and_can_be_stopped(visit, island, serving):
    resume = threading.Event()

    def stream(question, **limits):
        for part in island.stream(question, **limits):
            yield part
            if isinstance(part, tuple):
                resume.wait(20)

    observed = Observed(island, stream)
    with serving(observed) as url:
        page = visit(url).page
        send(page, FERRY)
        expect(page.locator("#na-pending")).to_contain_text(FERRY)
        expect(page.locator("#na-pending")).to_contain_text(
            re.compile(r"Reading \d+ passages? from .*Harbour Courier")
        )
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator("#na-pending")).to_have_text("")  # the server has heard of it
        expect(page.locator(".na-exchange")).to_have_count(0)
        resume.set()
        page.wait_for_timeout(1000)
        expect(page.locator(".na-exchange")).to_have_count(0)
        ask(page, BUDGET)
        expect(last(page).locator(".na-answer")).to_contain_text("9 million crowns")
    assert observed.asked[1][1] == ()


def test_an_error_of_the_archive_is_told_in_its_own_words(visit, island, serving):
    def stream(question, **limits):
        raise ArchiveDamagedError("the index is damaged; run: newsarchive build --rebuild <b>")
        yield

    observed = Observed(island, stream)
    with serving(observed) as url:
        page = visit(url).page
        ask(page, FERRY)
        expect(last(page).locator(".na-failure")).to_contain_text(
            "the index is damaged; run: newsarchive build --rebuild <b>"
        )
        ask(page, BUDGET)
    assert observed.asked[1][1] == ()  # a failure is no turn of the conversation


def test_a_bug_is_told_without_its_details(visit, island, caplog, serving):
    def stream(question, **limits):
        raise ZeroDivisionError("secret")
        yield

    with serving(Observed(island, stream)) as url:
        page = visit(url).page
        ask(page, FERRY)
        expect(last(page).locator(".na-failure")).to_contain_text("Something went wrong")
        expect(page.locator("body")).not_to_contain_text("secret")
    assert "ZeroDivisionError" in caplog.text


def test_an_article_full_of_markup_is_only_text(visit, island, serving, hostile):
    with serving(Observed(island, examples=[hostile["title"]])) as url:
        seen = visit(url)
        page = seen.page
        expect(page.locator("#na-examples button").first).to_have_text(hostile["title"])
        ask(page, FIRE)
        expect(last(page).locator(".na-answer")).to_contain_text("<script>alert(3)</script>")
        last(page).locator(".na-answer .na-marker").first.click()
        opened(page).get_by_text("Whole article").click()
        expect(opened(page).locator(".na-whole")).to_have_text(hostile["text"])
        expect(opened(page).locator("h3")).to_have_text(hostile["title"])
        expect(opened(page).locator("a")).to_have_count(0)
        page.keyboard.press("Escape")
        open_filters(page)
        choose_outlet(page, hostile["source"])
        expect(page.locator(".na-chip")).to_have_text([hostile["source"]])
        ask(page, hostile["text"])  # and as the visitor's own question
        page.wait_for_timeout(500)
        injected = page.locator(
            ".na-exchange :is(script, img, iframe, style, svg, a), #na-limits b, "
            ".na-header b, #na-filters b, #na-filters img, #na-examples img, #na-examples script"
        )
        expect(injected).to_have_count(0)
        assert page.title() == "newsarchive"
    assert (seen.dialogs, seen.foreign, seen.errors) == ([], [], [])


def test_a_phone_needs_no_sideways_scrolling(visit, chat, hostile):
    page = visit(chat, width=390).page
    assert overflow(page) <= 0
    ask(page, FERRY)
    ask(page, FIRE)
    ask(page, "x" * 900)
    assert overflow(page) <= 0
    page.locator(".na-answer .na-marker").last.click()
    expect(opened(page)).to_be_visible()
    assert opened(page).evaluate("e => e.scrollWidth <= e.clientWidth")
    assert overflow(page) <= 0
    page.keyboard.press("Escape")
    open_filters(page)
    choose_outlet(page, hostile["source"])
    expect(page.locator(".na-chip")).to_have_count(1)
    assert overflow(page) <= 0


def test_a_dark_system_gets_a_dark_page(visit, chat):
    ground = "getComputedStyle(document.querySelector('.gradio-container')).backgroundColor"
    dark = visit(chat, scheme="dark").page
    expect(dark.locator("body")).to_have_class(re.compile("dark"))
    assert dark.evaluate(ground) == "rgb(22, 22, 20)"
    assert visit(chat).page.evaluate(ground) == "rgb(251, 250, 247)"


def test_the_page_reaches_for_no_other_host(visit, chat):
    seen = visit(chat)
    ask(seen.page, FERRY)
    seen.page.wait_for_timeout(1000)
    assert seen.foreign == []
    assert seen.errors == []


def test_no_file_of_the_disk_is_served(chat, island_archive):
    files = [island_archive / "CURRENT", Path(__file__), Path.cwd() / "pyproject.toml"]
    paths = [f"gradio_api/file={quote(str(file))}" for file in files]
    paths += ["gradio_api/file=pyproject.toml", "gradio_api/file=http://127.0.0.1/"]
    paths += ["gradio_api/upload", "monitoring", "gradio_api/component_server", "docs"]
    paths += ["assets/../../../../../../etc/passwd", "static/%2e%2e/%2e%2e/%2e%2e/blocks.py"]
    served = {path: status(chat + path) for path in paths}
    assert {path: code for path, code in served.items() if code not in (403, 404)} == {}


def test_another_sites_name_for_this_machine_is_not_answered(chat):
    assert status(chat, {"Host": "attacker.example"}) == 400


def test_a_page_may_load_nothing_from_elsewhere(chat):
    with urllib.request.urlopen(chat) as response:
        policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_port_that_is_taken_is_named(island):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port} of 127.0.0.1 is taken"):
            serve(island, port=port)
        gc.collect()  # Gradio leaves its own attempt to the collector


def test_a_large_request_is_turned_away(chat):
    address = f"{chat}gradio_api/queue/join"
    request = urllib.request.Request(address, data=b"x" * 300_000, method="POST")
    assert status(request) == 413


def status(request, headers=None) -> int:
    """HTTP status of a request, without a proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    if isinstance(request, str):
        request = urllib.request.Request(request, headers=headers or {})
    try:
        with opener.open(request, timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code

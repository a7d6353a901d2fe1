"""A real browser, and real chats on loopback, for the tests of the page."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from rag import Archive

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run"
).split()
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOSTILE = {
    "id": "hostile",
    "title": "<script>alert('title')</script> Evilport <img src=x onerror=alert(1)> fire "
    "${alert(2)} {{constructor}}",
    "text": "The fire in Evilport was started by a <script>alert(3)</script> faulty "
    '<img src="http://evil.example/a.png" onerror="alert(4)"> lamp, the fire chief Anna Brandt '
    "said. ![t](http://evil.example/b.png) [x](javascript:alert(5)) </div></bdi></div>"
    '<iframe src="http://evil.example/c"></iframe><style>@import "http://evil.example/d";</style> '
    "${document.title='owned'} `${alert(6)}` {{#with this}}{{lookup . 'constructor'}}{{/with}}",
    "published": "2024-05-01",
    "source": "Evil <b onmouseover=alert(7)>Times</b> ${alert(8)}",
    "url": "javascript:alert(9)",
}


@dataclass
class Visit:
    """A page with what went wrong on it."""

    page: Page
    dialogs: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on(
            "dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.accept())
        )
        self.page.on("request", lambda request: self.requested(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def requested(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname != "127.0.0.1":
            self.foreign.append(url)


def chromium() -> str:
    """Path of a Chromium; where there is none the tests are skipped, but fail in CI."""
    found = os.environ.get("NEWSARCHIVE_CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    if found:
        return found
    reason = (
        f"no Chromium: none of {', '.join(NAMES)} is on the PATH, NEWSARCHIVE_CHROMIUM is unset"
    )
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a chat in a new browser profile: ``visit(url, width=1280, scheme="light")``."""
    contexts = []

    def open_page(url: str, width: int = 1280, scheme: str = "light") -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, locale="en-GB"
        )
        contexts.append(context)
        opened = Visit(context.new_page())
        opened.watch()
        opened.page.goto(url)
        opened.page.locator("#na-question textarea").wait_for()
        return opened

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def serving() -> Callable[[Archive], AbstractContextManager[str]]:
    """Serve an archive, or what answers like one: ``with serving(archive) as url``."""
    from ui.chat.app import serve

    @contextmanager
    def start(archive: Archive) -> Iterator[str]:
        # Not left to Gradio, which forgets to close the socket of a port that it found taken.
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        app = serve(archive, port=port)
        try:
            yield app.local_url
        finally:
            app.close()

    return start


@pytest.fixture(scope="session")
def hostile() -> dict[str, str]:
    return HOSTILE


@pytest.fixture(scope="session")
def island_archive(archive_of: Callable[..., Path], news: tuple[dict[str, str], ...]) -> Path:
    """The island's news and one hostile article, indexed with hashed words."""
    return archive_of(*news, HOSTILE)


@pytest.fixture(scope="session")
def island(island_archive: Path) -> Iterator[Archive]:
    with Archive.open(island_archive) as archive:
        yield archive


@pytest.fixture(scope="session")
def chat(island: Archive, serving: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """URL of a chat over the island's news."""
    with serving(island) as url:
        yield url

"""What all tests share: no network, made-up articles, archives, the installed command."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

# Before anything imports a Hugging Face library, and for every process that a test starts.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.pop("NEWSARCHIVE_DIR", None)

import pytest
import pytest_socket

from index.build import build_archive
from index.models.embedder import Embedder
from index.models.kept import open_embedder
from index.settings import Settings
from rag import Archive

ROOT = Path(__file__).parents[1]
LOOPBACK = ["127.0.0.1", "localhost", "::1"]

# A made-up island's news. Outlets, days and copies are what the filter tests rest on.
NEWS = (
    {
        "id": "ferry",
        "title": "Ferry runs aground off Selm",
        "text": "The ferry Ostrel ran aground off Selm on Monday with 40 passengers.\n\n"
        "The coastguard said that nobody was hurt.",
        "published": "2024-03-04",
        "source": "Harbour Courier",
        "url": "https://example.org/ferry",
    },
    {
        "id": "ferry-copy",
        "title": "Ostrel stuck on a sandbank",
        "text": "The ferry Ostrel ran aground off Selm on Monday with 40 passengers.\n\n"
        "The coastguard said that nobody was hurt.",
        "published": "2024-03-06T09:30:00Z",
        "source": "Radio Sorva",
    },
    {
        "id": "budget",
        "title": "Council passes the budget",
        "text": "The council of Selm passed its budget of 9 million crowns after a long debate.",
        "published": "2024-03-05T23:30:00Z",
        "source": "Vardena Gazette",
    },
    {
        "id": "storm",
        "title": "Storm closes the harbour",
        "text": "A storm closed the harbour of Selm for two days. Fishing boats stayed in port.",
        "published": "2024-04-01",
        "source": "Harbour Courier",
    },
    {
        "id": "undated",
        "title": "Old lighthouse for sale",
        "text": "The lighthouse of Selm is for sale, and its keeper wants a museum in it.",
        "source": "Vardena Gazette",
    },
)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Refuse every connection beyond this machine, to fixtures too; pytest-socket lifts it."""
    pytest_socket.socket_allow_hosts(LOOPBACK, allow_unix_socket=True)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def seeds() -> Path:
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def news() -> tuple[dict[str, str], ...]:
    return NEWS


@pytest.fixture(scope="session")
def hashed_settings() -> Settings:
    return Settings(embedder="hashed-words")


@pytest.fixture(scope="session")
def hashed() -> Embedder:
    return open_embedder("hashed-words")


@pytest.fixture(scope="session")
def minilm() -> Embedder:
    """The packaged model, loaded once for all tests."""
    return open_embedder("all-MiniLM-L6-v2")


@pytest.fixture(scope="session")
def write_lines() -> Callable[..., Path]:
    """Write JSON Lines: ``write_lines(path, record, …)``; a string is a line as it stands."""

    def write(path: Path, *records: object) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records]
        path.write_text("".join(line + "\n" for line in lines), "utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def archive_of(
    tmp_path_factory: pytest.TempPathFactory,
    write_lines: Callable[..., Path],
    hashed_settings: Settings,
) -> Callable[..., Path]:
    """Index records with hashed words in a folder of their own: ``archive_of(record, …)``."""

    def build(*records: object) -> Path:
        folder = tmp_path_factory.mktemp("news")
        source = write_lines(folder / "news.jsonl", *records)
        build_archive(folder / "archive", [source], settings=hashed_settings)
        return folder / "archive"

    return build


@pytest.fixture(scope="session")
def news_archive(archive_of: Callable[..., Path]) -> Path:
    """NEWS indexed with hashed words. Not to be written to."""
    return archive_of(*NEWS)


@pytest.fixture(scope="session")
def seed_archive(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    """The sample archive indexed with the real model. Not to be written to."""
    archive = tmp_path_factory.mktemp("seeds") / "archive"
    build_archive(archive, [seeds])
    return archive


@pytest.fixture
def opened(news_archive: Path) -> Iterator[Archive]:
    with Archive.open(news_archive) as archive:
        yield archive


@pytest.fixture(scope="session")
def opened_seeds(seed_archive: Path) -> Iterator[Archive]:
    with Archive.open(seed_archive) as archive:
        yield archive


InThreads = Callable[[int, Callable[[int], object]], None]
Meanwhile = Callable[[int, Callable[[], object]], AbstractContextManager[None]]


@pytest.fixture(scope="session")
def in_threads() -> InThreads:
    """Call ``work(0)``, ``work(1)`` … at once, in ``count`` threads; raises what one raises."""

    def run(count: int, work: Callable[[int], object]) -> None:
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(work, range(count)))

    return run


@pytest.fixture(scope="session")
def meanwhile() -> Meanwhile:
    """Call ``work()`` again and again in ``count`` threads, as long as the block lasts."""

    @contextmanager
    def run(count: int, work: Callable[[], object]) -> Iterator[None]:
        done = threading.Event()

        def repeat() -> None:
            while not done.is_set():
                work()

        with ThreadPoolExecutor(count) as pool:
            threads = [pool.submit(repeat) for _ in range(count)]
            try:
                yield
            finally:
                done.set()
        for thread in threads:
            thread.result()

    return run


@pytest.fixture(scope="session")
def forked() -> Callable[..., AbstractContextManager[Callable[..., dict[str, Any]]]]:
    """Start a server that runs the command in forked processes, which may be killed.

    ``with forked() as order: order(argv, archive, kill_at=3)``; what may be ordered beside it says
    tests/fork_server.py. Arguments go to the server, ``env`` to its environment.
    """
    script = ROOT / "tests" / "fork_server.py"

    @contextmanager
    def start(*arguments: str, **env: str) -> Iterator[Callable[..., dict[str, Any]]]:
        with subprocess.Popen(
            # Without its folder on the path: tests/index would stand for the package there.
            [sys.executable, "-P", str(script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **env},
        ) as server:

            def order(argv: list[str], archive: Path, **how: object) -> dict[str, Any]:
                assert server.stdin is not None and server.stdout is not None
                output = Path(str(how.pop("output", archive.parent / "output")))
                record = {"argv": argv, "archive": str(archive), "output": str(output), **how}
                server.stdin.write(json.dumps(record) + "\n")
                server.stdin.flush()
                answer: dict[str, Any] = json.loads(server.stdout.readline())
                # Killed at once, it may not have come so far as to open it.
                answer["output"] = output.read_text(errors="replace") if output.exists() else ""
                return answer

            yield order
            assert server.stdin is not None
            server.stdin.close()

    return start


@pytest.fixture(scope="session")
def executable() -> str:
    """The installed ``newsarchive`` command."""
    found = shutil.which("newsarchive", path=str(Path(sys.executable).parent))
    assert found, f"no newsarchive command beside {sys.executable}"
    return found


def run_to_its_end(
    *command: object,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    timeout: float = 300,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=timeout,
    )


@pytest.fixture(scope="session")
def run(executable: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command: ``run("status", cwd=…, env={…})``."""
    return partial(run_to_its_end, executable)


@pytest.fixture(scope="session")
def run_script() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a script of this checkout: ``run_script("scripts/measure.py", …, env={…})``."""

    def start(
        script: str, *arguments: object, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        here = {"PYTHONPATH": str(ROOT), **(env or {})}
        return run_to_its_end(sys.executable, ROOT / script, *arguments, env=here, timeout=600)

    return start

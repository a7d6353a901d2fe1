"""A build that is killed, or meets another one, ends where one that was left alone does."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.build import BuildReport, build_archive, reembed_archive, remove_articles
from index.errors import ArchiveLockedError
from index.settings import Settings
from index.store.archive import ArchiveFolder

Write = Callable[..., Path]
Record = Callable[..., dict[str, str]]
Look = Callable[[Path], Any]
Same = Callable[[Path, Path], None]
Run = Callable[..., subprocess.CompletedProcess[str]]
HASHED = Settings(embedder="hashed-words")


def generations(archive: Path) -> list[str]:
    return sorted(path.name for path in (archive / "generations").iterdir())


SLOW_BUILD = """
import os, signal, sys, time
from pathlib import Path
import index.models.encode
from index.build import build_archive
from index.models.hashed import HashedWordsEmbedder
from index.store.archive import ArchiveFolder
from index.settings import Settings
from index.build.writer import Store

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

archive, source, moment = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
if moment == "storing":
    Store._add_waiting = die
elif moment == "committing":
    Store.flush = die
elif moment == "publishing":
    ArchiveFolder.publish = die
elif moment == "pointing":
    ArchiveFolder._point_at = die
else:
    index.models.encode._BATCH_PIECES = 200
    embed = HashedWordsEmbedder.embed
    def slow(self, texts, spans):
        time.sleep(0.02)
        return embed(self, texts, spans)
    HashedWordsEmbedder.embed = slow
build_archive(archive, [source], settings=Settings("hashed-words"))
"""


def journal_rows(archive: Path) -> int:
    path = ArchiveFolder(archive).journal
    if not path.exists():
        return 0
    try:
        with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as db:
            (count,) = db.execute("SELECT count(*) FROM vectors").fetchone()
    except sqlite3.OperationalError:  # being written just now
        return 0
    finally:
        if "db" in locals():
            db.close()
    return int(count)


def kill_when(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    """Kill a process (and no other) once ``ready``; it must not have ended before."""
    deadline = time.monotonic() + 120
    while not ready():
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline, "it never came so far"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, write_lines: Write, record: Record) -> Path:
    """A source of 150 articles, some of them copies."""
    words = "harbour storm council ferry budget bridge strike election coast minister".split()
    chance = random.Random(11)
    records = [
        record(f"a{n}", " ".join(chance.choice(words) for _ in range(40)) + ".") for n in range(140)
    ]
    records += [{**records[n], "id": f"copy{n}"} for n in range(10)]
    return write_lines(tmp_path_factory.mktemp("many") / "many.jsonl", *records)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory, many: Path) -> Path:
    archive = tmp_path_factory.mktemp("uninterrupted") / "archive"
    build_archive(archive, [many], settings=HASHED)
    return archive


def start(archive: Path, source: Path, moment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SLOW_BUILD, archive, source, moment])


# Another moment in each run; the names of tests are those of every process.
@pytest.mark.parametrize("least_rows", [1, 5, 60], ids="first early late".split())
def test_a_build_killed_while_embedding_goes_on(
    tmp_path: Path,
    many: Path,
    uninterrupted: Path,
    write_lines: Write,
    least_rows: int,
    archive: Path,
    record: Record,
    contents: Look,
    assert_same: Same,
    embedded: list[str],
) -> None:
    most_rows = {1: 1, 5: 60, 60: 110}[least_rows]
    rows = random.randint(least_rows, most_rows)  # pytest shows it where the test fails
    source = write_lines(tmp_path / "before.jsonl", record("before"))
    before = build_archive(archive, [source], settings=HASHED)
    kill_when(start(archive, many, "embedding"), lambda: journal_rows(archive) >= rows)
    assert ArchiveFolder(archive).current_name() == before.generation
    assert set(contents(archive).articles) == {"before"}
    kept = journal_rows(archive)
    assert kept >= rows
    embedded.clear()
    report = build_archive(archive, [many], settings=HASHED)
    assert len(embedded) == 140 - kept
    assert report.articles == 151
    assert not ArchiveFolder(archive).journal.exists()
    remove_articles(archive, ["before"])
    assert_same(archive, uninterrupted)
    assert all(not name.endswith(".building") for name in generations(archive))


@pytest.mark.parametrize("moment", ["storing", "committing", "publishing", "pointing"])
def test_a_build_killed_later_goes_on(
    many: Path,
    uninterrupted: Path,
    moment: str,
    archive: Path,
    assert_same: Same,
    embedded: list[str],
) -> None:
    killed = start(archive, many, moment)
    assert killed.wait(120) == -signal.SIGKILL
    assert ArchiveFolder(archive).current_name() is None
    embedded.clear()
    build_archive(archive, [many], settings=HASHED)
    assert embedded == []
    assert_same(archive, uninterrupted)
    assert generations(archive) == [ArchiveFolder(archive).current_name()]


def test_the_real_command_killed_at_a_random_moment(
    seeds: Path,
    seed_archive: Path,
    executable: str,
    run: Run,
    archive: Path,
    contents: Look,
    assert_same: Same,
) -> None:
    command = ["build", "--archive", str(archive), str(seeds)]
    rows = random.randint(1, 70)
    kill_when(
        subprocess.Popen([executable, *command], stdout=subprocess.DEVNULL),
        lambda: journal_rows(archive) >= rows,
    )
    asked = run("search", "--archive", archive, "Who attacked the base?")
    assert asked.returncode == 1
    assert "there is no archive" in asked.stderr
    again = run(*command, "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["chunks"] == len(contents(seed_archive).chunks)
    assert_same(archive, seed_archive)


def test_two_builds_at_once(
    many: Path, uninterrupted: Path, run: Run, archive: Path, assert_same: Same
) -> None:
    with start(archive, many, "embedding") as first:
        while journal_rows(archive) < 3:
            assert first.poll() is None
            time.sleep(0.01)
        first.send_signal(signal.SIGSTOP)  # else it may end before the command has started
        try:
            with pytest.raises(ArchiveLockedError, match=f"process {first.pid}; try again"):
                build_archive(archive, [many], settings=HASHED)
            second = run("add", "--archive", archive, many)
        finally:
            first.send_signal(signal.SIGCONT)
        assert second.returncode == 1
        assert f"process {first.pid}" in second.stderr
        assert first.wait(120) == 0
    assert_same(archive, uninterrupted)
    assert os.listdir(archive / "generations") == [ArchiveFolder(archive).current_name()]


def test_embedding_anew_waits_for_another_writer_where_it_is_to(
    tmp_path: Path, write_lines: Write, archive: Path
) -> None:
    source = write_lines(tmp_path / "a.jsonl", {"id": "a", "text": "The ferry sank."})
    build_archive(archive, [source], settings=HASHED)
    told = threading.Event()
    ended: list[BuildReport] = []

    def choose(stored: Settings) -> Settings:
        assert told.is_set()
        return stored

    def embed() -> None:
        ended.append(reembed_archive(archive, choose, wait=True))

    with ArchiveFolder(archive).writing():
        with pytest.raises(ArchiveLockedError):
            reembed_archive(archive, choose)
        waiting = threading.Thread(target=embed)
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        told.set()
    waiting.join(60)
    assert [report.articles for report in ended] == [1]

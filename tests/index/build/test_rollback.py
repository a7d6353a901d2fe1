"""Going back and forward, the lock, and what a chat sees of it all."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from index.build import add_articles, build_archive, remove_articles
from index.build.check import check_archive
from index.build.rollback import rollback
from index.errors import ArchiveLockedError, ArchiveNotFoundError, RollbackError
from index.settings import Settings
from index.store.archive import ArchiveFolder
from rag import Archive

Write = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
Meanwhile = Callable[[int, Callable[[], object]], AbstractContextManager[None]]
HASHED = Settings(embedder="hashed-words")


@pytest.fixture
def archive(tmp_path: Path, write_lines: Write, news: Sequence[dict[str, str]]) -> Path:
    """Built with three articles; then one went, one changed and two came."""
    source = write_lines(tmp_path / "a.jsonl", *news[:1], *news[2:4])
    build_archive(tmp_path / "archive", [source], settings=HASHED)
    changed = {**news[3], "text": "A storm closed the harbour of Selm for three days."}
    write_lines(source, *news[:1], changed, news[4], {"id": "whale", "text": "A whale was seen."})
    build_archive(tmp_path / "archive", [source])
    return tmp_path / "archive"


def names(archive: Path) -> list[str]:
    return sorted(path.name for path in (archive / "generations").iterdir())


def test_back_and_forward(archive: Path) -> None:
    first, second = names(archive)
    with Archive.open(archive) as opened:
        assert opened.article("whale")
        report = rollback(archive)
        assert (report.generation, report.left) == (first, second)
        assert (report.gone, report.back, report.changed) == (
            ("undated", "whale"), ("budget",), ("storm",),
        )  # fmt: skip
        assert opened.article("whale") is None  # an open archive follows
        assert opened.status().forward == second
        assert check_archive(archive).sound
        with pytest.raises(RollbackError, match=r"no generation before .* is kept.*--rebuild"):
            rollback(archive)
        assert names(archive) == [first, second]
        report = rollback(archive, forward=True)
        assert (report.generation, report.back) == (second, ("undated", "whale"))
        assert opened.article("whale")
        assert opened.status().forward is None
    with pytest.raises(RollbackError, match="was not rolled back since its last build"):
        rollback(archive, forward=True)
    assert not (archive / "FORWARD").exists()


def test_a_build_after_a_rollback_takes_the_place_of_what_was_left(
    archive: Path, tmp_path: Path, write_lines: Write
) -> None:
    first, second = names(archive)
    rollback(archive)
    source = write_lines(tmp_path / "b.jsonl", {"id": "new", "text": "A seal was seen."})
    report = add_articles(archive, [source])
    assert names(archive) == [first, report.generation]
    with pytest.raises(RollbackError, match="nothing newer"):
        rollback(archive, forward=True)
    assert rollback(archive).generation == first
    assert rollback(archive, forward=True).generation == report.generation
    assert second not in names(archive)


def test_a_build_that_changes_nothing_leaves_the_way_forward(
    archive: Path, tmp_path: Path, write_lines: Write, news: Sequence[dict[str, str]]
) -> None:
    rollback(archive)
    source = write_lines(tmp_path / "a.jsonl", *news[:1], *news[2:4])
    assert build_archive(archive, [source]).touched == 0
    assert "whale" in rollback(archive, forward=True).back


def test_no_way_back_behind_a_takedown(archive: Path) -> None:
    remove_articles(archive, ["whale"])
    with pytest.raises(RollbackError, match="is a takedown, and the generations before it"):
        rollback(archive)


def test_a_takedown_after_a_rollback_erases_what_was_left_too(archive: Path) -> None:
    def holding(word: bytes) -> list[Path]:
        return [p for p in archive.rglob("*") if p.is_file() and word in p.read_bytes()]

    rollback(archive)
    assert holding(b"whale")
    report = remove_articles(archive, ["storm"])
    assert names(archive) == [report.generation]
    assert not holding(b"whale")


def test_nothing_to_roll_back(tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotFoundError, match="newsarchive build"):
        rollback(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_what_is_stale(
    archive: Path, tmp_path: Path, write_lines: Write, news: Sequence[dict[str, str]]
) -> None:
    with Archive.open(archive) as opened:
        stale = opened.status().stale
        assert (stale.changed_sources, stale.gone_sources) == (0, 0)
        assert 0.2 < stale.unused_vectors < 0.7  # "budget" went and "storm" changed
        write_lines(tmp_path / "a.jsonl", *news)
        assert opened.status().stale.changed_sources == 1
        (tmp_path / "a.jsonl").rename(tmp_path / "elsewhere.jsonl")
        assert opened.status().stale.gone_sources == 1
        remove_articles(archive, ["whale"])
        assert opened.status().stale.unused_vectors == 0.0
        build_archive(archive, [tmp_path / "elsewhere.jsonl"])
        assert opened.status().stale.changed_sources == 0
        rollback(archive)
        assert opened.status().stale.changed_sources is None


# -- the lock ---------------------------------------------------------------------------------

HOLD = """
import sys
from pathlib import Path
from index.store.archive import ArchiveFolder
with ArchiveFolder(Path(sys.argv[1])).writing():
    sys.stdout.write("locked\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


def test_a_second_writer_is_told_or_waits(
    archive: Path, tmp_path: Path, write_lines: Write, executable: str, run: Run
) -> None:
    source = write_lines(tmp_path / "b.jsonl", {"id": "new", "text": "A seal was seen."})
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(archive)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        for arguments in (("add", source), ("remove", "whale"), ("rollback",)):
            refused = run(*arguments, "--archive", archive)
            assert refused.returncode == 1
            assert f"being written by process {holder.pid}" in refused.stderr
            assert "--wait" in refused.stderr
        with pytest.raises(ArchiveLockedError, match=f"process {holder.pid}"):
            build_archive(archive, [source])
        waiting = subprocess.Popen(
            [executable, "add", "--wait", "--archive", str(archive), str(source)],
            stdout=subprocess.PIPE,
        )
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.communicate(timeout=3)
        holder.communicate("")
        output, _ = waiting.communicate(timeout=120)
        assert waiting.returncode == 0
        assert output.startswith(b"5 articles")


def test_who_waited_uses_the_settings_that_are_then_there(
    archive: Path, tmp_path: Path, write_lines: Write
) -> None:
    """Meanwhile the archive may have been built anew with others."""
    source = write_lines(tmp_path / "b.jsonl", {"id": "new", "text": "A seal was seen."})
    entered, waited = threading.Event(), threading.Event()

    def add() -> None:
        entered.set()
        add_articles(archive, [source], wait=True)
        waited.set()

    waiter = threading.Thread(target=add)
    folder = ArchiveFolder(archive)
    with folder.writing():
        waiter.start()
        entered.wait()
        time.sleep(0.5)  # it has read the settings by now and waits for the lock
        assert not waited.is_set()
        staged = folder.stage(copy_current=True)
        manifest = folder.current().manifest()
        folder.publish(
            staged, Settings("hashed-words", 64), 256, manifest.articles, manifest.chunks
        )
    waiter.join(60)
    assert waited.is_set()
    assert folder.current().manifest().settings == Settings("hashed-words", 64)


# -- a chat that is open ----------------------------------------------------------------------


def test_a_chat_answers_all_the_time(
    archive: Path, tmp_path: Path, write_lines: Write, run: Run, meanwhile: Meanwhile
) -> None:
    """Through builds, takedowns that delete what is in use, rollbacks; what is gone is gone."""
    seen: list[set[str]] = []

    def ask() -> None:
        answer = opened.ask("Where did the ferry Ostrel run aground?")
        assert not answer.refused
        assert answer.citations[0].article.id == "ferry"
        seen.append({p.article.id for p in opened.search("seal whale seen", top_k=20)})

    with Archive.open(archive) as opened, meanwhile(3, ask):
        for n in range(4):
            seal = {"id": f"seal{n}", "text": f"Seal number {n} was seen off Selm."}
            source = write_lines(tmp_path / f"{n}.jsonl", seal)
            add_articles(archive, [source])
            assert f"seal{n}" in {p.article.id for p in opened.search("seal", top_k=20)}
            assert run("remove", f"seal{n}", "--archive", archive).returncode == 0
            assert opened.article(f"seal{n}") is None
        remove_articles(archive, ["whale"])
        time.sleep(0.3)
        after = len(seen)
        time.sleep(0.5)
    assert any("seal1" in found for found in seen)
    assert "whale" in seen[0]
    assert len(seen) > after
    assert all("whale" not in found for found in seen[after:])

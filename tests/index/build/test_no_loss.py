"""No way to lose an archive: killed at any moment, refused the disk at any step, it goes on.

Seeds are fixed and printed with a failure; NEWSARCHIVE_KILLS says how many kills (default 200).
"""

import errno
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from index.build import build_archive
from index.build.check import check_archive
from index.build.digest import Digest, digest
from index.settings import Settings
from index.store.archive import ArchiveFolder
from rag import Archive

Write = Callable[..., Path]
Order = Callable[..., dict[str, Any]]
HASHED = Settings(embedder="hashed-words")
KILLS = int(os.environ.get("NEWSARCHIVE_KILLS", "200"))
IN_A_ROW = 8  # kills of one command before it may complete
SECRET = "Zebulon Quixworth embezzled xanthic florins from the orphanage of Selm."


@pytest.fixture(scope="module")
def order(forked: Callable[..., AbstractContextManager[Order]]) -> Iterator[Order]:
    """Run the command in a forked process: ``order(argv, archive, kill_at=3)``."""
    with forked() as run:
        yield run


@dataclass(frozen=True)
class Scenario:
    """A command, the archive that it is run on, and what is to be there before and after."""

    argv: tuple[str, ...]
    base: Path  # the archive, or a folder that is not there for a first build
    before: Digest | None
    after: Digest
    steps: int
    seconds: float

    def command(self, archive: Path) -> list[str]:
        return [*self.argv, "--archive", str(archive)]


def texts(count: int) -> list[dict[str, str]]:
    """Articles that have nothing to do with each other."""
    chance = random.Random(3)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=7)) for _ in range(400)]
    return [
        {
            "id": f"v{n}",
            "title": f"Report {words[n]}",
            "text": ". ".join(" ".join(chance.choices(words, k=15)) for _ in range(3)) + ".",
            "published": f"2024-01-{n % 28 + 1:02}",
        }
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def scenarios(
    tmp_path_factory: pytest.TempPathFactory, write_lines: Write, order: Order
) -> dict[str, Scenario]:
    """A first build, one that finds new, changed and gone articles, an add and a takedown."""
    folder = tmp_path_factory.mktemp("scenarios")
    held = texts(24)
    secret = {"id": "secret", "title": "Charged", "text": SECRET, "published": "2024-02-01"}
    copy = {**secret, "id": "copy", "published": "2024-02-02"}
    news = write_lines(folder / "news" / "a.jsonl", *held[:16], secret, copy)
    base = folder / "base"
    build_archive(base, [news.parent], settings=HASHED)
    write_lines(folder / "b.jsonl", *held[16:])
    build_archive(base, [folder / "b.jsonl"])
    changed = [{**held[0], "text": held[0]["text"] + " It was corrected."}, *held[2:16]]
    write_lines(news, *changed, secret, copy, {**held[20], "id": "v20-copy"}, *texts(30)[24:])
    write_lines(folder / "c.jsonl", *texts(36)[30:], {**copy, "id": "third"})
    commands = {
        "first": ("build", str(folder / "news"), "--embedder", "hashed-words"),
        "build": ("build", str(folder / "news")),
        "add": ("add", str(folder / "c.jsonl")),
        "remove": ("remove", "secret", "v3"),
    }
    return {
        name: _scenario(folder / name, base if name != "first" else folder / "none", argv, order)
        for name, argv in commands.items()
    }


def _scenario(folder: Path, base: Path, argv: tuple[str, ...], order: Order) -> Scenario:
    archive = folder / "archive"
    seconds = []
    for _ in range(2):  # the first also takes what the system only does once
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        if base.exists():
            shutil.copytree(base, archive)
        ended = order([*argv, "--archive", str(archive)], archive)
        assert ended["status"] == 0, ended["output"]
        seconds.append(ended["seconds"])
    before = digest(ArchiveFolder(base).current()) if base.exists() else None
    after = digest(ArchiveFolder(archive).current())
    assert after != before
    assert ended["steps"] > 10
    return Scenario(argv, base, before, after, ended["steps"], min(seconds))


def fresh(folder: Path, scenario: Scenario) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if scenario.base.exists():
        shutil.copytree(scenario.base, folder / "archive")
    return folder / "archive"


def assert_answers(archive: Path, scenario: Scenario) -> None:
    """The generation in use is the one before or the one after, whole, and it answers."""
    if ArchiveFolder(archive).current_name() is None:
        assert scenario.before is None
        return
    found = digest(ArchiveFolder(archive).current())
    assert found in (scenario.before, scenario.after)
    with Archive.open(archive) as opened:
        passages = opened.search("embezzled xanthic florins")
        assert passages[0].text == SECRET
        if scenario.argv[0] != "remove" or found == scenario.before:
            assert passages[0].article.id == "secret"
        else:
            assert passages[0].article.id == "copy"


def assert_completes(archive: Path, scenario: Scenario, order: Order) -> None:
    """The same command once more ends where one that was never disturbed does."""
    ended = order(scenario.command(archive), archive)
    assert ended["status"] == 0, ended["output"]
    report = check_archive(archive)
    assert report.findings == ()
    assert report.digest == scenario.after
    folder = ArchiveFolder(archive)
    names = sorted(p.name for p in (archive / "generations").iterdir())
    assert all("." not in name for name in names)
    assert names[-1] == folder.current_name()
    assert len(names) <= (1 if scenario.argv[0] == "remove" else 2)
    if scenario.argv[0] == "remove":
        gone = texts(4)[3]["text"]
        assert all(gone.encode() not in p.read_bytes() for p in archive.rglob("*") if p.is_file())


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["first", "build", "add", "remove"])
def test_killed_at_random_moments(
    tmp_path: Path, scenarios: dict[str, Scenario], order: Order, name: str
) -> None:
    """Half the kills come at a random time, half just before a random change to the disk."""
    scenario, chance = scenarios[name], random.Random(f"{name} 41")
    kills = rounds = 0
    while kills < KILLS // 4:
        archive = fresh(tmp_path / "killed", scenario)
        for _ in range(chance.randint(2, IN_A_ROW)):
            if chance.random() < 0.5:
                how: dict[str, object] = {"kill_after": chance.uniform(0.02, scenario.seconds)}
            else:
                how = {"kill_at": chance.randint(1, scenario.steps)}
            ended = order(scenario.command(archive), archive, **how)
            assert ended["status"] in (-9, 0), (how, ended["output"])
            kills += ended["status"] == -9
            assert_answers(archive, scenario)
        assert_completes(archive, scenario, order)
        rounds += 1
    assert rounds >= kills // IN_A_ROW


def test_killed_with_the_real_model(
    tmp_path: Path, seeds: Path, seed_archive: Path, order: Order
) -> None:
    """The vectors of a batch that was not finished are rounded a little otherwise."""
    expected = digest(ArchiveFolder(seed_archive).current())
    archive = tmp_path / "archive"
    argv = ["build", str(seeds), "--archive", str(archive)]
    chance = random.Random(7)
    seconds = order(argv, archive)["seconds"]  # how long it takes here, if nobody kills it
    shutil.rmtree(archive)
    for _ in range(3):
        ended = order(argv, archive, kill_after=chance.uniform(0.4, 0.9) * seconds)
        assert ended["status"] in (-9, 0)
    assert order(argv, archive)["status"] == 0
    report = check_archive(archive, sample=40)
    assert report.findings == ()
    assert report.digest is not None
    found = report.digest
    assert (found.articles, found.families, found.chunks) == (
        expected.articles, expected.families, expected.chunks,
    )  # fmt: skip
    with Archive.open(archive) as one, Archive.open(seed_archive) as other:
        for question in ("Who condemned the attacks?", "When will the airport tram open?"):
            assert [p.text for p in one.search(question)] == [
                p.text for p in other.search(question)
            ]


# -- a disk that is full or read-only ---------------------------------------------------------


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("name", ["build", "add", "remove"])
def test_refused_from_some_step_on(
    tmp_path: Path, scenarios: dict[str, Scenario], order: Order, name: str, code: int
) -> None:
    """As the disk fills up or turns read-only while the command is running."""
    scenario, chance = scenarios[name], random.Random(f"{name} {code}")
    for step in sorted(chance.sample(range(1, scenario.steps + 1), 4)):
        archive = fresh(tmp_path / "refused", scenario)
        ended = order(scenario.command(archive), archive, refuse_from=step, errno=code)
        if ended["status"] != 0:
            assert ended["status"] == 1
            assert "Traceback" not in ended["output"], ended["output"]
            assert "run the same command again" in ended["output"]
            assert os.strerror(code) in ended["output"]
        assert_answers(archive, scenario)
        assert_completes(archive, scenario, order)


@pytest.fixture
def small_disk(
    tmp_path: Path, mounted: Callable[..., AbstractContextManager[None]]
) -> Iterator[Path]:
    """A file system of 16 MB, where that can be made."""
    folder = tmp_path / "disk"
    folder.mkdir()
    otherwise = "only root can mount a small disk; RLIMIT_FSIZE is tested instead"
    with mounted(folder, "-t", "tmpfs", "-o", "size=16m", "tmpfs", otherwise=otherwise):
        yield folder


@pytest.mark.parametrize("name", ["first", "build", "add", "remove"])
def test_a_full_disk(
    small_disk: Path, scenarios: dict[str, Scenario], order: Order, name: str
) -> None:
    scenario = scenarios[name]
    failed = 0
    for free in (0, 4_096, 65_536, 300_000, 700_000, 1_100_000, 1_500_000):
        archive = fresh(small_disk / "full", scenario)
        with (small_disk / "filling").open("wb") as filling:
            room = os.statvfs(small_disk)
            filling.write(bytes(max(0, room.f_bavail * room.f_bsize - free)))
        ended = order(scenario.command(archive), archive)
        assert "Traceback" not in ended["output"], ended["output"]
        failed += ended["status"] == 1
        if scenario.before is not None:
            assert_answers(archive, scenario)  # still full: a private copy is read
        (small_disk / "filling").unlink()
        assert_completes(archive, scenario, order)
    assert failed >= 2


@pytest.mark.parametrize("name", ["first", "build", "add", "remove"])
def test_a_limit_on_the_size_of_files(
    tmp_path: Path, scenarios: dict[str, Scenario], order: Order, name: str
) -> None:
    scenario = scenarios[name]
    for limit in (1_000, 50_000, 200_000):
        archive = fresh(tmp_path / "limited", scenario)
        ended = order(scenario.command(archive), archive, file_bytes=limit)
        assert ended["status"] == 1, limit
        assert "Traceback" not in ended["output"], ended["output"]
        assert_answers(archive, scenario)
        assert_completes(archive, scenario, order)


@pytest.mark.parametrize("name", ["build", "add", "remove"])
def test_a_read_only_disk(
    small_disk: Path, scenarios: dict[str, Scenario], order: Order, name: str
) -> None:
    scenario = scenarios[name]
    archive = fresh(small_disk / "fixed", scenario)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    try:
        ended = order(scenario.command(archive), archive, output=os.devnull)
        assert ended["status"] == 1
        assert_answers(archive, scenario)
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert_completes(archive, scenario, order)

"""Temporary folders go with their process, however that ends."""

import gc
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import index.disk
from index.disk import Scratch, sweep_scratch

_HOLDING = """
from index.disk import Scratch
with Scratch() as folder:
    (folder / "inside").mkdir()
    (folder / "inside" / "article.txt").write_text("The ferry Ostrel ran aground.")
    print(folder, flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files that nobody else uses."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def holding() -> tuple["subprocess.Popen[str]", Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDING],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_it_goes_at_the_end_of_the_block(temporary: Path) -> None:
    with Scratch() as folder:
        (folder / "a").write_text("x")
        assert folder.parent == temporary
    assert list(temporary.iterdir()) == []


def test_it_goes_where_nobody_ends_it(temporary: Path) -> None:
    scratch = Scratch()
    assert scratch.path.is_dir()
    del scratch
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_and_what_a_living_one_has_does_not(
    temporary: Path,
) -> None:
    killed, left = holding()
    living, held = holding()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert (left / "inside" / "article.txt").is_file()
    with Scratch() as folder:
        assert set(temporary.iterdir()) == {held, folder}
    assert (held / "inside" / "article.txt").is_file()
    living.communicate("\n", timeout=60)
    assert list(temporary.iterdir()) == []


def test_nothing_else_is_swept(temporary: Path) -> None:
    (temporary / "newsarchive-other").mkdir()
    (temporary / "newsarchive-scratch-file").write_text("no folder")
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a").write_text("x")
    os.symlink(elsewhere, temporary / "newsarchive-scratch-link")
    before = set(temporary.rglob("*"))
    sweep_scratch()
    assert set(temporary.rglob("*")) == before


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to somebody else")
def test_what_belongs_to_another_user_is_left_alone(temporary: Path) -> None:
    folder = temporary / "newsarchive-scratch-theirs"
    folder.mkdir()
    os.chown(folder, 1234, 1234)
    sweep_scratch()
    assert folder.is_dir()


def test_one_that_is_swept_before_it_was_locked_is_made_anew(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def make(**how: str) -> str:
        folder = tempfile.mkdtemp(**how)
        made.append(folder)
        if len(made) == 1:
            sweep_scratch()  # as another process may in this moment
        return folder

    monkeypatch.setattr(index.disk, "mkdtemp", make)
    with Scratch() as folder:
        assert [str(folder)] == made[1:]
        assert folder.is_dir()

"""Temporary folders that do not outlive their process for long, even where that was killed.

They hold texts of articles. A killed process leaves its folder behind, and nothing would ever
delete it: so each holds a lock as long as its process lives, and whoever makes one deletes those
that are locked no more.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import weakref
from pathlib import Path
from tempfile import gettempdir, mkdtemp

_PREFIX = "newsarchive-scratch-"


class Scratch:
    """A temporary folder, deleted at the end of the block, by ``cleanup``, or with the process."""

    def __init__(self) -> None:
        sweep_scratch()
        self.path, descriptor = _locked_folder()
        self._finalizer = weakref.finalize(self, _end, self.path, descriptor)

    def cleanup(self) -> None:
        """Delete the folder."""
        self._finalizer()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.cleanup()


def sweep_scratch() -> None:
    """Delete the folders that processes of this user have left behind when they were killed."""
    for folder in Path(gettempdir()).glob(f"{_PREFIX}*"):
        descriptor = _lock(folder, wait=False)
        if descriptor is not None:
            _end(folder, descriptor)


def _locked_folder() -> tuple[Path, int]:
    while True:
        folder = Path(mkdtemp(prefix=_PREFIX))
        descriptor = _lock(folder, wait=True)
        if descriptor is not None:
            return folder, descriptor
        # Another process has taken it for one that was left, in the moment before it was locked.


def _lock(folder: Path, *, wait: bool) -> int | None:
    """Lock a folder of this user; None where another process has it locked, or has deleted it.

    The lock is the kernel's: it ends with the process.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:  # locked by another; or a file system without locks, where nothing is swept
        if not wait:
            os.close(descriptor)
            return None
    if _is_own(descriptor, folder):
        return descriptor
    os.close(descriptor)
    return None


def _is_own(descriptor: int, folder: Path) -> bool:
    opened = os.fstat(descriptor)
    try:
        return opened.st_uid == os.getuid() and os.path.samestat(opened, os.stat(folder))
    except OSError:  # deleted while it was waited for
        return False


def _end(folder: Path, descriptor: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(descriptor)

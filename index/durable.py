"""Writing that outlives a crash of the machine: a file is its old or its new self, never a half."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def put(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file beside the one of that name, and put it in its place."""
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.writelines(parts)
    sync(beside)
    beside.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Wait until a folder and all that is below it are on the disk."""
    for path in (*folder.rglob("*"), folder):
        sync(path)

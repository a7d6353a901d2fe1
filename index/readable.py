"""Reading where nothing may be written: Chroma and tantivy write when they open, for reading too.

On a read-only or full disk they are given a private copy, which goes when it is closed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from index.disk import cannot_write, is_fault
from index.scratch import Scratch

Opened = TypeVar("Opened")


def open_or_copy(folder: Path, opener: Callable[[Path], Opened]) -> tuple[Opened, Scratch | None]:
    """Open a folder, or a copy of it where it cannot be written; the copy is the caller's to end.

    Raises what ``opener`` raises.
    """
    try:
        return opener(folder), None
    except BaseException as error:
        if not is_fault(error) or cannot_write(folder) is None:
            raise
    copy = Scratch()
    try:
        private = copy.path / folder.name
        shutil.copytree(folder, private)
        return opener(private), copy
    except BaseException:
        copy.cleanup()
        raise

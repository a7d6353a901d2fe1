"""Find the files of a folder, in sorted order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.types import Rejection

# Notes about a folder. Lower-case names are taken only whole: "license-revoked.txt" is news.
_NOTES = re.compile(r"(README|LICENSE)([._-].*)?|(?i:readme|license)(\.\w+)?")

# An evaluation set holds questions beside its articles; they are not articles.
_SET_ARTICLES = "articles.jsonl"
_SET_QUESTIONS = frozenset({"questions.jsonl", "rewrites.jsonl"})


@dataclass(frozen=True, slots=True)
class _Folder:
    path: Path
    real: str
    parent: _Folder | None = None

    def read_already(self, entered: dict[str, Path]) -> str | None:
        """Say where it was met before: above itself, or anywhere by its real path."""
        above = self.parent
        while above and above.real != self.real:
            above = above.parent
        if above:
            return f"directory loop: {display(self.path)} points back at {display(above.path)}"
        if self.real in entered:
            return f"the same folder as {display(entered[self.real])}, which was read already"
        return None

    def is_archive(self) -> bool:
        """Whether it is an archive of ours, as in ``newsarchive build .``: it holds no news."""
        # Those of os.path tell what cannot be looked at as not there, and do not raise.
        inside = Path(self.real)
        return os.path.isdir(inside / "generations") and os.path.isfile(inside / "LOCK")

    def entries(self) -> list[Path | _Folder]:
        """List what is to be read in it, sorted by name; raises OSError."""
        with os.scandir(self.path) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        names = {entry.name for entry in entries}
        skipped = _SET_QUESTIONS if _SET_ARTICLES in names else frozenset()
        inside: list[Path | _Folder] = []
        for entry in entries:
            if entry.name.startswith(".") or entry.name in skipped:
                continue
            # Following a link may fail (a loop of links); os.path.isdir then says False, is_dir()
            # raises.
            if os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir():
                inside.append(_Folder(Path(entry.path), os.path.realpath(entry.path), self))
            elif not is_note(entry.name):
                inside.append(Path(entry.path))
        return inside


def walk(paths: Iterable[Path]) -> Iterator[Path | Rejection]:
    """Yield the given files and the files of the given folders, each folder sorted by name.

    Skips hidden names, README and LICENSE notes, and the questions of an evaluation set.
    A folder is entered once: links that lead to it again come as Rejections.
    """
    entered: dict[str, Path] = {}
    for path in paths:
        is_folder = os.path.isdir(path)
        # A stack, not recursion: folders can be nested deeper than Python recurses.
        stack = [_Folder(path, os.path.realpath(path)) if is_folder else path]
        while stack:
            entry = stack.pop()
            if isinstance(entry, Path):
                yield entry
                continue
            shown = display(entry.path)
            if reason := entry.read_already(entered):
                yield Rejection(shown, None, reason, unread=False)
                continue
            if entry.is_archive():
                reason = "an archive of newsarchive, not a source; name the folders beside it"
                yield Rejection(shown, None, reason)
                continue
            entered[entry.real] = entry.path
            try:
                stack += reversed(entry.entries())
            except OSError as error:
                yield Rejection(shown, None, f"folder cannot be read: {error.strerror or error}")


def display(path: Path) -> str:
    """Write a path so that it can be stored as UTF-8, even where its name is not."""
    return os.fsencode(path).decode(errors="backslashreplace")


def is_note(name: str) -> bool:
    """Whether a file's name says that it is a note about the folder."""
    return bool(_NOTES.fullmatch(name))

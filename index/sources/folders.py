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
    parent: _Folder | None

    def leads_back(self) -> _Folder | None:
        """Find the folder above this one that it is the same as."""
        above = self.parent
        while above and above.real != self.real:
            above = above.parent
        return above


def walk(paths: Iterable[Path]) -> Iterator[Path | Rejection]:
    """Yield the given files and the files of the given folders, each folder sorted by name.

    Skips hidden names, README and LICENSE notes, and the questions of an evaluation set.
    A folder is entered once: links that lead to it again come as Rejections.
    """
    entered: dict[str, Path] = {}
    for path in paths:
        if os.path.isdir(path):
            yield from _walk_folder(_Folder(path, os.path.realpath(path), None), entered)
        else:
            yield path


def display(path: Path) -> str:
    """Write a path so that it can be stored as UTF-8, even where its name is not."""
    return os.fsencode(path).decode(errors="backslashreplace")


def is_note(name: str) -> bool:
    """Whether a file's name says that it is a note about the folder."""
    return bool(_NOTES.fullmatch(name))


def _walk_folder(top: _Folder, entered: dict[str, Path]) -> Iterator[Path | Rejection]:
    # A stack, not recursion: folders can be nested deeper than Python recurses.
    stack: list[Path | _Folder] = [top]
    while stack:
        entry = stack.pop()
        if isinstance(entry, Path):
            yield entry
        elif reason := _entered_already(entry, entered):
            yield Rejection(display(entry.path), None, reason, unread=False)
        elif reason := _is_archive(entry):
            yield Rejection(display(entry.path), None, reason)
        else:
            entered[entry.real] = entry.path
            try:
                stack += reversed(_entries(entry))
            except OSError as error:
                reason = f"folder cannot be read: {error.strerror or error}"
                yield Rejection(display(entry.path), None, reason)


def _entered_already(folder: _Folder, entered: dict[str, Path]) -> str | None:
    if above := folder.leads_back():
        return f"directory loop: {display(folder.path)} points back at {display(above.path)}"
    if folder.real in entered:
        return f"the same folder as {display(entered[folder.real])}, which was read already"
    return None


def _is_archive(folder: _Folder) -> str | None:
    """Say that a folder is an archive of ours, as in ``newsarchive build .``: it holds no news."""
    inside = Path(folder.real)
    # Those of os.path tell what cannot be looked at as not there, and do not raise.
    if os.path.isdir(inside / "generations") and os.path.isfile(inside / "LOCK"):
        return "an archive of newsarchive, not a source; name the folders beside it"
    return None


def _entries(folder: _Folder) -> list[Path | _Folder]:
    with os.scandir(folder.path) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    names = {entry.name for entry in entries}
    skipped = _SET_QUESTIONS if _SET_ARTICLES in names else frozenset()
    inside: list[Path | _Folder] = []
    for entry in entries:
        if entry.name.startswith(".") or entry.name in skipped:
            continue
        if _is_folder(entry):
            inside.append(_Folder(Path(entry.path), os.path.realpath(entry.path), folder))
        elif not is_note(entry.name):
            inside.append(Path(entry.path))
    return inside


def _is_folder(entry: os.DirEntry[str]) -> bool:
    # Following a link may fail (a loop of links); os.path.isdir then says False, is_dir() raises.
    return os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir()

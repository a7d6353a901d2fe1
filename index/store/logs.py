"""When each source file was last changed as of its reading, to tell cheaply what changed since.

Kept beside the generations, because a build that finds nothing new writes no generation. A file
that a build read before it was killed counts as changed until the next.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson

from index.disk import put
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.types import Rejection, key_of

_Stamp = list[int]  # time of the last change in ns, bytes


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """Numbers of source files that were changed since they were read, and that are gone."""

    changed: int
    gone: int


class SourceTimes:
    """Notes the state of files as they are read."""

    def __init__(self, folder: ArchiveFolder) -> None:
        self._folder = folder
        self._read: dict[str, _Stamp] = {}
        self._seen: set[str] = set()

    def note(self, name: str) -> None:
        """Note a file by the name that its articles have, which may lead into a packed file."""
        if name not in self._seen:
            self._seen.add(name)
            file = _file_of(name)
            stamp = file and _stamp(file)
            if file and stamp:
                self._read.setdefault(str(file), stamp)

    def write(self, catalog: Catalog) -> None:
        """Store what was noted, for the files that the catalogue has articles of."""
        known = {str(file) for name in catalog.register.files() if (file := _file_of(name))}
        times = {**_load(self._folder.source_times), **self._read}
        kept = {file: stamp for file, stamp in times.items() if file in known}
        put(self._folder.source_times, [orjson.dumps({"files": kept, "checksum": _sum(kept)})])


def source_changes(folder: ArchiveFolder, files: Collection[str]) -> SourceChanges | None:
    """Compare the sources with what was read; None where that is not known."""
    times = _load(folder.source_times)
    if not times:
        return None
    gone = sum(1 for name in files if _is_local(name) and _file_of(name) is None)
    changed = sum(
        1 for file, stamp in times.items() if (now := _stamp(Path(file))) and now != stamp
    )
    return SourceChanges(changed, gone)


def _file_of(name: str) -> Path | None:
    """Find the file that an article's place is in: itself, or the packed one around it."""
    if not _is_local(name):
        return None
    path = Path(name)
    return next((p for p in (path, *path.parents) if os.path.isfile(p)), None)


def _is_local(name: str) -> bool:
    return os.path.isabs(name)


def _stamp(file: Path) -> _Stamp | None:
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return None
    return [found.st_mtime_ns, found.st_size]


def is_sound(path: Path) -> bool:
    """Whether the stored times are as they were written; True where there are none."""
    return not path.exists() or _read_times(path) is not None


def _load(path: Path) -> dict[str, _Stamp]:
    return _read_times(path) or {}


def _read_times(path: Path) -> dict[str, _Stamp] | None:
    try:
        found = orjson.loads(path.read_bytes())
        files: dict[str, _Stamp] = found.pop("files")
        return files if found == {"checksum": _sum(files)} else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _sum(files: dict[str, _Stamp]) -> str:
    return key_of(orjson.dumps(files, option=orjson.OPT_SORT_KEYS)).hex()


# What could not be read: ``rejected.jsonl`` in the archive folder, one JSON object a line.

_FIELDS = ("file", "line", "reason", "kept")


def write_rejected(path: Path, rejections: Iterable[Rejection]) -> None:
    """Write what a build could not read, in the place of what was rejected before."""
    told = ({name: getattr(one, name) for name in _FIELDS} for one in rejections)
    put(path, (orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in told))


def drop_reasons(path: Path, files: Collection[str], names: Collection[str]) -> None:
    """Drop the rejections of some files, and those whose reasons have one of the names."""
    if path.exists():
        lines = path.read_bytes().splitlines(keepends=True)
        sought = NamesToFind(names)
        put(path, (line for line in lines if not _may_tell(line, files, sought)))


def is_list_of_rejections(path: Path) -> bool:
    """Whether each line is a rejection; of a file that is not there too."""
    try:
        return all(
            set(_FIELDS) <= orjson.loads(line).keys() for line in path.read_bytes().splitlines()
        )
    except FileNotFoundError:
        return True
    except (OSError, ValueError, AttributeError):
        return False


class NamesToFind:
    """Names to be found in texts, thousands of them in the time of one."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)
        self._lengths = sorted({len(name) for name in names})
        self._shortest = min(self._lengths, default=1)
        self._starts = {name[: self._shortest] for name in names}

    def any_in(self, text: str) -> bool:
        """Whether one of the names stands in a text."""
        return any(
            text[at : at + length] in self._names
            for at in range(len(text))
            if text[at : at + self._shortest] in self._starts
            for length in self._lengths
        )


def _may_tell(line: bytes, files: Collection[str], names: NamesToFind) -> bool:
    try:
        found = orjson.loads(line)
        return found["file"] in files or names.any_in(found["reason"])
    except (ValueError, KeyError, TypeError):
        return True  # nobody knows what it says

"""What builds note beside the generations: when sources were last changed, and what was rejected.

``sources.json`` has the time of each source file's last change as of its reading, to tell cheaply
what changed since. A build that finds nothing new notes it too, and writes no generation. A file
that a build read before it was killed counts as changed until the next. ``rejected.jsonl`` has what
the last build could not read, one JSON object a line.
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
        times = {**(_read_times(self._folder.source_times) or {}), **self._read}
        kept = {file: stamp for file, stamp in times.items() if file in known}
        put(self._folder.source_times, [orjson.dumps({"files": kept, "checksum": _sum(kept)})])


def source_changes(folder: ArchiveFolder, files: Collection[str]) -> SourceChanges | None:
    """Compare the sources with what was read; None where that is not known."""
    times = _read_times(folder.source_times)
    if not times:
        return None
    now = {file: _stamp(Path(file)) for file in times}
    return SourceChanges(
        changed=sum(bool(now[file]) and now[file] != stamp for file, stamp in times.items()),
        gone=sum(os.path.isabs(name) and _file_of(name) is None for name in files),
    )


def is_sound(path: Path) -> bool:
    """Whether the stored times are as they were written; True where there are none."""
    return not path.exists() or _read_times(path) is not None


def _file_of(name: str) -> Path | None:
    """Find the file that an article's place is in: itself, or the packed one around it."""
    if not os.path.isabs(name):
        return None
    path = Path(name)
    return next((p for p in (path, *path.parents) if os.path.isfile(p)), None)


def _stamp(file: Path) -> _Stamp | None:
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return None
    return [found.st_mtime_ns, found.st_size]


def _read_times(path: Path) -> dict[str, _Stamp] | None:
    try:
        found = orjson.loads(path.read_bytes())
        files: dict[str, _Stamp] = found.pop("files")
        return files if found == {"checksum": _sum(files)} else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _sum(files: dict[str, _Stamp]) -> str:
    return key_of(orjson.dumps(files, option=orjson.OPT_SORT_KEYS)).hex()


# -- what was rejected ------------------------------------------------------------------------

_FIELDS = ("file", "line", "reason", "kept")


def write_rejected(path: Path, rejections: Iterable[Rejection]) -> None:
    """Write what a build could not read, in the place of what was rejected before."""
    told = ({name: getattr(one, name) for name in _FIELDS} for one in rejections)
    put(path, (orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in told))


def drop_reasons(path: Path, files: Collection[str], names: Collection[str]) -> None:
    """Drop the rejections of some files, and those whose reasons have one of the names."""
    if not path.exists():
        return
    sought = NamesToFind(names)
    kept = []
    for line in path.read_bytes().splitlines(keepends=True):
        try:
            found = orjson.loads(line)
            if found["file"] not in files and not sought.any_in(found["reason"]):
                kept.append(line)
        except (ValueError, KeyError, TypeError):
            pass  # dropped: nobody knows what it says
    put(path, kept)


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

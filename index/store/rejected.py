"""What could not be read: ``rejected.jsonl`` in the archive folder, one JSON object a line."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import orjson

from index.disk import put
from index.types import Rejection

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

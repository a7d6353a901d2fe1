"""What could not be read: ``rejected.jsonl`` in the archive folder, one JSON object a line."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, fields
from pathlib import Path

import orjson

from index.durable import put
from index.types import Rejection

_FIELDS = {field.name for field in fields(Rejection)}


def write_rejected(path: Path, rejections: Iterable[Rejection]) -> None:
    """Write what a build could not read, in the place of what was rejected before."""
    lines = (orjson.dumps(asdict(one), option=orjson.OPT_APPEND_NEWLINE) for one in rejections)
    put(path, lines)


def drop_reasons(path: Path, files: Collection[str], names: Collection[str]) -> None:
    """Drop the rejections of some files, and those whose reasons have one of the names."""
    if path.exists():
        lines = path.read_bytes().splitlines(keepends=True)
        put(path, (line for line in lines if not _may_tell(line, files, names)))


def is_list_of_rejections(path: Path) -> bool:
    """Whether each line is a rejection; of a file that is not there too."""
    try:
        return all(_FIELDS <= orjson.loads(line).keys() for line in path.read_bytes().splitlines())
    except FileNotFoundError:
        return True
    except (OSError, ValueError, AttributeError):
        return False


def _may_tell(line: bytes, files: Collection[str], names: Collection[str]) -> bool:
    try:
        found = orjson.loads(line)
        return found["file"] in files or any(name in found["reason"] for name in names)
    except (ValueError, KeyError, TypeError):
        return True  # nobody knows what it says

"""What a generation says of itself: how it was made, what it holds, a checksum of every file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from index.disk import content_sum
from index.settings import Settings

MANIFEST = "manifest.json"
CHROMA = "chroma/chroma.sqlite3"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself.

    ``erased`` tells a takedown from other builds: a key of what was to go. ``files`` are the
    checksums of the generation's files by their path in it.
    """

    generation: str
    format_version: int
    embedder: str
    dimension: int
    chunk_pieces: int
    created: str
    articles: int
    chunks: int
    erased: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    checksum: str | None = None

    @property
    def settings(self) -> Settings:
        """The settings that it was built with."""
        return Settings(embedder=self.embedder, chunk_pieces=self.chunk_pieces)

    @property
    def intact(self) -> bool:
        """Whether the manifest is as it was written; True for one without a checksum."""
        return self.checksum is None or self.checksum == _own_sum(asdict(self))

    def write(self, folder: Path) -> None:
        """Write it into a generation's folder, with its own checksum."""
        fields = asdict(self)
        fields["checksum"] = _own_sum(fields)
        (folder / MANIFEST).write_bytes(orjson.dumps(fields, option=orjson.OPT_INDENT_2))


def files_of(folder: Path) -> dict[str, Path]:
    """Files of a generation that hold something, by their path in it; not the manifest.

    Left out are locks, SQLite's journals, and what Chroma makes anew at each opening as long as
    it has never written its index.
    """
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name != MANIFEST
        and path.suffix != ".lock"
        and not path.name.endswith(("-journal", "-wal", "-shm"))
        and not _unwritten_index(path)
    }


def file_sums(folder: Path) -> dict[str, str]:
    """Checksums of a generation's files."""
    return {name: file_sum(path, name) for name, path in files_of(folder).items()}


def _unwritten_index(path: Path) -> bool:
    inside = path.parent.parent.name == "chroma"
    return inside and not (path.parent / "index_metadata.pickle").is_file()


def file_sum(path: Path, name: str) -> str:
    """Checksum of one file; ``name`` is its path in the generation.

    Chroma writes a row into its SQLite file whenever it is opened, for reading too, so of that
    file what its other tables hold is summed.
    """
    if name == CHROMA:
        return f"content:{content_sum(path)}"
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _own_sum(fields: Mapping[str, Any]) -> str:
    others = {name: value for name, value in fields.items() if name != "checksum"}
    return hashlib.sha256(orjson.dumps(others, option=orjson.OPT_SORT_KEYS)).hexdigest()

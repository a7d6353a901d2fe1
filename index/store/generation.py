"""One generation of an archive: its manifest, its files with their sums, a checked copy of it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from index.disk import content_sum, copy_whole, file_digest
from index.errors import ArchiveDamagedError, IndexMismatchError
from index.settings import FORMAT_VERSION, Settings

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


def _own_sum(fields: Mapping[str, Any]) -> str:
    others = {name: value for name, value in fields.items() if name != "checksum"}
    return hashlib.sha256(orjson.dumps(others, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True, slots=True)
class Generation:
    """Paths of one generation's files."""

    folder: Path

    @property
    def archive(self) -> Path:
        """The archive that it is a generation of."""
        return self.folder.parents[1]

    @property
    def catalog(self) -> Path:
        """Articles, families, chunks."""
        return self.folder / "catalog.sqlite"

    @property
    def chroma(self) -> Path:
        """Chunk vectors."""
        return self.folder / "chroma"

    @property
    def lexical(self) -> Path:
        """Words."""
        return self.folder / "lexical"

    @property
    def sentences(self) -> Path:
        """Sentence vectors."""
        return self.folder / "sentences.i8"

    @property
    def chunk_vectors(self) -> Path:
        """Chunk vectors for the next build to take over; nothing reads it that answers."""
        return self.folder / "chunks.f32"

    @property
    def manifest_path(self) -> Path:
        """What the generation says of itself."""
        return self.folder / MANIFEST

    def manifest(self) -> Manifest:
        """Read the manifest; raises ArchiveDamagedError or IndexMismatchError."""
        try:
            fields = orjson.loads(self.manifest_path.read_bytes())
            version = fields["format_version"]
            if version == FORMAT_VERSION:
                return Manifest(**fields)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArchiveDamagedError(
                f"{self.manifest_path} cannot be read ({error}); build anew with: "
                "newsarchive build --rebuild PATH…"
            ) from error
        raise IndexMismatchError(
            f"{self.folder} has format version {version} and this newsarchive reads "
            f"{FORMAT_VERSION}; build anew with: newsarchive build --rebuild PATH…"
        )

    def readable_manifest(self) -> Manifest | None:
        """Read the manifest; None where it cannot be read."""
        try:
            return self.manifest()
        except (ArchiveDamagedError, IndexMismatchError):
            return None

    def named_embedder(self) -> str | None:
        """Name of its embedder; None where the manifest cannot be read."""
        manifest = self.readable_manifest()
        return manifest.embedder if manifest else None

    def check_files(self) -> None:
        """Raise ArchiveDamagedError where a file is missing: Chroma and tantivy would make it."""
        files = (
            self.catalog, self.folder / CHROMA, self.lexical / "meta.json", self.sentences,
        )  # fmt: skip
        missing = [str(path.relative_to(self.folder)) for path in files if not path.is_file()]
        if missing:
            raise ArchiveDamagedError(
                f"{self.folder} lacks {', '.join(missing)}; build anew with: "
                "newsarchive build --rebuild PATH…"
            )

    def check_index(self) -> None:
        """Raise ArchiveDamagedError where a file that native code reads is not as it was written.

        Chroma ends the process on a damaged one, and tantivy panics. 0.13 s for 100 MB.
        """
        for name, expected in self.manifest().files.items():
            if name.startswith(("chroma/", "lexical/")) and name != CHROMA:
                path = self.folder / name
                if not path.is_file() or file_sum(path, name) != expected:
                    raise _damaged(self, name)


def files_of(folder: Path) -> dict[str, Path]:
    """Files of a generation that hold something, by their path in it; not the manifest.

    Left out are locks, SQLite's journals, and what Chroma makes anew at each opening as long as
    it has never written its index.
    """
    files = {}
    for path in sorted(folder.rglob("*")):
        of_index = path.parent.parent.name == "chroma"
        unwritten = of_index and not (path.parent / "index_metadata.pickle").is_file()
        passing = path.suffix == ".lock" or path.name.endswith(("-journal", "-wal", "-shm"))
        if path.is_file() and path.name != MANIFEST and not passing and not unwritten:
            files[path.relative_to(folder).as_posix()] = path
    return files


def file_sums(folder: Path) -> dict[str, str]:
    """Checksums of a generation's files."""
    return {name: file_sum(path, name) for name, path in files_of(folder).items()}


def file_sum(path: Path, name: str) -> str:
    """Checksum of one file; ``name`` is its path in the generation.

    Chroma writes a row into its SQLite file whenever it is opened, for reading too, so of that
    file what its other tables hold is summed.
    """
    if name == CHROMA:
        return f"content:{content_sum(path)}"
    return file_digest(path)


def copy_checked(source: Generation, target: Path, *, under: str = "") -> None:
    """Copy a generation and compare the copy with the checksums in its manifest.

    ``under`` limits it to the paths that begin so. Raises ArchiveDamagedError where a file is not
    as it was written: what is built on it would be damaged too, and no longer be told from what is
    whole.
    """
    sums = {n: own for n, own in source.manifest().files.items() if n.startswith(under)}
    files = {n: path for n, path in files_of(source.folder).items() if n.startswith(under)}
    for name, path in files.items():
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if name == CHROMA:
            # A reader may be opening it, and Chroma then writes a row into it.
            copy_whole(path, copy)
        else:
            shutil.copy2(path, copy)
    for name, expected in sums.items():
        if not (target / name).is_file() or file_sum(target / name, name) != expected:
            raise _damaged(source, name)


def _damaged(generation: Generation, name: str) -> ArchiveDamagedError:
    return ArchiveDamagedError(
        f"{generation.folder / name} is not as it was written; what to do says: "
        f"newsarchive check --archive {generation.archive} "
        "(a last resort is newsarchive build --rebuild PATH…)"
    )

"""The archive folder: generations, the name of the current one, and the writer's lock.

A generation is staged in ``generations/<name>.building`` and becomes readable by two renames: the
folder's, then that of CURRENT. A process that is killed at any moment leaves the old one in use.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

import orjson
from filelock import FileLock, Timeout

from index.errors import (
    ArchiveDamagedError,
    ArchiveLockedError,
    ArchiveNotFoundError,
    IndexMismatchError,
)
from index.settings import FORMAT_VERSION, Settings

_BUILDING = ".building"
_KEPT = 2  # the current generation and the one before it


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself."""

    generation: str
    format_version: int
    embedder: str
    dimension: int
    chunk_pieces: int
    created: str
    articles: int
    chunks: int

    @property
    def settings(self) -> Settings:
        """The settings that it was built with."""
        return Settings(embedder=self.embedder, chunk_pieces=self.chunk_pieces)


@dataclass(frozen=True, slots=True)
class Generation:
    """Paths of one generation's files."""

    folder: Path

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
        return self.folder / "manifest.json"

    def manifest(self) -> Manifest:
        """Read the manifest; raises ArchiveDamagedError or IndexMismatchError."""
        try:
            fields = orjson.loads(self.manifest_path.read_bytes())
            version = fields["format_version"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._unreadable_manifest(error) from error
        if version != FORMAT_VERSION:
            raise IndexMismatchError(
                f"{self.folder} has format version {version} and this newsarchive reads "
                f"{FORMAT_VERSION}; build anew with: newsarchive build --rebuild PATH…"
            )
        try:
            return Manifest(**fields)
        except TypeError as error:
            raise self._unreadable_manifest(error) from error

    def check_files(self) -> None:
        """Raise ArchiveDamagedError where a file is missing: Chroma and tantivy would make it."""
        files = (
            self.catalog,
            self.chroma / "chroma.sqlite3",
            self.lexical / "meta.json",
            self.sentences,
        )
        missing = [str(path.relative_to(self.folder)) for path in files if not path.is_file()]
        if missing:
            raise ArchiveDamagedError(
                f"{self.folder} lacks {', '.join(missing)}; build anew with: "
                "newsarchive build --rebuild PATH…"
            )

    def _unreadable_manifest(self, error: Exception) -> ArchiveDamagedError:
        return ArchiveDamagedError(
            f"{self.manifest_path} cannot be read ({error}); build anew with: "
            "newsarchive build --rebuild PATH…"
        )


class ArchiveFolder:
    """An archive on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._current = path / "CURRENT"
        self._generations = path / "generations"

    @property
    def rejected(self) -> Path:
        """What could not be read at the last build, one JSON object a line."""
        return self.path / "rejected.jsonl"

    @property
    def journal(self) -> Path:
        """Vectors of a build that has not ended."""
        return self.path / "embedding-journal.sqlite"

    def current_name(self) -> str | None:
        """Name of the generation in use, None before the first build."""
        try:
            return self._current.read_text("utf-8").strip() or None
        except (FileNotFoundError, NotADirectoryError):
            return None

    def current(self) -> Generation:
        """Return the generation in use; raises ArchiveNotFoundError before the first build."""
        name = self.current_name()
        if name is None:
            raise ArchiveNotFoundError(
                f"there is no archive in {self.path}; make one with: "
                f"newsarchive build --archive {self.path} PATH…"
            )
        return Generation(self._generations / name)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock; raises ArchiveLockedError where another process does.

        The lock is the kernel's, so one that was left by a dead process is no lock.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self._generations.mkdir(exist_ok=True)
        owner = self.path / "LOCK.owner"
        lock = FileLock(self.path / "LOCK")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            holder = owner.read_text("utf-8") if owner.exists() else "another process"
            raise ArchiveLockedError(
                f"{self.path} is being written by {holder}; try again when it has ended"
            ) from None
        try:
            owner.write_text(f"process {os.getpid()}", "utf-8")
            self._sweep()
            yield
        finally:
            owner.unlink(missing_ok=True)
            lock.release()

    def stage(self, *, copy_current: bool) -> Generation:
        """Make a folder to build the next generation in, a copy of the current one or empty."""
        folder = self._generations / f"{self._next_name()}{_BUILDING}"
        if copy_current:
            shutil.copytree(self.current().folder, folder)
        else:
            folder.mkdir()
        return Generation(folder)

    def publish(
        self, staged: Generation, settings: Settings, dimension: int, articles: int, chunks: int
    ) -> str:
        """Make a staged generation the current one and delete those no longer kept."""
        name = staged.folder.name.removesuffix(_BUILDING)
        manifest = Manifest(
            generation=name,
            format_version=FORMAT_VERSION,
            embedder=settings.embedder,
            dimension=dimension,
            chunk_pieces=settings.chunk_pieces,
            created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            articles=articles,
            chunks=chunks,
        )
        staged.manifest_path.write_bytes(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
        _sync_tree(staged.folder)
        staged.folder.rename(self._generations / name)
        _sync(self._generations)
        self._point_at(name)
        self._sweep()
        return name

    def _point_at(self, name: str) -> None:
        beside = self.path / "CURRENT.new"
        beside.write_text(name + "\n", "utf-8")
        _sync(beside)
        beside.replace(self._current)
        _sync(self.path)

    def _next_name(self) -> str:
        now = datetime.now(UTC)
        suffix = blake2b(f"{now.isoformat()} {os.getpid()}".encode(), digest_size=2).hexdigest()
        # To the microsecond: names tell the order, also of two builds within one second.
        return f"{now:%Y%m%dT%H%M%S%f}-{suffix}"

    def _sweep(self) -> None:
        """Delete unfinished generations and those before the last two."""
        current = self.current_name()
        finished = []
        for folder in sorted(self._generations.iterdir()):
            if folder.name.endswith(_BUILDING) or current is None or folder.name > current:
                shutil.rmtree(folder)
            else:
                finished.append(folder)
        for folder in finished[:-_KEPT]:
            if folder.name != current:
                shutil.rmtree(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_tree(folder: Path) -> None:
    for root, _, files in os.walk(folder):
        for name in files:
            _sync(Path(root) / name)
        _sync(Path(root))

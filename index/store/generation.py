"""One generation of an archive: its files, its manifest, a checked copy of it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import orjson

from index.disk import copy_whole
from index.errors import ArchiveDamagedError, IndexMismatchError
from index.settings import FORMAT_VERSION
from index.store.manifest import CHROMA, MANIFEST, Manifest, file_sum, files_of


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

    def named_embedder(self) -> str | None:
        """Name of its embedder; None where the manifest cannot be read."""
        try:
            return self.manifest().embedder
        except (ArchiveDamagedError, IndexMismatchError):
            return None

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

    def check_index(self) -> None:
        """Raise ArchiveDamagedError where a file that native code reads is not as it was written.

        Chroma ends the process on a damaged one, and tantivy panics. 0.13 s for 100 MB.
        """
        for name, expected in self.manifest().files.items():
            if name.startswith(("chroma/", "lexical/")) and name != CHROMA:
                path = self.folder / name
                if not path.is_file() or file_sum(path, name) != expected:
                    raise _damaged(path, self.folder.parents[1])

    def _unreadable_manifest(self, error: Exception) -> ArchiveDamagedError:
        return ArchiveDamagedError(
            f"{self.manifest_path} cannot be read ({error}); build anew with: "
            "newsarchive build --rebuild PATH…"
        )


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
            raise _damaged(source.folder / name, source.folder.parents[1])


def _damaged(path: Path, archive: Path) -> ArchiveDamagedError:
    return ArchiveDamagedError(
        f"{path} is not as it was written; what to do says: newsarchive check --archive {archive} "
        "(a last resort is newsarchive build --rebuild PATH…)"
    )

"""The archive folder: generations, the name of the current one, and the writer's lock.

A generation is staged in ``generations/<name>.building`` and becomes readable by two renames: the
folder's, then that of CURRENT. A process that is killed at any moment leaves the old one in use.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from index.disk import put, sync, sync_tree, write_failures
from index.errors import (
    ArchiveLockedError,
    ArchiveNotFoundError,
    RollbackError,
)
from index.models.kept import sweep_models
from index.settings import FORMAT_VERSION, Settings, StrPath
from index.store.generation import MANIFEST, Generation, Manifest, copy_checked, file_sums
from index.types import key_of

_BUILDING = ".building"
_NAMED = "%Y%m%dT%H%M%S%f"  # when a generation was begun
_GONE = ".gone"
# Names given before have no microseconds.
_GENERATION = re.compile(r"\d{8}T\d{6}(\d{6})?-[0-9a-f]{4}", re.ASCII)
_KEPT = 2  # the current generation and the one before it


class ArchiveFolder:
    """An archive on disk.

    Beside its generations stand ``rejected``, what could not be read at the last build, one JSON
    object a line; ``source_times``, when each source file had been changed as it was read; and
    ``journal``, the vectors of a build that has not ended.
    """

    def __init__(self, path: StrPath) -> None:
        self.path = Path(path)
        self._current = self.path / "CURRENT"
        self._forward = self.path / "FORWARD"
        self._generations = self.path / "generations"
        self.rejected = self.path / "rejected.jsonl"
        self.source_times = self.path / "sources.json"
        self.journal = self.path / "embedding-journal.sqlite"

    def drop_journal(self) -> None:
        """Delete the vectors of a build that has ended."""
        self.journal.unlink(missing_ok=True)
        # SQLite's own, where a process died in the middle of a write.
        self.journal.with_name(f"{self.journal.name}-journal").unlink(missing_ok=True)

    def current_name(self) -> str | None:
        """Name of the generation in use, None before the first build."""
        return _read_name(self._current)

    def current(self) -> Generation:
        """Return the generation in use; raises ArchiveNotFoundError before the first build."""
        name = self.current_name()
        if name is not None:
            return Generation(self._generations / name)
        if self.finished():
            raise ArchiveNotFoundError(
                f"{self._current} is missing and generations are there; put the newest in use "
                f"with: newsarchive rollback --archive {self.path}"
            )
        raise ArchiveNotFoundError(
            f"there is no archive in {self.path}; make one with: "
            f"newsarchive build --archive {self.path} PATH…"
        )

    def finished(self) -> list[Generation]:
        """Return the finished generations, oldest first."""
        try:
            return [Generation(f) for f in self._named() if (f / MANIFEST).is_file()]
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _named(self, *suffixes: str) -> list[Path]:
        """Folders that have the name of a generation, with one of the suffixes or else none.

        What else stands there is not ours: a file browser's notes, somebody's copy.
        """
        return [
            folder
            for folder in sorted(self._generations.iterdir())
            if folder.suffix in (suffixes or ("",))
            and _GENERATION.fullmatch(folder.stem)
            and folder.is_dir()
        ]

    def points_somewhere(self) -> bool:
        """Whether CURRENT names a finished generation."""
        name = self.current_name()
        return any(generation.folder.name == name for generation in self.finished())

    def forward_name(self) -> str | None:
        """Name of the generation that a rollback left and may return to, None if there is none."""
        name, current = _read_name(self._forward), self.current_name()
        return name if name and current and name > current else None

    @contextmanager
    def writing(self, *, wait: bool = False) -> Iterator[None]:
        """Hold the writer's lock.

        Raises ArchiveLockedError where another process does, unless it is to ``wait``. The lock is
        the kernel's, so one that was left by a dead process is no lock.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self._generations.mkdir(exist_ok=True)
        owner = self.path / "LOCK.owner"
        lock = FileLock(self.path / "LOCK")
        try:
            lock.acquire(timeout=-1 if wait else 0)
        except Timeout:
            holder = owner.read_text("utf-8", "replace") if owner.exists() else "another process"
            raise ArchiveLockedError(
                f"{self.path} is being written by {holder}; try again when it has ended, or wait "
                "for it with --wait"
            ) from None
        try:
            owner.write_text(f"process {os.getpid()}", "utf-8")
            finished = self.finished()
            if self.current_name() is None and finished:
                # As after a first build that was killed at its end; else the sweep would take a
                # whole archive for one that was never finished.
                self._point_at(finished[-1].folder.name)
            self._sweep()
            yield
        finally:
            with suppress(OSError):  # a full or read-only disk; another error is on its way
                owner.unlink(missing_ok=True)
            lock.release()

    def stage(self, *, copy_current: bool) -> Generation:
        """Make a folder to build the next generation in, a copy of the current one or empty.

        Raises ArchiveDamagedError where a file of the current one is not as it was written.
        """
        staged = Generation(self._generations / f"{self._next_name()}{_BUILDING}")
        try:
            with write_failures(self.path):
                staged.folder.mkdir()
                if copy_current:
                    copy_checked(self.current(), staged.folder)
        except BaseException:
            self.discard(staged)  # else what was copied keeps a full disk full
            raise
        return staged

    def discard(self, staged: Generation) -> None:
        """Delete a staged generation, as far as that is possible; the next writer does the rest."""
        shutil.rmtree(staged.folder, ignore_errors=True)

    def publish(
        self,
        staged: Generation,
        settings: Settings,
        dimension: int,
        articles: int,
        chunks: int,
        *,
        erased: str | None = None,
    ) -> str:
        """Make a staged generation the current one and delete those no longer kept.

        ``erased`` makes it a takedown, of which no older generation is kept.
        """
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
            erased=erased,
            files=file_sums(staged.folder),
        )
        manifest.write(staged.folder)
        sync_tree(staged.folder)
        staged.folder.rename(self._generations / name)
        sync(self._generations)
        self._point_at(name)
        self._sweep()
        return name

    def target(self, *, forward: bool) -> Generation:
        """Return the generation that a rollback leads to; raises RollbackError for none."""
        current, forward_name = self.current_name(), self.forward_name()
        names = [generation.folder.name for generation in self.finished()]
        if current is None or not self.points_somewhere():
            return Generation(self._generations / names[-1])
        if not forward:
            earlier = [name for name in names if name < current]
            if earlier:
                return Generation(self._generations / earlier[-1])
            if self._is_takedown(current):
                raise RollbackError(
                    f"generation {current} is a takedown, and the generations before it were "
                    "deleted with what was taken down"
                )
            raise RollbackError(
                f"no generation before {current} is kept; to get an earlier state, build from what "
                "stood there then: newsarchive build --rebuild PATH…"
            )
        if forward_name is None or forward_name not in names:
            raise RollbackError(
                f"{self.path} was not rolled back since its last build, so there is nothing newer"
            )
        return Generation(self._generations / forward_name)

    def put_back(self, target: Generation, *, forward: bool) -> None:
        """Make a finished generation the current one; a newer one is kept to return to."""
        self.source_times.unlink(missing_ok=True)  # they are of what the newest build has read
        if forward:
            self._point_at(target.folder.name)
            self._forward.unlink(missing_ok=True)
            return
        if self.points_somewhere():
            # Written first: the current generation's own name in it means nothing.
            newest = max(self.current_name() or "", self.forward_name() or "")
            _write_name(self._forward, newest)
        self._point_at(target.folder.name)

    def _point_at(self, name: str) -> None:
        _write_name(self._current, name)

    def _next_name(self) -> str:
        # To the microsecond: names tell the order, also of two builds within one second, and of
        # those before and after a clock was put back.
        now = datetime.now(UTC)
        taken = self._named("", _BUILDING, _GONE)
        newest = max((folder.name for folder in taken), default="")
        with suppress(ValueError):  # a name without microseconds
            last = datetime.strptime(newest.partition("-")[0], _NAMED).replace(tzinfo=UTC)
            now = max(now, last + timedelta(microseconds=1))
        suffix = key_of(f"{now.isoformat()} {os.getpid()}", 2).hex()
        return f"{now:{_NAMED}}-{suffix}"

    def _sweep(self) -> None:
        """Delete what no one needs any more.

        That is unfinished generations, those that never became current, all before a takedown,
        and else those before the last two.
        """
        for folder in self._named(_BUILDING, _GONE):
            shutil.rmtree(folder)
        current = self.current_name()
        if current is None or not self.points_somewhere():
            return  # which ones are needed is not known: CURRENT is damaged
        forward = self.forward_name()
        for folder in self._named():
            if folder.name > current and folder.name != forward:
                self._delete(folder)
        if forward is None:
            before = _read_name(self._forward)
            if before and before != current and _GENERATION.fullmatch(before):
                self._delete(self._generations / before)  # left behind by a rollback and a build
            self._forward.unlink(missing_ok=True)
        older = [folder for folder in self._named() if folder.name < current]
        kept = 0 if self._is_takedown(current) else _KEPT - 1
        for folder in older[: len(older) - kept]:
            self._delete(folder)
        generations = [Generation(folder) for folder in self._named()]
        sweep_models(self.path, [generation.manifest_path for generation in generations])

    def _is_takedown(self, name: str) -> bool:
        manifest = Generation(self._generations / name).readable_manifest()
        return manifest is not None and manifest.erased is not None

    def _delete(self, folder: Path) -> None:
        """Delete a generation at one moment: who opens it meanwhile finds all of it or nothing."""
        gone = folder.with_name(f"{folder.name}{_GONE}")
        with suppress(FileNotFoundError):
            folder.rename(gone)
            shutil.rmtree(gone)


def _write_name(path: Path, name: str) -> None:
    put(path, [f"{name}\n".encode()])


def _read_name(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "replace").strip() or None
    except (FileNotFoundError, NotADirectoryError):
        return None

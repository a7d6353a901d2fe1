"""Going back to the generation before, and forward again."""

from __future__ import annotations

from dataclasses import dataclass

from index.disk import write_failures
from index.settings import StrPath
from index.store.archive import ArchiveFolder
from index.store.generation import Generation
from index.store.stores import reading_catalog


@dataclass(frozen=True, slots=True)
class RollbackReport:
    """What a rollback did, as ids of articles.

    ``left`` is the generation that was in use, None where CURRENT named none. ``gone`` were in it
    and are no longer there, ``back`` are there again, ``changed`` are there as they were before.
    """

    generation: str
    left: str | None
    gone: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def rollback(archive: StrPath, *, forward: bool = False, wait: bool = False) -> RollbackReport:
    """Put the generation before in use, or with ``forward`` undo that until something is built.

    Where CURRENT is missing or damaged, the newest finished generation is put in use. Raises
    RollbackError where there is none to go to (none is kept from before a takedown),
    ArchiveLockedError, ArchiveWriteError and ArchiveNotFoundError as a build does.
    """
    folder = ArchiveFolder(archive)
    if not folder.finished():
        folder.current().manifest()  # raises
    with write_failures(folder.path):
        lost = not folder.points_somewhere()
        with folder.writing(wait=wait):
            if lost and folder.points_somewhere():  # having the lock has mended it
                return RollbackReport(folder.current().folder.name, None)
            target = folder.target(forward=forward)
            target.manifest()
            target.check_files()
            report = _compared(None if lost else folder.current(), target)
            folder.put_back(target, forward=forward)
            return report


def _compared(left: Generation | None, target: Generation) -> RollbackReport:
    if left is None:
        return RollbackReport(target.folder.name, None)
    before = _fingerprints(target)
    try:
        there = _fingerprints(left)
    except Exception:  # SQLite's own: what is damaged is what one goes back from
        return RollbackReport(target.folder.name, left.folder.name)
    return RollbackReport(
        generation=target.folder.name,
        left=left.folder.name,
        gone=tuple(sorted(there.keys() - before.keys())),
        back=tuple(sorted(before.keys() - there.keys())),
        changed=tuple(
            name for name in sorted(there.keys() & before.keys()) if there[name] != before[name]
        ),
    )


def _fingerprints(generation: Generation) -> dict[str, bytes]:
    with reading_catalog(generation) as catalog:
        return dict(catalog.register.fingerprints())

"""Build, add and remove: each stages the next generation, brings it up to date and publishes it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from index.build.admit import (
    Withdrawals,
    fuller_file,
    stands_for_unread,
    summaries_last,
    under_its_id,
)
from index.build.losses import (
    Held,
    Losses,
    Reading,
    carried,
    held_before,
    is_under,
    losses,
    present,
)
from index.build.merge import carry_chroma, carry_families
from index.build.takedown import Selection, forget, select
from index.build.writer import EmbeddingJournal, Stage, Store
from index.disk import write_failures
from index.errors import ArchiveDamagedError, IndexMismatchError, SourceError
from index.models.chunker import Chunker
from index.models.embedder import Embedder
from index.models.encode import encode
from index.models.kept import open_archive_embedder
from index.progress import Progress, Silent
from index.settings import Settings, StrPath, absolute
from index.sources import ReadOptions, Sources, given, local_paths, read_articles
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.store.generation import Generation
from index.store.logs import SourceTimes, write_rejected
from index.store.rows import EarlierVectors
from index.types import Rejection, SourcedArticle

_CUT_TOGETHER = 64  # articles: enough to keep all cores busy, few enough for the memory


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build, add or remove did. Counts are of articles unless they say chunks.

    ``kept`` are those that nobody could look for: what they stood in could not be read.
    """

    generation: str | None
    read: int = 0
    new: int = 0
    changed: int = 0
    removed: int = 0
    kept: int = 0
    unchanged: int = 0
    rejected: int = 0
    articles: int = 0
    copies: int = 0
    chunks: int = 0
    seconds: float = 0.0

    @property
    def touched(self) -> int:
        """Articles that differ from the generation before."""
        return self.new + self.changed + self.removed


def build_archive(
    archive: StrPath,
    sources: Sources,
    *,
    settings: Settings | None = None,
    rebuild: bool = False,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
    wait: bool = False,
    allow_loss: bool = False,
) -> BuildReport:
    """Make the archive hold what stands at ``sources`` now: new, changed and gone articles.

    Articles that came from elsewhere stay, and so does what a URL no longer shows or stood in a
    file that cannot be read now. ``rebuild`` starts from nothing. ``settings`` default to those of
    the archive. Raises ArchiveLockedError unless it is to ``wait`` for another writer,
    ArchiveWriteError for a full or read-only disk, IndexMismatchError where settings differ from
    the archive's, SourceError for a path that does not exist, and SourceLossError, unless it is to
    ``allow_loss``, where a path or a folder below it has lost all of its articles or most of many.
    """
    build = _Build(archive, settings, rebuild, progress, options, wait)
    return build.run(given(sources), drop_gone=True, allow_loss=allow_loss)


def add_articles(
    archive: StrPath,
    sources: Sources,
    *,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
    wait: bool = False,
) -> BuildReport:
    """Take in new and changed articles at ``sources`` and remove none; raises as a build does."""
    build = _Build(archive, None, False, progress, options, wait)
    return build.run(given(sources), drop_gone=False)


def remove_articles(
    archive: StrPath,
    wanted: str | Sequence[str] | Selection,
    *,
    progress: Progress | None = None,
    wait: bool = False,
) -> BuildReport:
    """Take articles down, by ids or by a Selection: no file of the archive has them any more.

    The generations before are deleted, so there is no way back. Raises SourceError where what was
    named is not in the archive, and as a build does. The takedown that the current generation is
    the result of may be asked for again: one that was killed at its very end is then completed.
    """
    if not isinstance(wanted, Selection):
        wanted = Selection(ids=wanted)
    return _Build(archive, None, False, progress, wait=wait).remove(wanted)


def reembed_archive(
    archive: StrPath,
    choose: Callable[[Settings], Settings],
    *,
    progress: Progress | None = None,
    wait: bool = False,
) -> BuildReport:
    """Embed all articles anew, with the settings that ``choose`` makes of the archive's.

    ``choose`` is called while the archive is locked, and may put a model into it.
    """
    return _Build(archive, None, False, progress, wait=wait).reembed(choose)


def stored_settings(folder: ArchiveFolder, *, or_default: bool) -> Settings:
    """Read the settings that an archive was built with; ``or_default`` where none can be read."""
    if folder.current_name() is None:
        return Settings()
    try:
        return folder.current().manifest().settings
    except (ArchiveDamagedError, IndexMismatchError):
        if or_default:
            return Settings()
        raise


class _Build:
    def __init__(
        self,
        archive: StrPath,
        settings: Settings | None,
        rebuild: bool,
        progress: Progress | None,
        options: ReadOptions | None = None,
        wait: bool = False,
    ) -> None:
        self._folder = ArchiveFolder(archive)
        self._wait = wait
        self._options = options or ReadOptions()
        self._given = settings
        self._rebuild = rebuild
        self._fresh = rebuild or self._folder.current_name() is None
        self._progress = progress or Silent()
        self._settings = self._choose_settings(settings)
        self._embedder: Embedder = open_archive_embedder(self._folder.path, self._settings.embedder)
        self._times = SourceTimes(self._folder)
        self._started = time.monotonic()

    def _choose_settings(self, settings: Settings | None) -> Settings:
        stored = stored_settings(self._folder, or_default=self._fresh)
        if settings is None or settings == stored or self._fresh:
            return settings or stored
        raise IndexMismatchError(
            f"{self._folder.path} was built with {stored} and not with {settings}; "
            "build anew with --rebuild, or leave the settings out"
        )

    def _recheck(self) -> None:
        """Another writer may have ended between looking and getting the lock."""
        if not self._rebuild:
            self._fresh = self._folder.current_name() is None
        settings = self._choose_settings(self._given)
        if settings != self._settings:
            self._settings = settings
            self._embedder = open_archive_embedder(self._folder.path, settings.embedder)

    @contextmanager
    def _staging(self) -> Iterator[Stage]:
        with write_failures(self._folder.path), self._folder.writing(wait=self._wait):
            self._recheck()
            stage = Stage(self._folder, fresh=self._fresh)
            try:
                with write_failures(self._folder.path):  # before a full disk has room again
                    yield stage
                if not stage.differs:
                    stage.discard()
            except Exception:
                stage.discard()
                raise
            finally:
                stage.close()

    def run(
        self, sources: Sequence[Path | str], *, drop_gone: bool, allow_loss: bool = False
    ) -> BuildReport:
        with self._staging() as stage:
            held = self._held(stage) if drop_gone else []
            there = present(sources, held, allowed=allow_loss) if drop_gone else sources
            reading, roots = Reading(), local_paths(sources) if drop_gone else []
            withdrawn = Withdrawals()
            report = self._read(there, stage, reading, roots, withdrawn, held)
            if drop_gone:
                held = [one for one in held if not withdrawn.cover(one[0])]  # they are no loss
                lost = losses(held, roots, reading, allowed=allow_loss)
                report = self._settle_losses(stage, held, lost, report)
            stage.settle_places()
            return self._finish(stage, report)

    def remove(self, wanted: Selection) -> BuildReport:
        self._folder.current()  # before the lock, which would make the folder
        with self._staging() as stage:
            try:
                gone = select(list(stage.catalog.register.entries()), wanted)
            except SourceError:
                if self._folder.current().manifest().erased != wanted.key:
                    raise
                return self._finish(stage, BuildReport(None))
            for entry in gone:
                stage.remove(entry.id)
            forget(self._folder, gone)
            return self._finish(stage, BuildReport(None, removed=len(gone)), wanted.key)

    def reembed(self, choose: Callable[[Settings], Settings]) -> BuildReport:
        self._folder.current()  # before the lock, which would make the folder
        with self._staging() as stage:
            self._settings = choose(stored_settings(self._folder, or_default=False))
            self._embedder = open_archive_embedder(self._folder.path, self._settings.embedder)
            stage.forget_vectors()
            return self._finish(stage, BuildReport(None))

    def _held(self, stage: Stage) -> list[Held]:
        """Articles that the archive has; a build from nothing asks the generation in use."""
        return held_before(self._folder) if self._fresh else list(stage.catalog.register.places())

    def _settle_losses(
        self, stage: Stage, held: Sequence[Held], lost: Losses, report: BuildReport
    ) -> BuildReport:
        """Remove what is gone; a build from nothing takes over what nobody could look for."""
        if not self._fresh:
            for article_id in lost.gone:
                stage.remove(article_id)
            removed = report.removed + len(lost.gone)
            return replace(report, removed=removed, kept=len(lost.unread))
        for item in carried(self._folder, lost.unread):
            stage.take_in(item)
        left = sum(stage.catalog.fingerprint(article_id) is None for article_id, _, _ in held)
        return replace(report, removed=report.removed + left, kept=len(lost.unread))

    def _read(
        self,
        sources: Sequence[Path | str],
        stage: Stage,
        reading: Reading,
        roots: Sequence[Path],
        withdrawn: Withdrawals,
        held: Sequence[Held],
    ) -> BuildReport:
        before = {one[0]: one for one in held} if self._fresh else {}
        states: dict[str, str] = {}
        rejections: list[Rejection] = []
        seen = reading.seen
        self._progress.step("reading", None)
        placed = [absolute(s) if isinstance(s, Path) else s for s in sources]
        for item in summaries_last(read_articles(placed, self._options)):
            reading.note(item)
            if isinstance(item, SourcedArticle) and stands_for_unread(
                item, stage.catalog, before, reading
            ):
                continue
            if isinstance(item, SourcedArticle) and (file := fuller_file(item, stage.catalog)):
                if item.article.id in seen:
                    item = Rejection(item.file, item.line, f"only a summary of what is in {file}")
                elif not any(is_under(Path(file), root) for root in roots):  # else it is gone
                    seen[item.article.id] = file
                    states[item.article.id] = "unchanged"
                    continue
            if isinstance(item, SourcedArticle):
                item = under_its_id(item, seen, stage.catalog)
            if isinstance(item, SourcedArticle) and withdrawn.cover(item.article.id):
                reason = f"the agency has withdrawn {item.article.id}"
                item = Rejection(item.file, item.line, reason)
            if isinstance(item, Rejection):
                withdrawn.note(item)
                rejections.append(item)
                continue
            seen[item.article.id] = item.file
            self._times.note(item.file)
            states[item.article.id] = stage.take_in(item)
            self._progress.advance(1)
        write_rejected(self._folder.rejected, rejections)
        taken_back = withdrawn.stored(stage.catalog.register)
        for one in taken_back:
            seen.pop(one, None)
            states.pop(one, None)
        counts = Counter(states.values())
        return BuildReport(
            None,
            read=len(seen),
            new=counts["new"],
            changed=counts["changed"],
            unchanged=counts["unchanged"],
            removed=sum(map(stage.withdraw, taken_back)),
            rejected=sum(not rejection.kept for rejection in rejections),
        )

    def _finish(self, stage: Stage, report: BuildReport, erased: str | None = None) -> BuildReport:
        name = self._index(stage, erased) if stage.differs else self._folder.current_name()
        self._times.write(stage.catalog)
        articles, copies, chunks = stage.catalog.counts()
        seconds = time.monotonic() - self._started
        return replace(
            report, generation=name, articles=articles, copies=copies, chunks=chunks,
            seconds=seconds,
        )  # fmt: skip

    def _index(self, stage: Stage, erased: str | None) -> str:
        journal = EmbeddingJournal(self._folder.journal, self._embedder.dimension)
        if self._rebuild and self._folder.current_name() is not None:
            carry_families(self._folder.current(), stage.catalog, self._settings)
        stage.settle_families()
        self._cut(stage.catalog)
        waiting = stage.catalog.unembedded_originals()
        self._progress.step("embedding", stage.catalog.count_chunks(waiting))
        earlier = self._earlier()
        store = Store(
            stage.generation, self._embedder.dimension, self._carried(stage.generation, earlier)
        )
        try:
            store.delete(stage.dropped_chunks)
            chunked = (stage.catalog.chunked(article_id) for article_id in waiting)
            advance = self._progress.advance
            known = None if earlier is None else earlier.get
            for encoded in encode(chunked, self._embedder, journal, advance, known):
                store.add(encoded, stage.catalog)
            store.flush()
            stage.catalog.commit()
            articles, _, chunks = stage.catalog.counts()
            store.check(chunks)
        finally:
            store.close()
            journal.close()
        stage.release()
        dimension = self._embedder.dimension
        if erased is not None:
            stage.compact(dimension)
        name = self._folder.publish(
            stage.generation, self._settings, dimension, articles, chunks, erased=erased
        )
        self._folder.drop_journal()
        return name

    def _earlier(self) -> EarlierVectors | None:
        """Vectors that the current generation has computed, whatever state it is in."""
        if self._folder.current_name() is None:
            return None
        current = self._folder.current()
        return EarlierVectors(current.chunk_vectors, current.sentences, self._embedder.dimension)

    def _carried(self, staged: Generation, earlier: EarlierVectors | None) -> dict[str, bytes]:
        if earlier is None or not self._fresh:
            return {}
        return carry_chroma(self._folder.current(), staged, self._settings, earlier)

    def _cut(self, catalog: Catalog) -> None:
        originals = catalog.unchunked_originals()
        chunker = Chunker(self._embedder, self._settings.chunk_pieces)
        self._progress.step("cutting", len(originals))
        for first in range(0, len(originals), _CUT_TOGETHER):
            found = [catalog.article(name) for name in originals[first : first + _CUT_TOGETHER]]
            for chunked in chunker.chunk_all([article for article in found if article]):
                own = catalog.own(chunked.article.id)
                catalog.put_chunks(chunked if own is None else chunker.only(chunked, own))
            self._progress.advance(len(found))

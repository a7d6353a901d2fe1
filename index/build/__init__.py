"""Build, add, remove, reembed: sources or ids come in, the archive's next generation comes out.

Each stages that generation, brings it up to date and publishes it. An article's way, as ``_Build``
goes it:

- read: ``index/sources`` yields articles, and rejections of what is none;
- admit: ``admit.py`` says which are stored, under which id;
- stage: ``Stage`` of ``writer.py`` puts them into the catalogue of the next generation, and takes
  out what ``losses.py`` finds to be gone from the sources, or ``takedown.py`` selects;
- families: ``index/families`` finds copies and versions, which are not embedded twice;
- chunk: ``index/models/chunker.py`` cuts at the ends of sentences;
- embed: ``index/models/encode.py``, but for what is known from before: from the generation in use
  (``index/store/rows.py``) or from a build that was killed (the journal of ``writer.py``);
- store: ``Store`` of ``writer.py`` writes to all indexes what ``merge.py`` has not carried over;
- publish: ``index/store/archive.py`` makes the generation the current one, by two renames.

Beside it stand ``rollback.py``, which goes back, and ``check.py`` with ``digest.py``, which tell
whether an archive is sound and what it holds.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from index.build.admit import Admission, Withdrawals, summaries_last
from index.build.losses import Held, Seen, carried, held_before, losses, present
from index.build.merge import carry_chroma, carry_families
from index.build.takedown import Selection, forget, select
from index.build.writer import EmbeddingJournal, Stage, Store
from index.disk import write_failures
from index.errors import ArchiveDamagedError, IndexMismatchError, SourceError
from index.models.chunker import Chunker
from index.models.encode import encode
from index.models.kept import open_archive_embedder
from index.progress import Progress, Silent
from index.settings import Settings, StrPath, absolute
from index.sources import ReadOptions, Sources, given, local_paths, read_articles
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.store.logs import SourceTimes, write_rejected
from index.store.rows import EarlierVectors

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
    said = _Options(
        settings=settings,
        rebuild=rebuild,
        reading=options or ReadOptions(),
        progress=progress or Silent(),
        wait=wait,
        drop_gone=True,
        allow_loss=allow_loss,
    )
    return _Build(archive, said).run(given(sources))


def add_articles(
    archive: StrPath,
    sources: Sources,
    *,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
    wait: bool = False,
) -> BuildReport:
    """Take in new and changed articles at ``sources`` and remove none; raises as a build does."""
    said = _Options(reading=options or ReadOptions(), progress=progress or Silent(), wait=wait)
    return _Build(archive, said).run(given(sources))


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
    return _Build(archive, _Options(progress=progress or Silent(), wait=wait)).remove(wanted)


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
    return _Build(archive, _Options(progress=progress or Silent(), wait=wait)).reembed(choose)


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


@dataclass(frozen=True, slots=True)
class _Options:
    """What whoever asked for a build has said of it."""

    settings: Settings | None = None  # None: those of the archive
    rebuild: bool = False
    reading: ReadOptions = ReadOptions()
    progress: Progress = Silent()
    wait: bool = False
    drop_gone: bool = False
    allow_loss: bool = False


class _Build:
    """One build, addition, takedown or embedding anew, from the lock to the report."""

    def __init__(self, archive: StrPath, options: _Options) -> None:
        self._folder = ArchiveFolder(archive)
        self._options = options
        self._times = SourceTimes(self._folder)
        self._started = time.monotonic()
        self._choose()  # what cannot be is told before anything is locked or made

    def _choose(self) -> None:
        """Choose by the generation in use: whether to start from nothing, and the settings."""
        self._found = self._folder.current_name()
        self._fresh = self._options.rebuild or self._found is None
        stored = stored_settings(self._folder, or_default=self._fresh)
        self._settings = self._options.settings or stored
        if self._settings != stored and not self._fresh:
            raise IndexMismatchError(
                f"{self._folder.path} was built with {stored} and not with {self._settings}; "
                "build anew with --rebuild, or leave the settings out"
            )
        self._embedder = open_archive_embedder(self._folder.path, self._settings.embedder)

    @contextmanager
    def _staging(self) -> Iterator[Stage]:
        """Hold the lock and a staged generation, which is deleted where nothing comes of it."""
        with write_failures(self._folder.path), self._folder.writing(wait=self._options.wait):
            if self._folder.current_name() != self._found:
                self._choose()  # another writer has ended between looking and getting the lock
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
                stage.catalog.close()

    def run(self, sources: Sequence[Path | str]) -> BuildReport:
        """Take in what stands at the sources; unless it is to add, drop what no longer does."""
        options, held, roots = self._options, list[Held](), list[Path]()
        with self._staging() as stage:
            if options.drop_gone:
                # A build from nothing asks the generation in use what there was: losses.py.
                register = stage.catalog.register
                held = held_before(self._folder) if self._fresh else list(register.places())
                roots = local_paths(sources)
                sources = present(sources, held, allowed=options.allow_loss)
            before = {one[0]: one for one in held} if self._fresh else {}
            admission = Admission(roots, before, Seen(), Withdrawals())
            report = self._read(sources, stage, admission)
            if options.drop_gone:
                # What was withdrawn is no loss.
                held = [one for one in held if not admission.withdrawn.cover(one[0])]
                lost = losses(held, roots, admission.seen, allowed=options.allow_loss)
                if self._fresh:
                    # It takes over what nobody could look for; the rest of before is removed.
                    for item in carried(self._folder, lost.unread):
                        stage.take_in(item)
                    removed = sum(stage.catalog.fingerprint(one[0]) is None for one in held)
                else:
                    for article_id in lost.gone:
                        stage.remove(article_id)
                    removed = len(lost.gone)
                removed += report.removed
                report = replace(report, removed=removed, kept=len(lost.unread))
            stage.settle_places()
            return self._finish(stage, report)

    def remove(self, wanted: Selection) -> BuildReport:
        """Take down what is selected."""
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
        """Embed anew, with other settings."""
        self._folder.current()  # before the lock, which would make the folder
        with self._staging() as stage:
            self._settings = choose(stored_settings(self._folder, or_default=False))
            self._embedder = open_archive_embedder(self._folder.path, self._settings.embedder)
            stage.forget_vectors()
            return self._finish(stage, BuildReport(None))

    def _read(
        self, sources: Sequence[Path | str], stage: Stage, admission: Admission
    ) -> BuildReport:
        """Read all sources, and stage the articles that are admitted; report on them."""
        progress, states = self._options.progress, admission.states
        progress.step("reading", None)
        placed = [absolute(s) if isinstance(s, Path) else s for s in sources]
        for item in summaries_last(read_articles(placed, self._options.reading)):  # index/sources
            admitted = admission.admit(item, stage.catalog)  # admit.py
            if admitted is not None:
                self._times.note(admitted.file)
                states[admitted.article.id] = stage.take_in(admitted)  # Stage of writer.py
                progress.advance(1)
        write_rejected(self._folder.rejected, admission.rejections)
        # A withdrawal may have been read after what it takes back, and may name what is stored.
        taken_back = admission.withdrawn.stored(stage.catalog.register)
        for one in taken_back:
            admission.seen.files.pop(one, None)
            states.pop(one, None)
        counts = Counter(states.values())
        return BuildReport(
            None,
            read=len(admission.seen.files),
            new=counts["new"],
            changed=counts["changed"],
            unchanged=counts["unchanged"],
            removed=sum(map(stage.withdraw, taken_back)),
            rejected=sum(not rejection.kept for rejection in admission.rejections),
        )

    def _finish(self, stage: Stage, report: BuildReport, erased: str | None = None) -> BuildReport:
        """Publish what differs; complete the report by what the archive now holds."""
        name = self._publish(stage, erased) if stage.differs else self._folder.current_name()
        self._times.write(stage.catalog)
        articles, copies, chunks = stage.catalog.counts()
        seconds = time.monotonic() - self._started
        return replace(
            report, generation=name, articles=articles, copies=copies, chunks=chunks,
            seconds=seconds,
        )  # fmt: skip

    def _publish(self, stage: Stage, erased: str | None) -> str:
        """Give the staged articles families, chunks and vectors, and put the generation in use.

        ``erased`` makes it a takedown.
        """
        dimension = self._embedder.dimension
        journal = EmbeddingJournal(self._folder.journal, dimension)
        if self._options.rebuild and self._folder.current_name() is not None:
            carry_families(self._folder.current(), stage.catalog, self._settings)  # merge.py
        stage.settle_families()  # index/families
        self._cut(stage.catalog)  # index/models/chunker.py
        articles, chunks = self._embed(stage, journal)  # index/models/encode.py, Store of writer.py
        stage.release()
        if erased is not None:
            stage.compact(dimension)  # merge.py: a copy without what was deleted
        name = self._folder.publish(  # index/store/archive.py
            stage.begun(), self._settings, dimension, articles, chunks, erased=erased
        )
        self._folder.drop_journal()
        return name

    def _cut(self, catalog: Catalog) -> None:
        """Cut the articles that have no chunks; of a copy what it alone says."""
        originals = catalog.unchunked_originals()
        chunker = Chunker(self._embedder, self._settings.chunk_pieces)
        self._options.progress.step("cutting", len(originals))
        for first in range(0, len(originals), _CUT_TOGETHER):
            found = [catalog.article(name) for name in originals[first : first + _CUT_TOGETHER]]
            for chunked in chunker.chunk_all([article for article in found if article]):
                own = catalog.own(chunked.article.id)
                catalog.put_chunks(chunked if own is None else chunker.only(chunked, own))
            self._options.progress.advance(len(found))

    def _embed(self, stage: Stage, journal: EmbeddingJournal) -> tuple[int, int]:
        """Embed and store the chunks that have no vectors; count all articles and chunks."""
        progress, dimension = self._options.progress, self._embedder.dimension
        staged = stage.begun()
        waiting = stage.catalog.unembedded_originals()
        progress.step("embedding", stage.catalog.count_chunks(waiting))
        earlier, held = None, {}
        if self._folder.current_name() is not None:  # and whatever state it is in
            current = self._folder.current()
            earlier = EarlierVectors(current.chunk_vectors, current.sentences, dimension)
            if self._fresh:
                held = carry_chroma(current, staged, self._settings, earlier)
        store = Store(staged, dimension, held)
        try:
            store.delete(stage.dropped_chunks)
            chunked = (stage.catalog.chunked(article_id) for article_id in waiting)
            known = None if earlier is None else earlier.get
            for encoded in encode(chunked, self._embedder, journal, progress.advance, known):
                store.add(encoded, stage.catalog)
            store.flush()
            stage.catalog.commit()
            articles, _, chunks = stage.catalog.counts()
            store.check(chunks)
        finally:
            store.close()
            journal.close()
        return articles, chunks

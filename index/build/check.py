"""Checking an archive from end to end: every file as it was written, all parts in agreement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.build.contents import problems
from index.build.digest import Digest, digest
from index.disk import broken
from index.errors import EmbedderError, NewsArchiveError
from index.models.kept import MEND, is_tuned, is_whole
from index.settings import StrPath
from index.store.archive import ArchiveFolder, Generation, Manifest
from index.store.logs import is_sound
from index.store.manifest import CHROMA, file_sum, files_of
from index.store.rejected import is_list_of_rejections

_SAMPLE = 8  # chunks that are embedded again; with the packaged model a second or two


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: the file, relative to the archive, the problem and what mends it."""

    file: str
    problem: str
    mend: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was checked and found; ``digest`` is None where there was damage before it."""

    generation: str | None
    articles: int
    chunks: int
    digest: Digest | None
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def check_archive(archive: StrPath, *, sample: int = _SAMPLE) -> CheckReport:
    """Check an archive; it may be in use, and a build may be running.

    ``sample`` chunks are embedded again and compared with their vectors. Raises
    ArchiveNotFoundError where there is no archive; whatever else is wrong is a Finding.
    """
    folder = ArchiveFolder(archive)
    while True:
        name = folder.current_name()
        report = _Check(folder, sample).report()
        if folder.current_name() == name:
            return report  # else a build has put another generation in its place meanwhile


class _Check:
    def __init__(self, folder: ArchiveFolder, sample: int) -> None:
        self._folder = folder
        self._sample = sample
        self._rollback = f"newsarchive rollback --archive {folder.path}"

    def report(self) -> CheckReport:
        finished = self._folder.finished()
        if not finished and self._folder.current_name() is None:
            self._folder.current()  # raises
        current = self._current()
        others = [generation for generation in finished if generation != current]
        findings = [*self._beside(), *self._models(finished)]
        older = [(generation, list(_file_problems(generation))) for generation in others]
        for generation, found in older:
            mend = "nothing now: it is kept for a rollback only, and goes with the builds to come"
            findings += [self._finding(generation, *problem, mend) for problem in found]
        if current is None:
            problem = "names no finished generation"
            mend = f"put the newest one in use: {self._rollback}" if finished else _rebuild()
            return self._ended([*findings, Finding("CURRENT", problem, mend)])
        whole = [g for g, found in older if not found and g.folder.name < current.folder.name]
        mend = f"{self._rollback}, or {_rebuild()}" if whole else _rebuild()
        damage = list(_file_problems(current))
        # Native code is not given files that are known to be damaged.
        damage = damage or list(self._contents(current))
        findings += [self._finding(current, *problem, mend) for problem in damage]
        return self._ended(findings, current, None if damage else digest(current))

    def _current(self) -> Generation | None:
        """Return the generation in use, whole or not; None where CURRENT names nothing."""
        name = self._folder.current_name()
        folders = {path.name for path in (self._folder.path / "generations").glob("*")}
        return self._folder.current() if name in folders else None

    def _ended(
        self,
        findings: list[Finding],
        current: Generation | None = None,
        found: Digest | None = None,
    ) -> CheckReport:
        manifest = None if current is None or found is None else current.manifest()
        return CheckReport(
            generation=None if current is None else current.folder.name,
            articles=manifest.articles if manifest else 0,
            chunks=manifest.chunks if manifest else 0,
            digest=found,
            findings=tuple(findings),
        )

    def _finding(self, generation: Generation, name: str, problem: str, mend: str) -> Finding:
        place = (generation.folder / name).relative_to(self._folder.path).as_posix()
        return Finding(place, problem, mend)

    def _beside(self) -> Iterator[Finding]:
        """Check what stands beside the generations."""
        if not is_list_of_rejections(self._folder.rejected):
            mend = "build or add again, which writes it anew; no answer rests on it"
            yield Finding(self._folder.rejected.name, "is damaged", mend)
        if not is_sound(self._folder.source_times):
            mend = "build or add again, which writes it anew; till then no change of a source shows"
            yield Finding(self._folder.source_times.name, "is damaged", mend)

    def _models(self, finished: Sequence[Generation]) -> Iterator[Finding]:
        """Check the models that generations name and the archive keeps."""
        named = {generation.named_embedder() for generation in finished}
        for name in sorted(filter(None, named)):
            if is_tuned(name) and not is_whole(self._folder.path, name):
                yield Finding(name, "is not as it was written", MEND)

    def _contents(self, generation: Generation) -> Iterator[tuple[str, str]]:
        try:
            yield from problems(generation, generation.manifest(), self._sample)
        except EmbedderError as error:
            yield "manifest.json", str(error)
        except Exception as error:  # each of the libraries raises its own
            yield "", f"cannot be read ({error})"


def _file_problems(generation: Generation) -> Iterator[tuple[str, str]]:
    try:
        manifest = generation.manifest()
    except NewsArchiveError as error:
        yield "manifest.json", str(error)
        return
    if not manifest.intact or manifest.generation != generation.folder.name:
        yield "manifest.json", "is not as it was written"
    elif not manifest.files:
        yield "manifest.json", "has no checksums: it is of an earlier version"
    else:
        yield from _sum_problems(generation, manifest)


def _sum_problems(generation: Generation, manifest: Manifest) -> Iterator[tuple[str, str]]:
    there = files_of(generation.folder)
    for name in sorted(manifest.files.keys() | there.keys()):
        if name not in there:
            yield name, "is missing"
        elif name not in manifest.files:
            yield name, "is no part of the generation"
        elif problem := _sum_problem(there[name], name, manifest.files[name]):
            yield name, problem


def _sum_problem(path: Path, name: str, expected: str) -> str | None:
    try:
        if file_sum(path, name) != expected:
            return "is not as it was written"
    except Exception as error:  # SQLite's, or the disk's
        return f"cannot be read ({error})"
    return broken(path) if name == CHROMA else None


def _rebuild() -> str:
    return "build anew: newsarchive build --rebuild PATH…"

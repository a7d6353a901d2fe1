"""What a build may take for gone: not what could not be read, and not most of a path at a blow.

``Seen`` is told of each item as it is read; when all are, ``losses`` compares it with what the
archive holds. Both look at nothing but what they are given, and at the folders that have lost
articles; the functions at the end ask the generation in use.

A copy that was cut short, an empty mount point or a path that was mistyped look like articles that
their publisher deleted. The next build would delete the last generation that had them too. Nor may
a folder below a path be empty at a blow, for other file systems are mounted and linked there.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from index.errors import SourceLossError
from index.settings import absolute
from index.sources.folders import display
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.store.generation import file_sum
from index.types import Rejection, SourcedArticle, Withdrawal

log = logging.getLogger("newsarchive")

_MOST = 0.5  # share of a path's articles
_MANY = 20  # articles; of fewer, more than half go on any ordinary day

Held = tuple[str, str, int | None]  # id, file and line of an article that the archive has


@dataclass
class Seen:
    """What a build has seen of its sources and what it could not see, as it tells what is gone.

    ``files`` maps ids of articles to the files that they were read from.
    """

    files: dict[str, str] = field(default_factory=dict)
    _unread: set[str] = field(default_factory=set)
    _unfit: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _last: dict[str, int] = field(default_factory=dict)
    _ends: dict[str, float] = field(default_factory=dict)  # known when all has been read

    def note(self, item: SourcedArticle | Rejection) -> None:
        """Note an item as it comes from its reader."""
        self._ends.clear()
        if isinstance(item, SourcedArticle):
            self._last[item.file] = max(item.line or 0, self._last.get(item.file, 0))
        elif isinstance(item, Withdrawal):
            pass  # the source has said what became of it
        elif item.leaves_unread:
            self._unread.add(item.file)
        elif item.line is not None and not item.kept:
            self._unfit[item.file].update(range(item.line, (item.last_line or item.line) + 1))

    def any_below(self, root: Path) -> bool:
        """Whether an article was read from a path."""
        return any(is_under(Path(file), root) for file in self._last)

    def folders(self) -> set[Path]:
        """Folders that articles were read from, and those above them."""
        return {folder for file in self._last for folder in Path(file).parents}

    def is_taken(self, file: str, line: int | None) -> bool:
        """Whether another article stands at a place: what stood there was edited, and not lost."""
        return (line or 0) <= self._last.get(file, -1)

    def left_unread(self, file: str, line: int | None) -> bool:
        """Whether an article may still stand where it stood: nobody could read that place."""
        if file in self._unread or any(str(above) in self._unread for above in Path(file).parents):
            return True
        unfit = self._unfit.get(file)
        if not unfit or line is None:
            return bool(unfit)
        if file not in self._ends:
            # Unfit lines that no article follows: from the first of them on it was cut short.
            last = self._last.get(file, 0)
            self._ends[file] = min((n for n in unfit if n > last), default=inf)
        return line in unfit or line >= self._ends[file]


@dataclass(frozen=True, slots=True)
class Losses:
    """Ids of articles that are gone from the paths, and those that nobody could look for."""

    gone: tuple[str, ...]
    unread: tuple[Held, ...]


def losses(held: Collection[Held], roots: Sequence[Path], seen: Seen, *, allowed: bool) -> Losses:
    """Tell what of ``held`` is no longer found below ``roots``.

    Raises SourceLossError, unless it is ``allowed``, where a root has none of its articles any
    more or would lose most of many, and where a folder below one would lose many and has none left.
    """
    gone, unread = [], []
    below: Counter[Path] = Counter()  # articles lost, by each folder below a root
    counts = {root: [0, 0] for root in roots}  # articles held, articles lost
    for article_id, file, line in held:
        inside = [root for root in roots if is_under(Path(file), root)]
        is_lost = False
        if inside and article_id not in seen.files:
            if seen.left_unread(file, line):
                unread.append((article_id, file, line))
            else:
                gone.append(article_id)
                is_lost = not seen.is_taken(file, line)
        for root in inside:
            counts[root][0] += 1
            counts[root][1] += is_lost
        if is_lost:
            below.update({folder for root in inside for folder in _between(Path(file), root)})
    if not allowed:
        for root, (before, lost) in counts.items():
            if lost == before > 0 and not seen.any_below(root):
                raise _refusal(f"{display(root)} {_state(root)}", before, lost)
            if lost >= _MANY and lost > _MOST * before:
                raise _refusal(f"most of what was in {display(root)} is gone", before, lost)
        _check_folders(below, held, seen)
    return Losses(tuple(gone), tuple(unread))


def _check_folders(lost: Mapping[Path, int], held: Collection[Held], seen: Seen) -> None:
    """Raise SourceLossError where folders have lost many articles and have none any more."""
    many = {folder for folder, count in lost.items() if count >= _MANY}
    emptied = many - seen.folders() if many else many
    topmost = [folder for folder in sorted(emptied) if emptied.isdisjoint(folder.parents)]
    if not topmost:
        return
    first = topmost[0]
    others = f" (one of {len(topmost)} such folders)" if len(topmost) > 1 else ""
    before = sum(is_under(Path(file), first) for _, file, _ in held)
    raise _refusal(f"{display(first)} {_state(first)}{others}", before, lost[first])


def _between(file: Path, root: Path) -> Iterator[Path]:
    """Folders that lead from a root to a file, both left out; a packed file counts as one."""
    for folder in file.parents:
        if folder == root or root not in folder.parents:
            break
        yield folder


def present(
    sources: Sequence[Path | str], held: Collection[Held], *, allowed: bool
) -> list[Path | str]:
    """Leave out the paths that are missing and that the archive has articles from.

    Raises SourceLossError for those unless it is ``allowed``; of others the reader complains.
    """
    there = []
    for source in sources:
        if isinstance(source, Path) and not source.exists():
            root = absolute(source)
            lost = sum(is_under(Path(file), root) for _, file, _ in held)
            if lost and not allowed:
                raise _refusal(f"{display(source)} does not exist", lost, lost)
            if lost:
                continue
        there.append(source)
    return there


def _state(root: Path) -> str:
    if not root.exists():
        return "does not exist"
    empty = root.is_dir() and not any(root.iterdir())
    return "is empty" if empty else "has no article any more"


def _refusal(problem: str, before: int, lost: int) -> SourceLossError:
    return SourceLossError(
        f"{problem}: {lost:,} of the {before:,} articles that the archive has from there would be "
        "removed, so nothing was changed; check the path and what is mounted there, and if they "
        "are to go, run the same command with --allow-loss"
    )


def is_under(file: Path, root: Path) -> bool:
    """Whether a file is the given one or in the given folder."""
    return file == root or root in file.parents


# What the archive held, for a build that starts from nothing and may be to mend it.


def held_before(folder: ArchiveFolder) -> list[Held]:
    """Articles of the generation in use; none where there is none, or its catalogue is damaged."""
    catalog = _sound_catalog(folder)
    if catalog is None:
        return []
    with closing(catalog):
        return list(catalog.register.places())


def carried(folder: ArchiveFolder, unread: Sequence[Held]) -> Iterator[SourcedArticle]:
    """Articles of the generation in use that nobody could look for, for one that starts anew."""
    catalog = _sound_catalog(folder) if unread else None
    if catalog is None:
        return
    with closing(catalog):
        for article_id, file, line in unread:
            article = catalog.article(article_id)
            if article is not None:
                yield SourcedArticle(article, file, line)


def _sound_catalog(folder: ArchiveFolder) -> Catalog | None:
    """Open the catalogue in use, if it is as it was written."""
    try:
        if folder.current_name() is None:
            return None
        current = folder.current()
        expected = current.manifest().files.get(current.catalog.name)
        if file_sum(current.catalog, current.catalog.name) != expected:
            return None
        return Catalog(current.catalog, read_only=True)
    except Exception as error:  # a broken manifest, the disk: a rebuild is what mends them
        log.info("what the archive held is not known: %s", error)
        return None

"""The archive that a set is asked of: the user's own, or a temporary one of the set's articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.build import build_archive
from index.disk import Scratch
from index.progress import Progress
from index.settings import Settings, StrPath
from rag.answer.answerer import Answerer
from rag.archive import Archive
from rag.evaluation.sets import ARTICLES, EvaluationSet, EvaluationSetError, Question

# Passages of a search. Ten articles are scored, and several passages may come of one.
DEPTH = 50


@contextmanager
def open_archive(
    evaluation_set: EvaluationSet,
    archive_dir: StrPath | None,
    settings: Settings | None = None,
    answerer: Answerer | None = None,
    progress: Progress | None = None,
    reranker: str | None = None,
) -> Iterator[Archive]:
    """Open the archive to ask; a temporary one is gone afterwards, however the block ends."""
    if archive_dir is not None:
        with Archive.open(archive_dir, answerer=answerer, reranker=reranker) as archive:
            yield archive
        return
    articles = evaluation_set.folder / ARTICLES
    with temporary_archive(articles, settings, answerer, progress, reranker) as archive:
        yield archive


@contextmanager
def temporary_archive(
    articles: Path,
    settings: Settings | None = None,
    answerer: Answerer | None = None,
    progress: Progress | None = None,
    reranker: str | None = None,
) -> Iterator[Archive]:
    """Build an archive of a file's articles, and delete it afterwards."""
    with Scratch() as folder:
        build_archive(folder, articles, settings=settings, progress=progress)
        with Archive.open(folder, answerer=answerer, reranker=reranker) as archive:
            yield archive


def count_missing(
    questions: Iterable[Question], archive: Archive, archive_dir: StrPath | None
) -> int:
    """Count gold articles that the archive does not hold; if it holds none, it is another's."""
    gold = {article for question in questions for article in question.gold}
    missing = sum(archive.article(article) is None for article in gold)
    if gold and missing == len(gold):
        place = archive_dir or "the archive that was built"
        raise EvaluationSetError(
            f"{place} holds none of the set's {len(gold)} gold articles; "
            f"build it from the set's {ARTICLES}, or leave the archive out"
        )
    return missing

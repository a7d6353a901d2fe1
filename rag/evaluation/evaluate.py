"""Ask an archive the questions of a set and score what it replies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import get_args

from index.build import build_archive
from index.disk import Scratch
from index.progress import Progress
from index.settings import Settings, StrPath
from rag.answer.support import Answerer
from rag.archive import Archive
from rag.evaluation.results import RANKINGS, STANDALONE, AskedQuestion, EvaluationReport, Result
from rag.evaluation.scoring import (
    RankedArticles,
    fold_space,
    meets,
    rank_articles,
    score_citations,
    score_rankings,
    score_short,
    stands_in,
)
from rag.evaluation.sets import ARTICLES, EvaluationSetError, Question, read_set
from rag.options import EVERYTHING, RetrievalOptions
from rag.retrieval.retriever import Ranking
from rag.types import Citation

# Passages of a search. Ten articles are scored, and several passages may come of one.
DEPTH = 50


@contextmanager
def open_archive(
    articles: Path,
    archive_dir: StrPath | None = None,
    *,
    settings: Settings | None = None,
    answerer: Answerer | None = None,
    progress: Progress | None = None,
    reranker: str | None = None,
) -> Iterator[Archive]:
    """Open the archive to ask; without ``archive_dir``, one that is built of ``articles``.

    It is built with ``settings`` and is gone afterwards, however the block ends.
    """
    given = None if archive_dir is None else nullcontext(archive_dir)
    with given or Scratch() as folder:
        if archive_dir is None:
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


def evaluate(
    set_dir: StrPath,
    *,
    archive_dir: StrPath | None = None,
    settings: Settings | None = None,
    answerer: Answerer | None = None,
    half: str | None = None,
    limit: int | None = None,
    progress: Progress | None = None,
    reranker: str | None = None,
) -> EvaluationReport:
    """Score a set's questions on an archive of its articles.

    The archive is built in a temporary folder, with ``settings``, unless ``archive_dir`` names
    one. ``half`` ("even", "odd") asks half of the questions, so that one half can be tuned on and
    the other reported; ``limit`` asks the first of them. ``progress`` is told of the steps of the
    build and of "asking"; ``reranker`` names a cross-encoder. A question that raises is a failure
    of that question alone. Raises EvaluationSetError for a set that cannot be used.
    """
    evaluation_set = read_set(set_dir, articles_needed=archive_dir is None)
    questions = evaluation_set.select(half, limit)
    with open_archive(
        evaluation_set.folder / ARTICLES,
        archive_dir,
        settings=settings,
        answerer=answerer,
        progress=progress,
        reranker=reranker,
    ) as archive:
        missing_gold = count_missing(questions, archive, archive_dir)
        holds = _quote_check(archive, evaluation_set.articles or {})
        if progress is not None:
            progress.step("asking", len(questions))
        # Loads the models, so that the first question's time is like the others'.
        _result(questions[0], archive, lambda citation: True)
        results = []
        for question in questions:
            results.append(_result(question, archive, holds))
            if progress is not None:
                progress.advance(1)
        status = archive.status()
        used = archive.reranker
    found = {r.question.id: r.rankings for r in results if r.question.for_retrieval}
    return EvaluationReport(
        set_name=evaluation_set.name,
        half=half,
        embedder=status.embedder,
        articles=status.articles,
        chunks=status.chunks,
        missing_gold=missing_gold,
        results=tuple(results),
        scores={
            name: score_rankings({id_: own[name] for id_, own in found.items() if name in own})
            for name in RANKINGS
        },
        reranker=None if used is None else used.name,
    )


def _result(question: Question, archive: Archive, holds: Callable[[Citation], bool]) -> Result:
    rankings: dict[str, RankedArticles] = {}
    try:
        for ranking in get_args(Ranking):
            rankings[ranking] = rank(question, archive, ranking)
        rankings[STANDALONE] = rankings["fused"]
        if question.standalone:
            alone = replace(question, question=question.standalone, history=())
            rankings[STANDALONE] = rank(alone, archive)
        return Result(question, rankings, _ask(question, archive, holds))
    except Exception as error:  # whatever one question meets, the others are still asked
        return Result(question, rankings, None, f"{type(error).__name__}: {error}")


def rank(
    question: Question,
    archive: Archive,
    ranking: Ranking = "fused",
    options: RetrievalOptions = EVERYTHING,
) -> RankedArticles:
    """Search for a question; raises what the search raises."""
    passages = archive.search(
        question.question,
        top_k=DEPTH,
        history=question.history,
        asked=question.asked,
        ranking=ranking,
        options=options,
    )
    return rank_articles(passages, question.gold)


def _ask(question: Question, archive: Archive, holds: Callable[[Citation], bool]) -> AskedQuestion:
    started = time.perf_counter()
    answer = archive.ask(question.question, history=question.history, asked=question.asked)
    ms = (time.perf_counter() - started) * 1000
    # Without the markers: [11] is not the number eleven.
    said = [answer.reason] if answer.refused else [s.text for s in answer.sentences]
    values = tuple(conflict.value for conflict in answer.conflicts)
    cited = [{c.article.id, *(article.id for article in c.also_in)} for c in answer.citations]
    return AskedQuestion(
        text=" ".join(said),
        form=answer.query.form,
        refused=answer.refused,
        verdict=meets(" ".join(said), question.must, question.must_not),
        first=meets(said[0], question.must, question.must_not),
        short=answer.short,
        short_scores=score_short(answer.short, question.short),
        conflicts=values,
        conflicts_met=sum(
            any(stands_in(each, value) for each in inner for value in values)
            for inner in question.conflict
        ),
        citations=score_citations(cited, question.gold),
        quotes=len(answer.citations),
        broken_quotes=tuple(c.quote for c in answer.citations if not holds(c)),
        read_gold=rank_articles(answer.passages, question.gold).gold_rank is not None,
        ms=ms,
    )


def _quote_check(archive: Archive, texts: Mapping[str, str]) -> Callable[[Citation], bool]:
    """Tell whether a quote stands in the stored article at its place, and in the set's own file.

    The file's text counts with white space folded, since cleaning folds it. Articles that are
    not in the set, and headlines, are held against the archive alone.
    """

    @lru_cache(maxsize=256)
    def folded(article_id: str) -> str:
        return fold_space(texts[article_id])

    def holds(citation: Citation) -> bool:
        stored = archive.article(citation.article.id)
        if stored is None or not citation.quote.strip():
            return False
        words = stored.text if citation.of == "text" else stored.title
        if words[citation.start : citation.end] != citation.quote:
            return False
        if citation.of == "title" or citation.article.id not in texts:
            return True
        return fold_space(citation.quote) in folded(citation.article.id)

    return holds

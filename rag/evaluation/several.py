"""Several sets in one run, and their questions taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rag.evaluation.results import EvaluationReport
from rag.evaluation.sets import A_SET, ARTICLES, QUESTIONS, EvaluationSetError

REWRITES = "rewrites.jsonl"
TOGETHER = "all sets together"


def find_sets(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Folders of sets: each folder that is one, else those right inside it that are, by name.

    Raises EvaluationSetError for a folder that is no set and holds none.
    """
    found: dict[Path, None] = {}
    for folder in folders:
        if _is_set(folder):
            found[folder] = None
            continue
        inside = [path for path in sorted(folder.iterdir()) if path.is_dir() and _is_set(path)]
        if not inside:
            raise EvaluationSetError(f"{folder} is no set and no folder of sets; {A_SET}")
        found.update(dict.fromkeys(inside))
    return tuple(found)


def has_follow_ups(folder: Path) -> bool:
    """Whether a set is one of follow-ups and their standalone forms."""
    return (folder / REWRITES).exists() and not (folder / QUESTIONS).exists()


def _is_set(folder: Path) -> bool:
    return any((folder / name).exists() for name in (ARTICLES, QUESTIONS, REWRITES))


def together(reports: Sequence[EvaluationReport]) -> EvaluationReport:
    """Pool the questions of several sets as one, each question with the weight of one."""
    return EvaluationReport(
        set_name=TOGETHER,
        half=reports[0].half,
        embedder=", ".join(dict.fromkeys(report.embedder for report in reports)),
        articles=sum(report.articles for report in reports),
        chunks=sum(report.chunks for report in reports),
        missing_gold=sum(report.missing_gold for report in reports),
        results=tuple(
            replace(result, question=replace(result.question, id=_pooled(report, id_)))
            for report in reports
            for result in report.results
            for id_ in (result.question.id,)
        ),
        scores={
            ranking: {
                _pooled(report, question): score
                for report in reports
                for question, score in report.scores.get(ranking, {}).items()
            }
            for ranking in reports[0].scores
        },
        reranker=reports[0].reranker,
    )


def _pooled(report: EvaluationReport, question_id: str) -> str:
    return f"{report.set_name}/{question_id}"

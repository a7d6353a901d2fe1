"""What each part of the retrieval is worth: all on, then one switched off at a time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from index.progress import Progress
from index.settings import Settings, StrPath
from rag.archive import Archive
from rag.evaluation.evaluate import count_missing, open_archive, rank
from rag.evaluation.report import caption, number, share, table
from rag.evaluation.results import TOGETHER
from rag.evaluation.scoring import (
    MEASURES,
    RankedArticles,
    mean,
    percentile,
    score_rankings,
)
from rag.evaluation.sets import ARTICLES, EvaluationSetError, Question, read_set
from rag.evaluation.significance import Comparison, Scores, against, tests_json
from rag.options import EVERYTHING, PARTS, RetrievalOptions

ALL_ON = "everything"


@dataclass(frozen=True, slots=True)
class AblationReport:
    """Retrieval with all parts and without each, over answerable questions with a gold article.

    ``scores`` are by row (``ALL_ON`` and the names of parts), question id and measure, ``ms`` the
    milliseconds of each search by row. ``errors`` are searches that raised; they score 0.
    """

    set_name: str
    half: str | None
    scores: Scores = field(repr=False)
    ms: Mapping[str, Sequence[float]] = field(repr=False)
    errors: int = 0

    @property
    def questions(self) -> int:
        """Number of questions searched."""
        return len(self.scores[ALL_ON])

    def retrieval(self, row: str = ALL_ON) -> dict[str, float | None]:
        """Mean of each measure."""
        own = self.scores[row].values()
        return {name: mean(score[name] for score in own) for name in MEASURES}

    def median_ms(self, row: str = ALL_ON) -> float | None:
        """Median of the milliseconds of a search."""
        return percentile(list(self.ms[row]), 0.5)

    def tests(self) -> dict[tuple[str, str], Comparison]:
        """Test each row against ``ALL_ON``, by row and measure; below 0 the part is of use."""
        return against(self.scores, ALL_ON, list(MEASURES))

    def as_json(self) -> dict[str, object]:
        """Give the report as what JSON can hold."""
        return {
            "set": self.set_name,
            "half": self.half,
            "questions": self.questions,
            "errors": self.errors,
            "retrieval": {row: self.retrieval(row) for row in self.scores},
            "ms_median": {row: self.median_ms(row) for row in self.scores},
            "against_everything": tests_json(self.tests()),
        }


def ablate(
    set_dir: StrPath,
    *,
    archive_dir: StrPath | None = None,
    settings: Settings | None = None,
    half: str | None = None,
    limit: int | None = None,
    progress: Progress | None = None,
    reranker: str | None = None,
) -> AblationReport:
    """Search a set's questions with everything on and with each part off; arguments as evaluate."""
    evaluation_set = read_set(set_dir, articles_needed=archive_dir is None)
    questions = [q for q in evaluation_set.select(half, limit) if q.for_retrieval]
    if not questions:
        raise EvaluationSetError(f"{set_dir} has no answerable question with gold articles to find")
    with open_archive(
        evaluation_set.folder / ARTICLES,
        archive_dir,
        settings=settings,
        progress=progress,
        reranker=reranker,
    ) as archive:
        count_missing(questions, archive, archive_dir)
        parts = [part for part in PARTS if part != "reranker" or archive.reranker is not None]
        rows = {ALL_ON: EVERYTHING, **{part: EVERYTHING.without(part) for part in parts}}
        if progress is not None:
            progress.step("searching", len(questions) * len(rows))
        found: dict[str, dict[str, RankedArticles]] = {row: {} for row in rows}
        ms: dict[str, list[float]] = {row: [] for row in rows}
        errors = 0
        _search(archive, questions[0], EVERYTHING)  # loads the model before anything is timed
        for question in questions:
            # One question after the other through all rows, so that a slow moment slows them alike.
            for row, options in rows.items():
                started = time.perf_counter()
                ranked = _search(archive, question, options)
                ms[row].append((time.perf_counter() - started) * 1000)
                errors += ranked is None
                found[row][question.id] = ranked or RankedArticles((), frozenset(question.gold))
                if progress is not None:
                    progress.advance(1)
    scores = {row: score_rankings(ranked) for row, ranked in found.items()}
    return AblationReport(evaluation_set.name, half, scores, ms, errors)


def _search(
    archive: Archive, question: Question, options: RetrievalOptions
) -> RankedArticles | None:
    try:
        return rank(question, archive, options=options)
    except Exception:  # whatever one question meets, the others are still searched
        return None


def pool_ablations(reports: Sequence[AblationReport], name: str) -> AblationReport:
    """Pool the questions of several sets as one."""
    rows = list(reports[0].scores)
    return AblationReport(
        set_name=name,
        half=reports[0].half,
        scores={
            row: {
                f"{report.set_name}/{question}": score
                for report in reports
                for question, score in report.scores[row].items()
            }
            for row in rows
        },
        ms={row: [value for report in reports for value in report.ms[row]] for row in rows},
        errors=sum(report.errors for report in reports),
    )


def print_ablations(reports: Sequence[AblationReport], console: Console) -> None:
    """Print each set's table, then that of all sets together, then what the parts are."""
    for report in reports:
        console.print(_table(report))
    if len(reports) > 1:
        console.print(_table(pool_ablations(reports, TOGETHER)))
    for part, means in PARTS.items():
        console.print(f"  {part}: {means}", highlight=False)


def _table(report: AblationReport) -> Table:
    half = f", {report.half} half" if report.half else ""
    rows = table(
        f"{escape(report.set_name)}{half}: {report.questions} questions, one part off at a time",
        "off",
        *MEASURES,
        "better",
        "worse",
        "ms",
    )
    tests = report.tests()
    rows.caption = caption(tests, ALL_ON) + (
        "\nbetter, worse: questions by nDCG@10; ms: median of a search"
    )
    if report.errors:
        rows.caption += f"\n[red]{report.errors} searches raised an error and count as 0[/red]"
    for row in report.scores:
        name, marks, better, worse = "nothing", [" "] * len(MEASURES), "", ""
        if row != ALL_ON:
            changed = tests[row, "nDCG@10"].difference
            name, marks = row, [tests[row, measure].mark for measure in MEASURES]
            better, worse = str(changed.better), str(changed.worse)
        shares = map(share, report.retrieval(row).values(), marks)
        rows.add_row(name, *shares, better, worse, number(report.median_ms(row)))
    return rows

"""An evaluation as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rag.evaluation.results import RANKINGS, EvaluationReport, Figures, Result, together
from rag.evaluation.scoring import MEASURES
from rag.evaluation.significance import LEVEL, Comparison

_LONGEST_ANSWER = 240  # characters
_PLAIN = ("fused", "words", "vectors")


def print_reports(
    reports: Sequence[EvaluationReport], console: Console, *, failures: int = 10
) -> None:
    """Print each set's tables, then those of all sets together and one line for each set."""
    for report in reports:
        print_report(report, console, failures=failures)
        console.print()
    if len(reports) < 2:
        return
    print_report(together(reports), console, failures=0)
    columns = ("hit@1", "hit@5", "recall@10", "accuracy", "direct", "refusal F1")
    rows = table("By set", "set", "n", *columns)
    for report in reports:
        found, overall = report.retrieval(), report.overall
        rows.add_row(
            escape(report.set_name),
            str(overall.questions),
            *(share(found[name]) for name in ("hit@1", "hit@5", "recall@10")),
            share(overall.accuracy),
            share(overall.direct),
            share(overall.refusal.f1),
        )
    console.print(rows)


def print_report(report: EvaluationReport, console: Console, *, failures: int = 10) -> None:
    """Print the tables, and the first ``failures`` questions that went wrong, with why."""
    overall = report.overall
    half = f", {report.half} half" if report.half else ""
    heading = (
        f"[bold]{escape(report.set_name)}[/bold]{half}: {overall.questions} questions, "
        f"{overall.answerable} answerable; {report.articles} articles, {report.chunks} chunks, "
        f"{escape(report.embedder)}"
    )
    if report.reranker:
        heading += f", reranked by {escape(report.reranker)}"
    if report.missing_gold:
        heading += f"\n[red]{report.missing_gold} gold articles are not in the archive[/red]"
    if overall.errors:
        heading += f"\n[red]{overall.errors} questions raised an error[/red]"
    console.print(heading)
    console.print(_retrieval(report))
    console.print(_answers(overall))
    console.print(_answers_by("kind", report.by_kind))
    if report.by_form:
        console.print(_answers_by("form", report.by_form))
    console.print(_retrieval_by_kind(report))
    shown = report.failures[: max(0, failures)]
    if shown:
        count = len(report.failures)
        console.print(f"[bold]Failed: {count} questions[/bold], {len(shown)} shown")
    for result in shown:
        console.print(_failure(result))


def _retrieval(report: EvaluationReport) -> Table:
    questions = len(report.question_scores("fused"))
    rows = table(f"Retrieval (articles), {questions} questions", "ranking", *MEASURES)
    tests = report.tests()
    rows.caption = caption(tests, "fused")
    for ranking in RANKINGS:
        marks = [tests[ranking, m].mark if ranking != "fused" else " " for m in MEASURES]
        rows.add_row(ranking, *map(share, report.retrieval(ranking).values(), marks))
    return rows


def _answers(overall: Figures) -> Table:
    unjudged = overall.answerable - overall.judged
    beside = f" ({unjudged} answerable ones have no expected words)" if unjudged else ""
    refusal = overall.refusal
    verbatim = "–" if overall.verbatim is None else "100%"
    if overall.verbatim is not None and overall.verbatim < 1:
        # Anything below 1 is a defect, and never rounded up to 1.
        verbatim = f"[red]{min(overall.verbatim, 0.9999):.2%}[/red]"
    rows = table("Answers", "figure", "value")
    for name, value in (
        (f"accuracy, of {overall.judged} answerable{beside}", share(overall.accuracy)),
        ("direct: right by the first sentence alone", share(overall.direct)),
        (f"short answer, exact match, of {overall.with_short}", share(overall.short_exact)),
        ("short answer, word F1", share(overall.short_f1)),
        (f"conflict recall, of {overall.conflicts} values", share(overall.conflict_recall)),
        (f"form understood, of {overall.with_form}", share(overall.form_understood)),
        ("refusal precision", share(refusal.precision)),
        ("refusal recall", share(refusal.recall)),
        ("refusal F1", share(refusal.f1)),
        ("answerable that were refused", share(refusal.false_rate)),
        ("citation precision", share(overall.citation_precision)),
        ("citation recall", share(overall.citation_recall)),
        (f"quotes word for word, of {overall.quotes}", verbatim),
        ("words an answer", number(overall.words)),
        ("ms an answer, median", number(overall.ms_median)),
        ("ms an answer, p95", number(overall.ms_p95)),
    ):
        rows.add_row(name, value)
    return rows


def _answers_by(by: str, groups: Mapping[str, Figures]) -> Table:
    figures = "accuracy direct exact F1 conflict understood refused ms".split()
    rows = table(f"Answers by {by}", by, "n", *figures)
    for name, own in groups.items():
        refused = own.refusal.false_rate if own.answerable else own.refusal.recall
        short = own.short_exact, own.short_f1
        shares = own.accuracy, own.direct, *short, own.conflict_recall, own.form_understood, refused
        rows.add_row(escape(name), str(own.questions), *map(share, shares), number(own.ms_median))
    return rows


def _retrieval_by_kind(report: EvaluationReport) -> Table:
    shown = ("hit@1", "recall@10")
    columns = [f"{measure} {ranking}" for measure in shown for ranking in _PLAIN]
    rows = table("Retrieval by kind", "kind", "n", *columns)
    for kind in report.by_kind:
        count = len(report.question_scores("fused", kind))
        if count:
            means = {ranking: report.retrieval(ranking, kind) for ranking in _PLAIN}
            cells = [share(means[ranking][name]) for name in shown for ranking in _PLAIN]
            rows.add_row(escape(kind), str(count), *cells)
    return rows


def _failure(result: Result) -> str:
    question = result.question
    asked = f"{question.kind}: {question.question}"
    lines = [f"[bold]{escape(question.id)}[/bold] {escape(asked)}"]
    lines += [f"  [red]{escape(fault)}[/red]" for fault in result.faults]
    if result.answer is not None and not result.refused:
        said = result.answer.text
        if len(said) > _LONGEST_ANSWER:
            said = said[: _LONGEST_ANSWER - 1] + "…"
        lines.append(f"  said: {escape(said)}")
    return "\n".join(lines)


# -- what tables of other evaluations share -----------------------------------------------------


def table(title: str, first: str, *others: str) -> Table:
    """Begin a table; all columns but the first hold figures."""
    made = Table(title=title, title_justify="left", title_style="bold", caption_justify="left")
    made.add_column(first, no_wrap=True)
    for name in others:
        made.add_column(name, justify="right")
    return made


def share(value: float | None, mark: str = "") -> str:
    """Show a share or a score in [0, 1]; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}{mark}"


def number(value: float | None) -> str:
    """Show a count or milliseconds."""
    return "–" if value is None else f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def caption(tests: Mapping[tuple[str, str], Comparison], reference: str) -> str:
    """Say what the marks of a table mean, or that nothing in it differs by more than chance."""
    how = f"paired randomization test, corrected for {len(tests)} comparisons"
    if any(test.significant for test in tests.values()):
        return f"▲ above {reference}, ▼ below it, p < {LEVEL} ({how})"
    return f"no row differs from {reference} by more than chance (p < {LEVEL}, {how})"

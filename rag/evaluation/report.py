"""An evaluation as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rag.evaluation.results import RANKINGS, EvaluationReport, Figures, Result, together
from rag.evaluation.scoring import MEASURES
from rag.evaluation.significance import LEVEL, Comparison

# Cells of tables for a terminal.


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


def verbatim(value: float | None) -> str:
    """Show a share of which anything below 1 is a defect, and never round it up to 1."""
    if value is None or value == 1:
        return "–" if value is None else "100%"
    return f"[red]{min(value, 0.9999):.2%}[/red]"


def number(value: float | None) -> str:
    """Show a count or milliseconds."""
    return "–" if value is None else f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def caption(tests: Mapping[tuple[str, str], Comparison], reference: str) -> str:
    """Say what the marks of a table mean, or that nothing in it differs by more than chance."""
    how = f"paired randomization test, corrected for {len(tests)} comparisons"
    if any(test.significant for test in tests.values()):
        return f"▲ above {reference}, ▼ below it, p < {LEVEL} ({how})"
    return f"no row differs from {reference} by more than chance (p < {LEVEL}, {how})"


_LONGEST_ANSWER = 240
_PLAIN = ("fused", "words", "vectors")


def print_report(report: EvaluationReport, console: Console, *, failures: int = 10) -> None:
    """Print the tables, and the first ``failures`` questions that went wrong, with why."""
    console.print(_heading(report))
    console.print(_retrieval(report))
    console.print(_answers(report.overall))
    console.print(_kinds(report))
    console.print(_retrieval_by_kind(report))
    _print_failures(report, console, failures)


def print_reports(
    reports: Sequence[EvaluationReport], console: Console, *, failures: int = 10
) -> None:
    """Print each set's tables, then those of all sets together and one line for each set."""
    for report in reports:
        print_report(report, console, failures=failures)
        console.print()
    if len(reports) > 1:
        print_report(together(reports), console, failures=0)
        console.print(_sets(reports))


def _heading(report: EvaluationReport) -> str:
    overall = report.overall
    half = f", {report.half} half" if report.half else ""
    line = (
        f"[bold]{escape(report.set_name)}[/bold]{half}: {overall.questions} questions, "
        f"{overall.answerable} answerable; {report.articles} articles, {report.chunks} chunks, "
        f"{escape(report.embedder)}"
    )
    if report.reranker:
        line += f", reranked by {escape(report.reranker)}"
    if report.missing_gold:
        line += f"\n[red]{report.missing_gold} gold articles are not in the archive[/red]"
    if overall.errors:
        line += f"\n[red]{overall.errors} questions raised an error[/red]"
    return line


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
    rows = table("Answers", "figure", "value")
    for name, value in (
        (f"accuracy, of {overall.judged} answerable{beside}", share(overall.accuracy)),
        ("refusal precision", share(refusal.precision)),
        ("refusal recall", share(refusal.recall)),
        ("refusal F1", share(refusal.f1)),
        ("answerable that were refused", share(refusal.false_rate)),
        ("citation precision", share(overall.citation_precision)),
        ("citation recall", share(overall.citation_recall)),
        (f"quotes word for word, of {overall.quotes}", verbatim(overall.verbatim)),
        ("words an answer", number(overall.words)),
        ("ms an answer, median", number(overall.ms_median)),
        ("ms an answer, p95", number(overall.ms_p95)),
    ):
        rows.add_row(name, value)
    return rows


def _kinds(report: EvaluationReport) -> Table:
    rows = table("Answers by kind", "kind", "n", "accuracy", "refused", "ms")
    for kind, own in report.by_kind.items():
        refused = own.refusal.false_rate if own.answerable else own.refusal.recall
        rows.add_row(
            escape(kind),
            str(own.questions),
            share(own.accuracy),
            share(refused),
            number(own.ms_median),
        )
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


def _sets(reports: Sequence[EvaluationReport]) -> Table:
    rows = table("By set", "set", "n", "hit@1", "hit@5", "recall@10", "accuracy", "refusal F1")
    for report in reports:
        found, overall = report.retrieval(), report.overall
        rows.add_row(
            escape(report.set_name),
            str(overall.questions),
            *(share(found[name]) for name in ("hit@1", "hit@5", "recall@10")),
            share(overall.accuracy),
            share(overall.refusal.f1),
        )
    return rows


def _print_failures(report: EvaluationReport, console: Console, limit: int) -> None:
    failed = report.failures
    shown = failed[: max(0, limit)]
    if not shown:
        return
    console.print(f"[bold]Failed: {len(failed)} questions[/bold], {len(shown)} shown")
    for result in shown:
        console.print(_failure(result))


def _failure(result: Result) -> str:
    question = result.question
    asked = f"{question.kind}: {question.question}"
    lines = [f"[bold]{escape(question.id)}[/bold] {escape(asked)}"]
    lines += [f"  [red]{escape(fault)}[/red]" for fault in result.faults]
    if result.answer is not None and not result.refused:
        lines.append(f"  said: {escape(_shortened(result.answer.text))}")
    return "\n".join(lines)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_ANSWER else text[: _LONGEST_ANSWER - 1] + "…"

"""An evaluation as tables for a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rag.evaluation.ranking import MEASURES
from rag.evaluation.results import RANKINGS, EvaluationReport, Figures, Result

_LONGEST_ANSWER = 240


def print_report(report: EvaluationReport, console: Console, *, failures: int = 10) -> None:
    """Print the tables, and the first ``failures`` questions that went wrong, with why."""
    console.print(_heading(report))
    console.print(_retrieval(report))
    console.print(_answers(report.overall))
    console.print(_kinds(report))
    _print_failures(report, console, failures)


def _heading(report: EvaluationReport) -> str:
    overall = report.overall
    half = f", {report.half} half" if report.half else ""
    line = (
        f"[bold]{escape(report.set_name)}[/bold]{half}: {overall.questions} questions, "
        f"{overall.answerable} answerable; {report.articles} articles, {report.chunks} chunks, "
        f"{escape(report.embedder)}"
    )
    if report.missing_gold:
        line += f"\n[red]{report.missing_gold} gold articles are not in the archive[/red]"
    if overall.errors:
        line += f"\n[red]{overall.errors} questions raised an error[/red]"
    return line


def _retrieval(report: EvaluationReport) -> Table:
    table = _table("Retrieval (articles)", "ranking", *MEASURES)
    for ranking in RANKINGS:
        table.add_row(ranking, *map(_share, report.retrieval(ranking).values()))
    return table


def _answers(overall: Figures) -> Table:
    unjudged = overall.answerable - overall.judged
    beside = f" ({unjudged} answerable ones have no expected words)" if unjudged else ""
    refusal = overall.refusal
    table = _table("Answers", "figure", "value")
    for name, value in (
        (f"accuracy, of {overall.judged} answerable{beside}", _share(overall.accuracy)),
        ("refusal precision", _share(refusal.precision)),
        ("refusal recall", _share(refusal.recall)),
        ("refusal F1", _share(refusal.f1)),
        ("answerable that were refused", _share(refusal.false_rate)),
        ("citation precision", _share(overall.citation_precision)),
        ("citation recall", _share(overall.citation_recall)),
        (f"quotes word for word, of {overall.quotes}", _verbatim(overall.verbatim)),
        ("words an answer", _number(overall.words)),
        ("ms an answer, median", _number(overall.ms_median)),
        ("ms an answer, p95", _number(overall.ms_p95)),
    ):
        table.add_row(name, value)
    return table


def _kinds(report: EvaluationReport) -> Table:
    table = _table(
        "By kind", "kind", "n", "hit@1", "hit@5", "recall@10", "accuracy", "refused", "ms"
    )
    for kind, own in report.by_kind.items():
        retrieval = report.retrieval(kind=kind)
        refused = own.refusal.false_rate if own.answerable else own.refusal.recall
        table.add_row(
            escape(kind),
            str(own.questions),
            *(_share(retrieval[name]) for name in ("hit@1", "hit@5", "recall@10")),
            _share(own.accuracy),
            _share(refused),
            _number(own.ms_median),
        )
    return table


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
    lines = [f"[bold]{escape(question.id)}[/bold] {question.kind}: {escape(question.question)}"]
    lines += [f"  [red]{escape(fault)}[/red]" for fault in result.faults]
    if result.answer is not None and not result.refused:
        lines.append(f"  said: {escape(_shortened(result.answer.text))}")
    return "\n".join(lines)


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _verbatim(value: float | None) -> str:
    """Show a share of which anything below 1 is a defect, and never round it up to 1."""
    if value is None or value == 1:
        return "–" if value is None else "100%"
    return f"[red]{min(value, 0.9999):.2%}[/red]"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_ANSWER else text[: _LONGEST_ANSWER - 1] + "…"

"""An ablation as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rag.evaluation.ablation import ALL_ON, AblationReport, pool_ablations
from rag.evaluation.ranking import MEASURES
from rag.evaluation.several import TOGETHER
from rag.evaluation.tables import caption, number, share, table
from rag.options import PARTS


def print_ablations(reports: Sequence[AblationReport], console: Console) -> None:
    """Print each set's table, then that of all sets together, then what the parts are."""
    for report in reports:
        console.print(_ablation(report))
    if len(reports) > 1:
        console.print(_ablation(pool_ablations(reports, TOGETHER)))
    for part, means in PARTS.items():
        console.print(f"  {part}: {means}", highlight=False)


def _ablation(report: AblationReport) -> Table:
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
    rows.add_row("nothing", *_means(report, ALL_ON, [" "] * len(MEASURES)), "", "", _ms(report))
    for row in report.scores:
        if row != ALL_ON:
            changed = tests[row, "nDCG@10"].difference
            marks = [tests[row, measure].mark for measure in MEASURES]
            counts = (str(changed.better), str(changed.worse))
            rows.add_row(row, *_means(report, row, marks), *counts, _ms(report, row))
    return rows


def _means(report: AblationReport, row: str, marks: Sequence[str]) -> list[str]:
    return list(map(share, report.retrieval(row).values(), marks))


def _ms(report: AblationReport, row: str = ALL_ON) -> str:
    return number(report.median_ms(row))

"""Cells of tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from rag.evaluation.significance import LEVEL, Comparison


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

"""Progress of a build on stderr: what is done, how fast, how long it will take."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

_UNITS = {
    "reading": "articles",
    "cutting": "articles",
    "embedding": "chunks",
    "training": "steps",
    "asking": "questions",
    "searching": "searches",
    "rewriting": "questions",
}


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        unit = task.fields["unit"]
        return Text(f"{speed:,.0f} {unit}/s" if speed else unit)


class BuildProgress:
    """Implements ``index.build.Progress`` with a bar for each step; quiet where no terminal is."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description:10}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def step(self, name: str, total: int | None) -> None:
        """Begin a step of ``total`` units; None is not known yet."""
        self._task = self._bars.add_task(name, total=total, unit=_UNITS[name])

    def advance(self, units: int) -> None:
        """Count units as done."""
        if self._task is not None:
            self._bars.advance(self._task, units)

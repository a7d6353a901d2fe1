"""Progress of a build on stderr: what is done, how fast, how long it will take."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
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

_TELL_EVERY = 60  # seconds, where no terminal is
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
    """Implements ``index.progress.Progress`` with a bar for each step.

    Where no terminal is, as in a nightly job's log, a step that goes on says how far it is once in
    a minute; what is done sooner says nothing. ``clock`` gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description:10}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            console=console,
            get_time=clock,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._clock = clock
        self._told = clock()

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
        self._told = self._clock()

    def advance(self, units: int) -> None:
        """Count units as done."""
        if self._task is None:
            return
        self._bars.advance(self._task, units)
        if self._bars.disable and self._clock() - self._told >= _TELL_EVERY:
            self._told = self._clock()
            (task,) = (task for task in self._bars.tasks if task.id == self._task)
            unit = task.fields["unit"]
            done = f"{task.completed:,.0f}" + (f" of {task.total:,.0f}" if task.total else "")
            line = f"{task.description}: {done} {unit}"
            if task.speed:
                line += f", {task.speed:,.0f} {unit}/s"
            if task.time_remaining is not None:
                line += f", {timedelta(seconds=task.time_remaining)} left"
            self._bars.console.out(line, highlight=False)

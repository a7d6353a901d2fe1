"""Progress where no terminal is: a line now and then, so that a long build's log shows life."""

import pytest

from ui.cli.progress import BuildProgress


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_long_step_says_how_far_it_is_once_in_a_minute(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    with BuildProgress(clock) as progress:
        progress.step("embedding", 24_000)
        for _ in range(12):
            clock.now += 10
            progress.advance(800)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [
        "embedding: 4,800 of 24,000 chunks, 80 chunks/s, 0:04:00 left",
        "embedding: 9,600 of 24,000 chunks, 80 chunks/s, 0:03:00 left",
    ]


def test_what_is_quickly_done_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with BuildProgress(clock) as progress:
        for step in ("reading", "cutting", "embedding"):
            progress.step(step, None)
            for _ in range(5):
                clock.now += 11
                progress.advance(1)
    assert capsys.readouterr().err == ""


def test_a_step_without_an_end_in_sight_tells_what_is_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    with BuildProgress(clock) as progress:
        progress.step("reading", None)
        for _ in range(7):
            clock.now += 10
            progress.advance(100)
    assert capsys.readouterr().err == "reading: 600 articles, 10 articles/s\n"

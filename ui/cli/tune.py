"""The ``newsarchive tune`` command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui.cli.options import archive_option, json_option, print_json

if TYPE_CHECKING:
    from rag.training.tune import TuningReport


@click.command()
@archive_option
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    help="Time for the training itself.",
)
@click.option("--seed", default=0, show_default=True, help="Another choice of pairs.")
@click.option("--reset", is_flag=True, help="Go back to the embedder before any tuning.")
@json_option
def tune(archive: Path, minutes: float, seed: int, reset: bool, as_json: bool) -> None:
    """Fit the embedder to the archive; keep it only if held-back headlines find more.

    A fifth of the articles is never trained on and tells whether it pays. Where it does, the
    archive is embedded anew by the tuned model, which it keeps.
    """
    from ui.cli.progress import BuildProgress

    if reset:
        from rag.training.tune import reset_archive

        with BuildProgress() as progress:
            base = reset_archive(archive, progress=progress)
        if as_json:
            print_json({"embedder": base})
        else:
            click.echo(f"back to {base}")
        return
    from index.models.train import TuningOptions
    from rag.training.tune import tune_archive

    with BuildProgress() as progress:
        options = TuningOptions(minutes=minutes, seed=seed)
        report = tune_archive(archive, options, progress=progress)
    if as_json:
        print_json(report.as_json())
    else:
        click.echo(_lines(report))


def note_tuned(archive: Path) -> None:
    """Say on stderr that a tuned embedder has learned from texts that may be gone by now."""
    from index.models.kept import is_tuned, read_card
    from index.store.archive import ArchiveFolder

    name = ArchiveFolder(archive).current().manifest().embedder
    if is_tuned(name):
        click.echo(
            f"{name} was trained on articles as they stood on {read_card(archive, name).tuned}, "
            "those removed since too; `newsarchive tune` trains anew, `--reset` goes back",
            err=True,
        )


def _lines(report: TuningReport) -> str:
    training = report.training
    figures = [
        f"  {ranking:8} {measure:10} {before:.3f} → {report.after[ranking][measure]:.3f}"
        for ranking, own in report.before.items()
        for measure, before in own.items()
        if before is not None
    ]
    return "\n".join(
        [
            f"trained on {training.pairs} pairs in {training.seconds:.0f} s "
            f"({training.steps} of {training.of_steps} steps)",
            f"{report.headlines} held-back headlines, before → after:",
            *figures,
            f"{'kept' if report.kept else 'not kept'}: {report.reason}",
            f"the archive is embedded by {report.embedder}",
        ]
    )

"""The ``newsarchive eval`` command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from index.build import Progress

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("eval")
@click.argument("set_dirs", nargs=-1, metavar="[SET_DIR]…", type=_FOLDER)
@click.option(
    "--archive",
    type=_FOLDER,
    help="An archive of the set's articles; if not given, a temporary one is built.",
)
@click.option("--half", type=click.Choice(["even", "odd"]), help="Only half of the questions.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many questions.")
@click.option("--failures", default=10, show_default=True, help="Failed questions to list.")
@click.option("--ablation", is_flag=True, help="Search with one part switched off at a time.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate_sets(
    set_dirs: tuple[Path, ...],
    archive: Path | None,
    half: str | None,
    limit: int | None,
    failures: int,
    ablation: bool,
    as_json: bool,
) -> None:
    """Ask the questions of sets (articles.jsonl, questions.jsonl) and print the scores.

    A SET_DIR is a set or a folder of sets. A set of follow-ups (rewrites.jsonl) is rewritten and
    held against a person's own standalone forms.
    """
    if not set_dirs:
        raise click.UsageError("give a SET_DIR")
    from rag.evaluation.several import find_sets, has_follow_ups
    from ui.progress import BuildProgress

    folders = find_sets(set_dirs)
    same: dict[str, Any] = {"archive_dir": archive, "half": half, "limit": limit}
    asked = [folder for folder in folders if not has_follow_ups(folder)]
    with BuildProgress() as progress:
        work = _ablations if ablation else _evaluations
        reports = work(asked, same, progress)
        follow_ups = [
            _follow_ups(folder, same, progress)
            for folder in folders
            if has_follow_ups(folder) and not ablation
        ]
    if as_json:
        _print_json([*(report.as_json() for report in (*reports, *follow_ups))])
        return
    _print(reports, follow_ups, ablation, failures)


def _evaluations(folders: Sequence[Path], same: dict[str, Any], progress: Progress) -> list[Any]:
    from rag.evaluation import evaluate

    return [evaluate(folder, **same, progress=progress) for folder in folders]


def _ablations(folders: Sequence[Path], same: dict[str, Any], progress: Progress) -> list[Any]:
    from rag.evaluation.ablation import ablate

    return [ablate(folder, **same, progress=progress) for folder in folders]


def _follow_ups(folder: Path, same: dict[str, Any], progress: Progress) -> Any:  # noqa: ANN401
    from rag.evaluation.follow_ups import rewrite_follow_ups
    from rag.evaluation.follow_ups_report import FollowUpReport

    results = rewrite_follow_ups(folder, **same, progress=progress)
    return FollowUpReport(folder.resolve().name, same["half"], results)


def _print(
    reports: Sequence[Any], follow_ups: Sequence[Any], ablation: bool, failures: int
) -> None:
    from rich.console import Console

    from rag.evaluation.ablation_report import print_ablations
    from rag.evaluation.follow_ups_report import print_follow_ups
    from rag.evaluation.report import print_reports

    console = Console()
    if ablation:
        print_ablations(reports, console)
    else:
        print_reports(reports, console, failures=failures)
    for report in follow_ups:
        print_follow_ups(report, console, failures=failures)


def _print_json(records: list[dict[str, Any]]) -> None:
    """One report is an object, several are a list."""
    import orjson

    shown = records[0] if len(records) == 1 else records
    click.echo(orjson.dumps(shown, option=orjson.OPT_NON_STR_KEYS).decode())

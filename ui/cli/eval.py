"""The ``newsarchive eval`` command."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ui.cli.options import default_archive, json_option, print_json, reranker_option

_WIDTH = 120  # columns
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("eval")
@click.argument("set_dirs", nargs=-1, metavar="[SET_DIR]…", type=_FOLDER)
@click.option(
    "--archive",
    type=_FOLDER,
    help="An archive of the set's articles; if not given, a temporary one is built. With --make "
    "NEWSARCHIVE_DIR, else ./archive.",
)
@click.option(
    "--make",
    type=click.IntRange(min=1),
    metavar="N",
    help="Make N questions of the archive's own articles and ask those.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="With --make: keep the questions in this folder.",
)
@click.option("--seed", default=0, show_default=True, help="With --make: another choice.")
@click.option("--half", type=click.Choice(["even", "odd"]), help="Only half of the questions.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many questions.")
@click.option("--failures", default=10, show_default=True, help="Failed questions to list.")
@click.option("--ablation", is_flag=True, help="Search with one part switched off at a time.")
@reranker_option
@json_option
def evaluate_sets(
    set_dirs: tuple[Path, ...],
    archive: Path | None,
    make: int | None,
    output: Path | None,
    seed: int,
    half: str | None,
    limit: int | None,
    failures: int,
    ablation: bool,
    reranker: str | None,
    as_json: bool,
) -> None:
    """Ask the questions of sets (articles.jsonl, questions.jsonl) and print the scores.

    A SET_DIR is a set or a folder of sets. A set of follow-ups (rewrites.jsonl) is rewritten and
    held against a person's own standalone forms.
    """
    if bool(set_dirs) == bool(make):
        raise click.UsageError("give a SET_DIR or --make N, one of them")
    if output is not None and not make:
        raise click.UsageError("--output keeps the questions of --make; give --make N")
    same = {"archive_dir": archive, "half": half, "limit": limit, "reranker": reranker}
    if not make:
        reports, follow_ups = _reports(set_dirs, same, ablation)
    else:
        same["archive_dir"] = archive = archive or default_archive()
        with _made(archive, make, seed, output) as folder:
            reports, follow_ups = _reports([folder], same, ablation)
    if as_json:
        records = [report.as_json() for report in (*reports, *follow_ups)]
        print_json(records[0] if len(records) == 1 else records)
        return
    _print(reports, follow_ups, ablation, failures)


@contextmanager
def _made(archive: Path, count: int, seed: int, output: Path | None) -> Iterator[Path]:
    """Make a set of the archive; without ``output`` it is gone afterwards."""
    from index.disk import Scratch
    from rag.evaluation.make import make_questions, write_questions

    questions = make_questions(archive, count, seed=seed)
    if len(questions) < count:
        click.echo(
            f"{len(questions)} of {count} questions made: the archive gives no more sound ones",
            err=True,
        )
    with Scratch() as scratch:
        folder = output or scratch / "made"
        path = write_questions(folder, questions)
        if output is not None:
            click.echo(f"questions in {path}", err=True)
        yield folder


def _reports(
    set_dirs: Sequence[Path], same: dict[str, Any], ablation: bool
) -> tuple[list[Any], list[Any]]:
    """Ask the sets and rewrite the sets of follow-ups, all in the ``same`` way; a report each."""
    from rag.evaluation import evaluate
    from rag.evaluation.ablation import ablate
    from rag.evaluation.follow_ups import FollowUpReport, rewrite_follow_ups
    from rag.evaluation.sets import find_sets, has_follow_ups
    from ui.cli.progress import BuildProgress

    folders = find_sets(set_dirs)
    asked = [folder for folder in folders if not has_follow_ups(folder)]
    with BuildProgress() as progress:
        if ablation:
            if not asked:
                raise click.UsageError(
                    "follow-ups alone have no articles to find: leave out --ablation"
                )
            return [ablate(folder, **same, progress=progress) for folder in asked], []
        reports = [evaluate(folder, **same, progress=progress) for folder in asked]
        # What is compared is the two forms of a question; a reranker would read both alike.
        wanted = {name: value for name, value in same.items() if name != "reranker"}
        follow_ups = []
        for folder in folders:
            if has_follow_ups(folder):
                results = rewrite_follow_ups(folder, **wanted, progress=progress)
                follow_ups.append(FollowUpReport(folder.resolve().name, same["half"], results))
    return reports, follow_ups


def _print(
    reports: Sequence[Any], follow_ups: Sequence[Any], ablation: bool, failures: int
) -> None:
    from rich.console import Console

    from rag.evaluation.ablation import print_ablations
    from rag.evaluation.follow_ups import print_follow_ups
    from rag.evaluation.report import print_reports

    # Tables are wider than the 80 columns that rich takes where there is no terminal.
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH)
    if ablation:
        print_ablations(reports, console)
    else:
        print_reports(reports, console, failures=failures)
    for report in follow_ups:
        print_follow_ups(report, console, failures=failures)

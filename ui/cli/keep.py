"""The commands that keep an archive: ``remove``, ``rollback``, ``check``, ``status``, ``tune``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui.cli.options import archive_option, json_option, print_json, print_report, wait_option

if TYPE_CHECKING:
    from rag.about import Status
    from rag.training.tune import TuningReport


@click.command()
@click.argument("article_ids", nargs=-1, metavar="[ARTICLE_ID]…")
@archive_option
@click.option("--url", "urls", multiple=True, help="Articles with this URL (repeatable).")
@click.option("--source", "sources", multiple=True, help="Articles of this outlet (repeatable).")
@click.option("--from", "published_from", metavar="DAY", help="Published on DAY or after.")
@click.option("--to", "published_to", metavar="DAY", help="Published on DAY or before.")
@click.option(
    "--family",
    "families",
    multiple=True,
    metavar="ARTICLE_ID",
    help="The article, its original, copies and versions (repeatable).",
)
@click.option("--dry-run", is_flag=True, help="List what would be removed, and remove nothing.")
@wait_option
@json_option
def remove(
    article_ids: tuple[str, ...],
    archive: Path,
    urls: tuple[str, ...],
    sources: tuple[str, ...],
    published_from: str | None,
    published_to: str | None,
    families: tuple[str, ...],
    dry_run: bool,
    wait: bool,
    as_json: bool,
) -> None:
    """Take articles down: no file of the archive has them any more.

    Of several kinds of condition all must be met. There is no way back: the generations before
    are deleted. What still stands at its source is taken in again by the next build of it.
    """
    from index.build import remove_articles
    from index.build.takedown import Selection, selected

    wanted = Selection(article_ids, urls, sources, families, published_from, published_to)
    if not dry_run:
        from ui.cli.progress import BuildProgress

        with BuildProgress() as progress:
            report = remove_articles(archive, wanted, progress=progress, wait=wait)
        note_tuned(archive)
        print_report(report, archive, as_json)
        return
    entries = selected(archive, wanted)
    if as_json:
        from dataclasses import asdict

        print_json({"articles": [asdict(entry) for entry in entries]})
        return
    for entry in entries:
        place = f"{entry.file}:{entry.line}" if entry.line else entry.file
        about = ", ".join(filter(None, (entry.title, entry.source, entry.day)))
        click.echo(f"{entry.id}  {about}  ({entry.role}; from {place})")
    click.echo(f"{len(entries)} articles would be removed", err=True)


@click.command()
@archive_option
@click.option(
    "--forward", is_flag=True, help="Undo a rollback, as long as nothing has been built since."
)
@wait_option
@json_option
def rollback(archive: Path, forward: bool, wait: bool, as_json: bool) -> None:
    """Put the generation before the current one in use."""
    from index.build.rollback import rollback as roll_back

    report = roll_back(archive, forward=forward, wait=wait)
    if as_json:
        from dataclasses import asdict

        print_json(asdict(report))
        return
    click.echo(f"generation {report.generation} is in use")
    for word, ids in (("gone", report.gone), ("back", report.back), ("changed", report.changed)):
        if ids:
            shown = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")
            click.echo(f"{len(ids)} articles {word}: {shown}")


@click.command()
@archive_option
@click.option(
    "--sample",
    type=click.IntRange(min=0),
    default=8,
    show_default=True,
    help="Chunks to embed again and compare with their vectors.",
)
@json_option
def check(archive: Path, sample: int, as_json: bool) -> None:
    """Verify every file and that all parts of the archive agree; exit status 1 if not."""
    from dataclasses import asdict

    from index.build.check import check_archive

    report = check_archive(archive, sample=sample)
    if as_json:
        digest = str(report.digest) if report.digest else None
        print_json({**asdict(report), "digest": digest, "sound": report.sound})
    else:
        for finding in report.findings:
            click.echo(f"{finding.file}: {finding.problem}\n  mend: {finding.mend}")
        if report.digest:
            click.echo(f"{report.articles} articles, {report.chunks} chunks, all parts agree")
            click.echo(f"digest {report.digest}, generation {report.generation}")
    if not report.sound:
        click.echo(f"{len(report.findings)} findings", err=True)
        sys.exit(1)


@click.command()
@archive_option
@json_option
def status(archive: Path, as_json: bool) -> None:
    """Say what the archive holds and what of it is out of date."""
    from dataclasses import asdict

    from rag import Archive

    with Archive.open(archive) as opened:
        held = opened.status()
    if as_json:
        print_json(asdict(held))
        return
    for line in _status_lines(held, archive):
        click.echo(line)
    note_tuned(archive)


def _status_lines(held: Status, archive: Path) -> Iterator[str]:
    days = f"{held.first_day} to {held.last_day}" if held.first_day else "no dates"
    yield f"{held.articles} articles ({held.copies} of them copies), {days}"
    yield f"{held.families} families of copies and versions, {held.versions} later versions"
    yield f"{held.chunks} chunks by {held.embedder}, generation {held.generation}"
    yield f"built {held.built}, {held.bytes_on_disk / 1e6:.0f} MB on disk"
    if held.undated:
        yield f"{held.undated} articles without a date"
    if held.rejected:
        yield f"{held.rejected} lines or files not read: see {archive / 'rejected.jsonl'}"
    stale = held.stale
    if len(held.generations) > 1:
        yield f"{len(held.generations)} generations kept: {', '.join(held.generations)}"
    if stale.superseded:
        yield f"{stale.superseded} articles superseded by a newer version"
    if stale.unused_vectors >= 0.01:
        yield f"{stale.unused_vectors:.0%} of the vectors are of articles that changed or went"
    if stale.changed_sources or stale.gone_sources:
        yield (
            f"{stale.changed_sources} source files changed and {stale.gone_sources} went since "
            "they were read"
        )
    for name, count in held.sources:
        yield f"  {count:6}  {name}"


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
        click.echo(_tuning_lines(report))


def _tuning_lines(report: TuningReport) -> str:
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

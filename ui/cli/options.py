"""What several commands share: their options, and how they print JSON and reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from index.build import BuildReport
    from index.formats.place import ReadOptions

Command = TypeVar("Command", bound=Callable[..., Any])

ARCHIVE_FOLDER = click.Path(file_okay=False, path_type=Path)


def default_archive() -> Path:
    """Read what stands before the command's name, else NEWSARCHIVE_DIR, else ./archive."""
    folder: Path | None = click.get_current_context().find_root().params.get("archive")
    return folder or Path("archive")


archive_option = click.option(
    "--archive",
    type=ARCHIVE_FOLDER,
    default=default_archive,
    show_default="NEWSARCHIVE_DIR, else ./archive",
    help="Folder of the archive.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
wait_option = click.option(
    "--wait", is_flag=True, help="Wait for another process that is writing, instead of failing."
)
reranker_option = click.option(
    "--reranker",
    envvar="NEWSARCHIVE_RERANKER",
    metavar="MODEL",
    help="A cross-encoder that reads the best passages with the question: a folder or an id. "
    "Default: NEWSARCHIVE_RERANKER, else none.",
)
sources_argument = click.argument(
    "sources", nargs=-1, required=True, type=click.Path(), metavar="PATH…"
)


def reading_options(command: Command) -> Command:
    """Give a command the options --map and --date-order."""
    for option in (
        click.option(
            "--date-order",
            type=click.Choice(["dmy", "mdy", "ymd"]),
            help="Order of day, month and year in dates like 03/04/2021.",
        ),
        click.option(
            "--map",
            "field_map",
            multiple=True,
            metavar="FIELD=KEY,…",
            help="Where the fields stand, e.g. title=headline,text=body.html (repeatable).",
        ),
    ):
        command = option(command)
    return command


def read_options(field_map: Sequence[str], date_order: str | None) -> ReadOptions:
    """Make the readers' options of what the command line said; raises SettingsError."""
    from index.formats.place import ReadOptions, parse_field_map

    return ReadOptions(parse_field_map(field_map), date_order)  # type: ignore[arg-type]  # a Choice


def limit_options(command: Command) -> Command:
    """Give a command the limits of a search: --asked, --from, --to and --source."""
    for option in (
        click.option("--source", "sources", multiple=True, help="Only this outlet (repeatable)."),
        click.option("--to", "published_to", metavar="DAY", help="Published on DAY or before."),
        click.option("--from", "published_from", metavar="DAY", help="Published on DAY or after."),
        click.option("--asked", metavar="DAY", help="Day on which it is asked (YYYY-MM-DD)."),
    ):
        command = option(command)
    return command


def print_report(report: BuildReport, archive: Path, as_json: bool) -> None:
    """Print what a build, add or remove did."""
    if as_json:
        from dataclasses import asdict

        print_json(asdict(report))
    else:
        click.echo(
            f"{report.articles} articles in the archive ({report.copies} copies), "
            f"{report.chunks} chunks"
        )
        click.echo(
            f"{report.new} new, {report.changed} changed, {report.removed} removed, "
            f"{report.unchanged} unchanged, in {report.seconds:.1f} s"
        )
        if report.kept:
            note = f"{report.kept} kept that were not looked for: what they stood in was not read"
            click.echo(note, err=True)
    if report.rejected:
        click.echo(f"{report.rejected} not read: see {archive / 'rejected.jsonl'}", err=True)
        if not report.read:
            raise click.ClickException("nothing could be read")
    elif not report.articles and not report.removed:
        click.echo("the archive is empty: nothing to read was found there", err=True)


def print_json(record: dict[str, Any] | Sequence[Any]) -> None:
    """Print one line of JSON."""
    import orjson

    click.echo(orjson.dumps(record, option=orjson.OPT_NON_STR_KEYS).decode())

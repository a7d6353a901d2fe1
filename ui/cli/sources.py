"""What ``build`` and ``add`` take: paths, URLs or standard input, and how to read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from index.formats.place import ReadOptions

Command = TypeVar("Command", bound=Callable[..., Any])

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

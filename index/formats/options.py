"""What a user may say about how sources are to be read: field names, the order of dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from index.addresses import Address, is_public
from index.errors import SettingsError

DateOrder = Literal["dmy", "mdy", "ymd"]

FIELDS = ("id", "title", "text", "published", "source", "url", "author", "language")

# Beside the fields, a map may say where in a JSON file the articles stand.
ARTICLES = "articles"

_EXAMPLE = "title=headline,published=firstcreated,text=body_nitf"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read.

    ``field_map`` gives fields of an article the path of their value in a record: keys and list
    positions parted by dots. ``date_order`` decides dates like 03/04/2021; without it they are
    unreadable. ``address_allowed`` decides which addresses a URL may lead to.
    """

    field_map: Mapping[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = None
    address_allowed: Callable[[Address], bool] = is_public

    def __post_init__(self) -> None:
        for name, path in self.field_map.items():
            if name not in (*FIELDS, ARTICLES):
                known = ", ".join((*FIELDS, ARTICLES))
                raise SettingsError(f"no field {name!r} to map to; the fields are {known}")
            if not all(path.split(".")):
                raise SettingsError(f"{name}={path} is no path; write it like {_EXAMPLE}")
        if self.date_order not in (None, *get_args(DateOrder)):
            known = ", ".join(get_args(DateOrder))
            raise SettingsError(f"no date order {self.date_order!r}; the orders are {known}")

    def path(self, name: str) -> str:
        """Path of a field's value in a record; the field's own name where none was given."""
        return self.field_map.get(name, name)


def parse_field_map(texts: Iterable[str]) -> dict[str, str]:
    """Parse "title=headline,text=body" of the command line; raises SettingsError."""
    mapped: dict[str, str] = {}
    for pair in (pair for text in texts for pair in text.split(",") if pair.strip()):
        name, equals, path = (part.strip() for part in pair.partition("="))
        if not (name and equals and path):
            raise SettingsError(f"{pair.strip()!r} is no field=path; write --map {_EXAMPLE}")
        if name in mapped:
            raise SettingsError(f"the field {name!r} is mapped twice; leave one out")
        mapped[name] = path
    return mapped

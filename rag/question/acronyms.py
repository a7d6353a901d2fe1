"""Acronyms of a question written out and names shortened, as the archive itself has them."""

from __future__ import annotations

import re
from typing import Protocol

from index.store.glosses import JOINING, SHORT_FORM

_SHORT = re.compile(rf"\b{SHORT_FORM}\b")
_NAME = r"[A-Z][\w’'-]+"
_LONG = re.compile(rf"\b{_NAME}(?:[ -](?:(?:{'|'.join(JOINING)})[ -])*{_NAME})+")


class Forms(Protocol):
    """What an archive can say of names."""

    def long_form(self, short: str) -> str | None:
        """Tell what most articles write an acronym out as."""
        ...

    def short_form(self, long: str) -> str | None:
        """Tell the acronym that most articles give for a name."""
        ...


def other_forms(question: str, forms: Forms) -> dict[str, str]:
    """Each acronym of the question → its long form, and each name → its acronym.

    As the archive itself has them; what it does not tell is left out.
    """
    found = {short: forms.long_form(short) for short in _SHORT.findall(question)}
    for match in _LONG.finditer(question):
        if match.start() > 0:  # the first word's capital says nothing
            found[match[0]] = forms.short_form(match[0])
    return {name: other for name, other in found.items() if other and other not in question}

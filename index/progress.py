"""How far a build is, for whoever wants to know."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Is told how far a build is; a total of None is not known yet."""

    def step(self, name: str, total: int | None) -> None:
        """Begin a step ("reading", "cutting", "embedding") of ``total`` units."""
        ...

    def advance(self, units: int) -> None:
        """Count units of the current step as done."""
        ...


class Silent:
    """Tells nobody."""

    def step(self, name: str, total: int | None) -> None:
        """Say nothing of a step."""

    def advance(self, units: int) -> None:
        """Say nothing of what is done."""

"""What an agency takes back goes, whichever version of it the archive has."""

from __future__ import annotations

from math import inf

from index.store.register import Register
from index.types import VERSION_MARK, Rejection, Withdrawal


class Withdrawals:
    """The items that were withdrawn, by the last version that is.

    A version that comes later than the withdrawal is the agency's new word on the story.
    """

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def note(self, item: Rejection) -> None:
        """Note a rejection, if it is what an agency has taken back."""
        if isinstance(item, Withdrawal) and item.id is not None:
            last = inf if item.version is None else item.version
            self._last[item.id] = max(last, self._last.get(item.id, 0))

    def cover(self, article_id: str) -> bool:
        """Whether an article is a version that was withdrawn."""
        item, mark, version = article_id.rpartition(VERSION_MARK)
        if mark and version.isascii() and version.isdecimal() and item in self._last:
            return int(version) <= self._last[item]
        return self._last.get(article_id, 0) >= 1

    def stored(self, register: Register) -> list[str]:
        """Ids of the withdrawn articles that a catalogue has."""
        versions = (register.versions(item, VERSION_MARK) for item in self._last)
        return [one for ids in versions for one in ids if self.cover(one)]

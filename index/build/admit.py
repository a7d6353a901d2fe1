"""Keep an article's full text where a feed has only a summary of it.

Both come under the id that their URL gives, whatever is read first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import inf

from index.build.losses import Held, Reading
from index.formats.record import derived_id, version_id
from index.store.catalog import Catalog
from index.store.register import Register
from index.types import VERSION_MARK, Rejection, SourcedArticle, Withdrawal

# Feeds call a full text a summary too; it is then about as long as the page's.
FULLER = 2

# Summaries beyond this number are taken as they come: they are held in memory.
MAX_HELD = 100_000


def summaries_last(
    items: Iterable[SourcedArticle | Rejection],
) -> Iterator[SourcedArticle | Rejection]:
    """Put the summaries behind all else, so that the page is there before its summary comes."""
    held: list[SourcedArticle] = []
    for item in items:
        if isinstance(item, SourcedArticle) and item.is_summary and len(held) < MAX_HELD:
            held.append(item)
        else:
            yield item
    yield from held


def stands_for_unread(
    item: SourcedArticle, catalog: Catalog, before: Mapping[str, Held], reading: Reading
) -> bool:
    """Whether this is a summary of a text that the archive has, in a file that nobody can read now.

    The text stays: its page may be read again. ``before`` are the articles of the generation in
    use, by id, for a build that starts from nothing.
    """
    article_id = item.article.id
    if not item.is_summary or article_id in reading.seen:
        return False
    if article_id in before:
        _, file, line = before[article_id]
    elif catalog.fingerprint(article_id) is not None:
        file, line = catalog.place(article_id)
    else:
        return False
    return file != item.file and reading.left_unread(file, line)


def fuller_file(item: SourcedArticle, catalog: Catalog) -> str | None:
    """Name the other file that gave the full text of what this is a summary of; None without."""
    article = item.article
    if not item.is_summary or article.id != derived_id(article):
        return None
    stored = catalog.article(article.id)
    if stored is None or len(stored.text) <= FULLER * len(article.text):
        return None
    file = catalog.place(article.id)[0]
    return None if file == item.file else file


# Under which id an article is stored: another text at a URL is a version, with one of its own.


def under_its_id(
    item: SourcedArticle, seen: Mapping[str, str], catalog: Catalog
) -> SourcedArticle | Rejection:
    """Take another text at a URL that was read already as an article of its own: it is a version.

    ``seen`` maps ids to the files that they were read from. Rejected are the same text again, and
    an id that a source gave twice.
    """
    article = item.article
    if article.id not in seen:
        return _as_stored(item, catalog)
    if article.id != derived_id(article):
        reason = (
            f"the id {article.id!r} was read already from {seen[article.id]}; the first is kept; "
            "give each article an id of its own"
        )
        return Rejection(item.file, item.line, reason)
    first = catalog.article(article.id)
    version = version_id(article)
    if version in seen or (first and (first.title, first.text) == (article.title, article.text)):
        reason = f"the same article as in {seen[article.id]} ({article.url or 'without a URL'})"
        return Rejection(item.file, item.line, reason)
    return replace(item, article=replace(article, id=version))


def _as_stored(item: SourcedArticle, catalog: Catalog) -> SourcedArticle:
    """Give an article the id of the version as which it is stored, where it is one.

    Else the version that is read alone today would take the id, and the place, of the first.
    """
    article = item.article
    if article.id != derived_id(article):
        return item
    version = version_id(article)
    if catalog.fingerprint(version) is None:
        return item
    return replace(item, article=replace(article, id=version))


# What an agency takes back goes, whichever version of it the archive has.


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

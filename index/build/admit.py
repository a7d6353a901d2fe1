"""What becomes of each item that is read: which article is stored, under which id, and what is not.

The rules stand in ``Admission.admit``, in the order in which they count; below it is what each of
them asks. They look into the catalogue and change nothing there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path

from index.build.losses import Held, Seen, is_under
from index.formats.record import derived_id, version_id
from index.store.catalog import Catalog
from index.store.register import Register
from index.types import VERSION_MARK, Rejection, SourcedArticle, Withdrawal

# Feeds call a full text a summary too; it is then about as long as the page's.
FULLER = 2

# Summaries beyond this number are taken as they come: they are held in memory.
MAX_HELD = 100_000


@dataclass
class Admission:
    """Decides what of the items that are read is to be stored, and keeps what it has decided.

    ``roots`` are the paths of which what is gone leaves the archive. ``before`` are the articles of
    the generation in use, by id, for a build that starts from nothing. ``states`` tell what became
    of each article: "new", "changed" or "unchanged".
    """

    roots: Sequence[Path]
    before: Mapping[str, Held]
    seen: Seen
    withdrawn: Withdrawals
    rejections: list[Rejection] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)

    def admit(self, item: SourcedArticle | Rejection, catalog: Catalog) -> SourcedArticle | None:
        """Give an article as it is to be stored in a catalogue; None where nothing is.

        That is a rejection, which is kept with the others, or an article whose text stays as the
        archive has it.
        """
        files = self.seen.files
        self.seen.note(item)
        decided = item
        if isinstance(item, SourcedArticle):
            article_id = item.article.id
            # A summary takes the place of no text that nobody could read this time.
            if stands_for_unread(item, catalog, self.before, self.seen):
                return None
            # Nor of a full text that another file has given, read in this build or standing where
            # it does not look. One that stands where it looks, and was not read, is gone.
            fuller = fuller_file(item, catalog)
            if fuller and article_id in files:
                decided = Rejection(item.file, item.line, f"only a summary of what is in {fuller}")
            elif fuller and not any(is_under(Path(fuller), root) for root in self.roots):
                files[article_id] = fuller
                self.states[article_id] = "unchanged"
                return None
            else:
                # Of one id there is one article; another text at a URL is a version of it.
                decided = under_its_id(item, files, catalog)
        # What its agency has taken back before stays out, also where it comes again.
        if isinstance(decided, SourcedArticle) and self.withdrawn.cover(decided.article.id):
            reason = f"the agency has withdrawn {decided.article.id}"
            decided = Rejection(decided.file, decided.line, reason)
        # A rejection may be the withdrawal of what came before it, and of what is yet to come.
        if isinstance(decided, Rejection):
            self.withdrawn.note(decided)
            self.rejections.append(decided)
            return None
        files[decided.article.id] = decided.file
        return decided


# A summary comes under the id that its URL gives, as its page does, whatever is read first.


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
    item: SourcedArticle, catalog: Catalog, before: Mapping[str, Held], seen: Seen
) -> bool:
    """Whether this is a summary of a text that the archive has, in a file that nobody can read now.

    The text stays: its page may be read again.
    """
    article_id = item.article.id
    if not item.is_summary or article_id in seen.files:
        return False
    if article_id in before:
        _, file, line = before[article_id]
    elif catalog.fingerprint(article_id) is not None:
        file, line = catalog.place(article_id)
    else:
        return False
    return file != item.file and seen.left_unread(file, line)


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


def under_its_id(
    item: SourcedArticle, seen: Mapping[str, str], catalog: Catalog
) -> SourcedArticle | Rejection:
    """Take another text at a URL that was read already as an article of its own: it is a version.

    ``seen`` maps ids to the files that they were read from. Rejected are the same text again, and
    an id that a source gave twice.
    """
    article = item.article
    derived = article.id == derived_id(article)
    version = version_id(article) if derived else None
    if article.id not in seen:
        # Where it is stored as a version it stays one: read alone today, it would else take the
        # id, and the place, of the first.
        if version is None or catalog.fingerprint(version) is None:
            return item
        return replace(item, article=replace(article, id=version))
    if version is None:
        reason = (
            f"the id {article.id!r} was read already from {seen[article.id]}; the first is kept; "
            "give each article an id of its own"
        )
        return Rejection(item.file, item.line, reason)
    first = catalog.article(article.id)
    if version in seen or (first and (first.title, first.text) == (article.title, article.text)):
        reason = f"the same article as in {seen[article.id]} ({article.url or 'without a URL'})"
        return Rejection(item.file, item.line, reason)
    return replace(item, article=replace(article, id=version))


@dataclass
class Withdrawals:
    """The items that agencies have withdrawn, by the last version that is.

    Whichever version of them the archive has goes. One that comes later than the withdrawal is the
    agency's new word on the story.
    """

    _last: dict[str, float] = field(default_factory=dict)

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

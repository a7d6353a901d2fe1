"""What flows from a file to the index: articles and chunks.

Ids are stable across rebuilds: given by the source, or a hash of what identifies the article.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b, sha256

VERSION_MARK = "#"  # before the number of a version, in the ids of all but the first


def key_of(content: str | bytes, size: int = 16, rules: bytes = b"") -> bytes:
    """Make a key of ``size`` bytes for a content, the same in every process (BLAKE2b, RFC 7693).

    Under other ``rules``, up to 16 bytes, the same content has another key.
    """
    raw = content.encode() if isinstance(content, str) else content
    return blake2b(raw, digest_size=size, person=rules).digest()


def made_id(identity: str) -> str:
    """Make an id of what identifies something that has none: 16 hexadecimal digits of SHA-256."""
    return sha256(identity.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Article:
    """One news article, cleaned. ``text`` is what is quoted from and never changes afterwards.

    ``published`` is ISO 8601: a date where only the day is known ("2024-08-06"), else a
    date-time in UTC ("2024-08-06T18:30:00Z"). Unknown fields are None, never "".
    """

    id: str
    title: str
    text: str
    published: str | None = None
    source: str | None = None
    url: str | None = None
    author: str | None = None
    language: str | None = None

    @property
    def published_at(self) -> datetime | None:
        """Time of publication in UTC (midnight where only the day is known)."""
        if self.published is None:
            return None
        moment = datetime.fromisoformat(self.published)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)

    @property
    def day(self) -> str | None:
        """Day of publication, "YYYY-MM-DD" in UTC."""
        return None if self.published is None else self.published[:10]


@dataclass(frozen=True, slots=True)
class SourcedArticle:
    """An article with the place that it was read from.

    ``is_summary`` is True for an entry of a feed that gives no more than a summary.
    """

    article: Article
    file: str
    line: int | None = None
    is_summary: bool = False


@dataclass(frozen=True, slots=True)
class Rejection:
    """Something that could not be read: where, why, and how to mend it.

    ``kept`` is True for a field that was left out of an article that was taken in
    (an unreadable date), False where nothing was taken. ``last_line`` is the last of several lines
    that could not be read, None where it is one. ``unread`` tells whether something else in the
    file, or below the folder, was left unread; None stands for where nothing of it was taken: no
    line is named and nothing kept.
    """

    file: str
    line: int | None
    reason: str
    kept: bool = False
    last_line: int | None = None
    unread: bool | None = None

    @property
    def leaves_unread(self) -> bool:
        """Whether articles may still stand in the file that nobody could read."""
        return self.line is None and not self.kept if self.unread is None else self.unread


@dataclass(frozen=True, slots=True)
class Withdrawal(Rejection):
    """A rejection because its publisher says that the article is no more.

    ``id`` is the item's, which all its versions share, and ``version`` the last that is withdrawn;
    None where that is all of them.
    """

    id: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of an article's text, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences: ``article.text[start:end] == text``, always.

    ``id`` is ``{article_id}:{ordinal}``; ordinals count from 0 in reading order.
    """

    id: str
    article_id: str
    start: int
    end: int
    text: str

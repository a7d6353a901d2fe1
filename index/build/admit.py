"""Keep an article's full text where a feed has only a summary of it.

Both come under the id that their URL gives, whatever is read first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from index.build.losses import Held, Reading
from index.formats.record import derived_id
from index.store.catalog import Catalog
from index.types import Rejection, SourcedArticle

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

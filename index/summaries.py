"""Keep an article's full text where a feed has only a summary of it.

Both come under the id that their URL gives, whatever is read first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from index.catalog import Catalog
from index.readers.fields import derived_id
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

"""Under which id an article is stored: another text at a URL is a version, with one of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from index.formats.record import derived_id, version_id
from index.store.catalog import Catalog
from index.types import Rejection, SourcedArticle


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

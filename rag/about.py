"""The families of an archive: who copies whom, how like they are, what a version changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from index.errors import ArchiveDamagedError
from index.families.compare import compare, worded_article
from index.families.tables import Member, Relation
from index.store.catalog import Catalog
from index.types import Article


@dataclass(frozen=True, slots=True)
class Difference:
    """Sentences that a later version removed, added and revised (as it was, as it is)."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    revised: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """An article of a family.

    ``role`` is "original", "copy" or "version". ``of`` is the article that it is compared with: for
    a copy the one it copies, for a version the one before it; None for the original.
    ``jaccard`` is of their word shingles, ``containment`` the share of the words of the one that
    the other holds; both in [0, 1]. ``difference`` is given for versions.
    """

    article: Article
    role: str
    of: str | None = None
    jaccard: float = 1.0
    containment: float = 1.0
    superseded_by: str | None = None
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """Articles that carry one text, or one story as it changed; the original first."""

    id: str
    members: tuple[FamilyMember, ...]


def families(catalog: Catalog) -> Iterator[Family]:
    """Every family of two or more articles, by the original's id, members in the order of time."""
    relations = catalog.families.relations()
    for family, members in groupby(catalog.families.members(), key=lambda member: member.family):
        versions: list[Article] = []
        found = []
        for member in members:
            article = _article(catalog, member.article_id)
            found.append(_described(catalog, relations, member, article, versions))
            if member.role != "copy":
                versions.append(article)
        yield Family(family, tuple(found))


def family_record(family: Family) -> dict[str, Any]:
    """Turn a family into a JSON object: its members and the pairs that were compared."""
    return {
        "id": family.id,
        "members": [
            {
                "article_id": m.article.id,
                "title": m.article.title,
                "source": m.article.source,
                "published": m.article.published,
                "role": m.role,
                "superseded_by": m.superseded_by,
            }
            for m in family.members
        ],
        "pairs": [_pair(m) for m in family.members if m.of is not None],
    }


def _pair(member: FamilyMember) -> dict[str, Any]:
    pair: dict[str, Any] = {
        "article_id": member.article.id,
        "of": member.of,
        "kind": member.role,
        "jaccard": member.jaccard,
        "containment": member.containment,
    }
    if member.difference is not None:
        pair["difference"] = {
            "removed": member.difference.removed,
            "added": member.difference.added,
            "revised": member.difference.revised,
        }
    return pair


def _described(
    catalog: Catalog,
    relations: dict[tuple[str, str], Relation],
    member: Member,
    article: Article,
    versions: list[Article],
) -> FamilyMember:
    if member.role == "original":
        return FamilyMember(article, "original", superseded_by=member.superseded_by)
    if member.role == "version":
        before = versions[-1]
        difference, jaccard, containment = _difference(before, article)
        return FamilyMember(
            article, "version", before.id, jaccard, containment, member.superseded_by, difference
        )
    known = relations.get((member.reference, member.article_id))
    copied = _article(catalog, member.reference)
    if known is not None:
        measures = known.jaccard, known.containment
    elif copied.text == article.text:
        measures = 1.0, 1.0
    else:
        measures = _difference(copied, article)[1:]
    return FamilyMember(article, "copy", copied.id, *measures, member.superseded_by)


def _difference(before: Article, after: Article) -> tuple[Difference, float, float]:
    found = compare(worded_article(before), worded_article(after))
    difference = Difference(
        tuple(before.text[s.span.start : s.span.end] for s in found.removed),
        tuple(after.text[s.span.start : s.span.end] for s in found.added),
        tuple(
            (
                before.text[pair.before.span.start : pair.before.span.end],
                after.text[pair.after.span.start : pair.after.span.end],
            )
            for pair in found.revised
        ),
    )
    return difference, round(found.jaccard, 4), round(found.containment, 4)


def _article(catalog: Catalog, article_id: str) -> Article:
    article = catalog.article(article_id)
    if article is None:
        raise ArchiveDamagedError(
            f"article {article_id!r} of a family is not in the catalogue; build anew with --rebuild"
        )
    return article

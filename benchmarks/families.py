"""Measure how well families are found, and what that costs: ``python benchmarks/families.py``.

Real articles are edited into copies and versions, among strangers that share frames, forms and
quotes. Limits were chosen on the articles with an even hash of their id; the odd ones are for the
report, and their forms are others. NEWSARCHIVE_DATA names the folder with articles.jsonl, else
../shared/data/wikinews is read.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import orjson
from family_edits import COPIES, ELSEWHERE, FORMS, VERSIONS, boxed, consent, cut, notice, quoting

from index.build.writer import fingerprint
from index.families import settle
from index.sources import read_articles
from index.store.catalog import Catalog
from index.text.clean import clean_article
from index.types import Article, SourcedArticle, key_of

_SEED = 20
_FEWEST_WORDS = 120  # of an article that is edited
_ENCODER_MS = 45  # an article of nine chunks, 5 ms each: docs/decisions/0002-retrieval.md


@dataclass(frozen=True, slots=True)
class Labelled:
    """Articles with the truth: ``relatives[id]`` is (id of what was edited, edit, role)."""

    articles: tuple[Article, ...]
    relatives: Mapping[str, tuple[str, str, str]]


def labelled(articles: Sequence[Article], half: str, rng: Random) -> Labelled:
    """Edit the articles of one half, and put strangers among them."""
    wanted = {"even": 0, "odd": 1}[half]
    base = [a for a in articles if int(sha256(a.id.encode()).hexdigest(), 16) % 2 == wanted]
    long = [a for a in base if len(a.text.split()) >= _FEWEST_WORDS]
    made: list[Article] = list(base)
    relatives = {}
    edits = {**COPIES, **VERSIONS}
    for number, article in enumerate(long):
        for step in range(3):
            name = list(edits)[(number + 3 * step) % len(edits)]
            other = rng.choice([a for a in long if a is not article])
            outlet = (
                article.source
                if name in VERSIONS.keys() - ELSEWHERE
                else f"Outlet {rng.randint(1, 9)}"
            )
            edited = edits[name](replace(article, source=outlet), rng, other)
            day = edited.day or article.day  # never before what was edited
            published = f"{day}T12:00:00Z" if day else None
            edited = replace(edited, id=f"{name}-{article.id}", published=published)
            if (cleaned := clean_article(edited)) and cleaned.text != article.text:
                made.append(cleaned)
                role = "version" if name in VERSIONS else "copy"
                relatives[edited.id] = (article.id, name, role)
            elif cleaned:
                made.append(cleaned)
                relatives[edited.id] = (article.id, "exact", "copy")
    strangers = [form(number, rng) for form in FORMS[half] for number in range(30)]
    lonely = [a for a in base if len(a.text.split()) < 2_000]
    strangers += [consent(a, rng) for a in lonely[:15]]
    strangers += [boxed(a, rng) for a in lonely[15:45]]
    strangers += [notice(a, rng) for a in lonely[75:90]]
    for one, other in zip(lonely[45:60], lonely[60:75], strict=False):
        strangers.append(quoting(one, other, rng))
    # They stand for stories of their own: what they were made of leaves the archive.
    used = {s.id.partition("-")[2] for s in strangers}
    kept = [a for a in made if a.id not in used and relatives.get(a.id, ("",))[0] not in used]
    relatives = {r: found for r, found in relatives.items() if found[0] not in used}
    return Labelled(tuple(kept + [c for s in strangers if (c := clean_article(s))]), relatives)


def families_of(articles: Iterable[Article], folder: Path) -> tuple[Catalog, float]:
    """Store the articles and settle their families; return the catalogue and CPU seconds."""
    catalog = Catalog(folder / "catalog.sqlite", create=True)
    for article in articles:
        catalog.put_article(article, "", None, fingerprint(article), key_of(article.text))
    started = time.process_time()
    settle(catalog.families)
    return catalog, time.process_time() - started


def score(truth: Labelled, folder: Path) -> dict[str, object]:
    """Precision and recall of pairs, and what became of each kind of edit."""
    catalog, seconds = families_of(truth.articles, folder)
    members = {member.article_id: member for member in catalog.families.members(several=False)}
    story = {a.id: truth.relatives.get(a.id, (a.id,))[0] for a in truth.articles}
    grouped: dict[str, list[str]] = defaultdict(list)
    for member in members.values():
        grouped[member.family].append(member.article_id)
    pairs = [pair for ids in grouped.values() for pair in combinations(sorted(ids), 2)]
    wrong = [pair for pair in pairs if story[pair[0]] != story[pair[1]]]
    edits: dict[str, Counter[str]] = defaultdict(Counter)
    for article_id, (base, name, role) in truth.relatives.items():
        joined = members[article_id].family == members[base].family
        same = members[article_id].reference == members[base].reference
        found = ("copy" if same else "version") if joined else "none"
        edits[name]["edited"] += 1
        edits[name]["joined"] += int(joined)
        edits[name]["right role"] += int(found == role)
        if found != role:
            edits[name][f"as {found}"] += 1
    total = sum(row["joined"] for row in edits.values())
    return {
        "articles": len(truth.articles),
        "relatives": len(truth.relatives),
        "precision of pairs": 1 - len(wrong) / max(1, len(pairs)),
        "recall": total / max(1, len(truth.relatives)),
        "right role": sum(r["right role"] for r in edits.values()) / max(1, len(truth.relatives)),
        "wrong pairs": wrong[:20],
        "edits": {name: dict(row) for name, row in edits.items()},
        "CPU seconds": round(seconds, 2),
    }


def cost(articles: Sequence[Article], count: int, rng: Random, folder: Path) -> dict[str, object]:
    """Time families of ``count`` articles, one in five of them a relative, and an addition."""
    many: list[Article] = []
    while len(many) < count:
        turn = len(many) // len(articles)
        article = articles[len(many) % len(articles)]
        text = re.sub(
            r"\b([A-Za-z]{3,}|\d+)\b",
            rf"\1{chr(97 + turn % 26)}{chr(97 + turn // 26)}q",
            article.text,
        )
        made = replace(article, id=f"{article.id}-{turn}", text=text)
        if many and rng.random() < 0.2:
            made = replace(cut(many[-1], rng, many[-1]), id=f"{article.id}-{turn}")
        many.append(made)
    catalog, seconds = families_of(many, folder)
    for article in many[:100]:
        added = replace(article, id=f"new-{article.id}", text=article.text[::-1])
        catalog.put_article(added, "", None, fingerprint(added), key_of(added.text))
    started = time.process_time()
    settle(catalog.families)
    return {
        "articles": count,
        "CPU seconds": round(seconds, 2),
        "ms an article": round(1000 * seconds / count, 3),
        "share of the encoder's time": round(1000 * seconds / count / _ENCODER_MS, 4),
        "CPU seconds to add 100": round(time.process_time() - started, 2),
        "members of families": len(catalog.families.members()),
    }


def main() -> None:
    """Print the scores of both halves, or the cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("even", "odd"), default="odd")
    parser.add_argument("--cost", type=int, metavar="ARTICLES", help="time so many articles")
    options = parser.parse_args()
    folder = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "wikinews"
    path = Path(os.environ.get("NEWSARCHIVE_DATA", folder)) / "articles.jsonl"
    if not path.is_file():
        sys.exit(f"{path} is not there; set NEWSARCHIVE_DATA to a folder with articles.jsonl")
    articles = [a.article for a in read_articles([path]) if isinstance(a, SourcedArticle)]
    rng = Random(_SEED)
    with TemporaryDirectory() as scratch:
        if options.cost:
            found = cost(articles, options.cost, rng, Path(scratch))
        else:
            found = score(labelled(articles, options.half, rng), Path(scratch))
    print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())


if __name__ == "__main__":
    main()

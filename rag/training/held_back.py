"""Whether another embedder finds an archive's articles better: by headlines that none was shown.

A pool of articles is embedded without their headlines, by each embedder, and searched for the
headlines of those that training held back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

import orjson

from index.disk import Scratch
from index.progress import Progress
from index.settings import Settings
from index.store.catalog import Catalog
from index.types import Article
from rag.evaluation.archives import DEPTH, temporary_archive
from rag.evaluation.ranking import rank_articles, score_rankings
from rag.evaluation.scoring import mean
from rag.evaluation.significance import Comparison, Scores, compare, corrected
from rag.retrieval.retriever import Ranking
from rag.training.pairs import has_headline, is_held_back

RANKINGS: tuple[Ranking, ...] = ("vectors", "fused")
MEASURE = "MRR@10"
_HEADLINES = 300
_POOL = 1_200  # articles: embedding them twice takes as long as a short training
_POOL_CHARS = 4_000_000


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Articles to search in, and the headlines to find some of them by, by article id."""

    articles: tuple[Article, ...]
    headlines: Mapping[str, str]


def choose_held_back(catalog: Catalog, seed: int) -> HeldBack:
    """Choose up to 300 held-back articles and others around them, at random."""
    chance = Random(seed)
    members = [m for m in catalog.families.members(several=False) if m.role == "original"]
    chance.shuffle(members)
    members.sort(key=lambda member: not is_held_back(member.family))
    articles: list[Article] = []
    headlines: dict[str, str] = {}
    room = _POOL_CHARS
    for member in members:
        article = catalog.article(member.article_id)
        if article is None or room < len(article.text):
            continue
        if is_held_back(member.family):
            if not has_headline(article) or len(headlines) == _HEADLINES:
                continue
            headlines[article.id] = article.title
        articles.append(article)
        room -= len(article.text)
        if len(articles) == _POOL:
            break
    return HeldBack(tuple(articles), headlines)


def score_headlines(
    held_back: HeldBack, settings: Settings, progress: Progress | None = None
) -> Scores:
    """Scores of each headline by ranking ("vectors", "fused"), article id and measure."""
    with Scratch() as folder:
        path = folder / "articles.jsonl"
        with path.open("wb") as file:
            for article in held_back.articles:
                bare = replace(article, title="")
                file.write(orjson.dumps(bare, option=orjson.OPT_APPEND_NEWLINE))
        with temporary_archive(path, settings, progress=progress) as archive:
            return {
                ranking: score_rankings(
                    {
                        article_id: rank_articles(
                            archive.search(headline, top_k=DEPTH, ranking=ranking), [article_id]
                        )
                        for article_id, headline in held_back.headlines.items()
                    }
                )
                for ranking in RANKINGS
            }


def means(scores: Scores) -> dict[str, dict[str, float | None]]:
    """Mean of each measure, by ranking."""
    return {
        ranking: {
            measure: mean(score[measure] for score in own.values())
            for measure in next(iter(own.values()), {})
        }
        for ranking, own in scores.items()
    }


def compare_headlines(after: Scores, before: Scores) -> dict[str, Comparison]:
    """Test the rankings of two embedders against each other, corrected for testing two."""
    apart = {ranking: compare(_of(after[ranking]), _of(before[ranking])) for ranking in RANKINGS}
    p_values = corrected([difference.p for difference in apart.values()])
    return {
        ranking: Comparison(difference, p)
        for (ranking, difference), p in zip(apart.items(), p_values, strict=True)
    }


def is_better(comparisons: Mapping[str, Comparison]) -> bool:
    """Whether every ranking gained more than chance gives."""
    return all(one.significant and one.difference.difference > 0 for one in comparisons.values())


def _of(scores: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    return {article: score[MEASURE] for article, score in scores.items()}

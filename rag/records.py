"""Answers and passages as plain dictionaries: the JSON of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from index.types import Article
from rag.types import Answer, Citation, Passage


def answer_record(answer: Answer, question_id: str | int | None = None) -> dict[str, Any]:
    """Turn an answer into one JSON object; its fields are a public promise."""
    citations = {one.marker: citation_record(one) for one in answer.citations}
    return {
        "id": question_id,
        "question": answer.question,
        "answer": answer.text,
        "short": answer.short,
        "form": answer.query.form,
        "refused": answer.refused,
        "reason": answer.reason,
        "citations": list(citations.values()),
        "conflicts": [
            {
                "value": conflict.value,
                "citations": [citations[one] for one in conflict.markers if one in citations],
            }
            for conflict in answer.conflicts
        ],
        "passages": passage_records(answer.passages),
        "query": asdict(answer.query),
        "timings_ms": dict(answer.timings_ms),
    }


def citation_record(citation: Citation) -> dict[str, Any]:
    """Give a quote with the article that holds it, in its text or in its title."""
    return {
        "marker": citation.marker,
        **article_record(citation.article),
        "of": citation.of,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "also_in": [article_record(article) for article in citation.also_in],
        "superseded_by": citation.superseded_by and article_record(citation.superseded_by),
    }


def passage_records(passages: Sequence[Passage]) -> list[dict[str, Any]]:
    """Passages as JSON objects, best first."""
    return [
        {
            **article_record(passage.article),
            "start": passage.start,
            "end": passage.end,
            "text": passage.text,
            "score": passage.score,
            "found_by": dict(passage.found_by),
            "also_in": [article_record(article) for article in passage.also_in],
            "superseded_by": passage.superseded_by and article_record(passage.superseded_by),
            "outside": passage.outside,
        }
        for passage in passages
    ]


def article_record(article: Article) -> dict[str, Any]:
    """Say of an article what names it."""
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "url": article.url,
    }

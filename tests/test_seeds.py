"""The sample archive is what seeds/README.md says: its questions rest on its articles."""

import json
from pathlib import Path
from typing import Any

import pytest

from rag.evaluation.scoring import stands_in
from rag.evaluation.sets import read_set

FREE = {"count", "about"}  # forms whose answer is reckoned, and stands in no article
Records = list[dict[str, Any]]


@pytest.fixture(scope="module")
def articles(seeds: Path) -> Records:
    lines = (seeds / "sample" / "articles.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def questions(seeds: Path) -> Records:
    lines = (seeds / "sample" / "questions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def texts(articles: Records) -> dict[str, str]:
    return {a["id"]: "\n".join((a["title"], a["text"], a["source"])) for a in articles}


def test_the_articles_are_sorted_and_say_that_they_are_fictional(articles: Records) -> None:
    days = [article["published"][:10] for article in articles]
    assert days == sorted(days)
    for article in articles:
        assert article["id"].startswith(f"sample-{article['published'][:10]}-")
        assert article["source"].endswith(" (fictional sample)")
        assert article["url"].startswith("https://example.org/sample/")


def test_the_set_can_be_read(seeds: Path) -> None:
    sample = read_set(seeds / "sample")
    assert [one.id for one in sample.questions] == [f"sampleq-{n:03}" for n in range(1, 151)]
    assert sample.articles is not None
    assert len(sample.articles) == 120


def test_evidence_stands_word_for_word_in_a_gold_article(
    questions: Records, texts: dict[str, str]
) -> None:
    lost = [
        (one["id"], sentence)
        for one in questions
        for sentence in one["evidence"]
        if not any(sentence in texts[gold] for gold in one["gold"])
    ]
    assert lost == []


def test_gold_articles_say_what_an_answer_must_say(
    questions: Records, texts: dict[str, str]
) -> None:
    for one in questions:
        if one.get("form") in FREE or not one["gold"]:
            continue
        told = "\n".join(texts[gold] for gold in one["gold"])
        for expected in (*one["must"], *one.get("conflict", ())):
            assert any(stands_in(each, told) for each in expected), (one["id"], expected)


def test_answerable_questions_have_gold_articles(questions: Records) -> None:
    for one in questions:
        assert bool(one["gold"]) or not one["answerable"] or one["form"] in ("about", "talk")
        assert bool(one["must"]) == (one["answerable"] and one.get("form") != "talk")
        assert bool(one["history"]) == bool(one["standalone"]), one["id"]

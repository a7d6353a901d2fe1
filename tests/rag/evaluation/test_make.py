"""Questions made of an archive: sound, the same each time, copies counted, and asked with eval."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import orjson
import pytest

from index.build import build_archive
from index.settings import Settings
from index.types import Article
from rag import Archive
from rag.evaluation import EvaluationSetError, evaluate
from rag.evaluation.make import (
    content_words,
    from_headline,
    from_sentence,
    make_questions,
    write_questions,
)
from rag.evaluation.scoring import stands_in
from rag.evaluation.sets import read_set

TOWNS = "Selm Vardena Ostwick Kirnov Tarnby Melford Quillon Brasca Dunmore Ystad Heronby Lumley"
PEOPLE = "Lund Karsson Ibarra Novak Okafor Petrov Quist Ramires Sorby Tanaka Ulven Varga"
THINGS = "bridge museum ferry bakery library stadium cinema orchard windmill abbey canal dam"
DOINGS = "painted repaired flooded cleaned robbed crowned measured praised fenced heated dried sold"
KINDS = "wooden ancient yellow round crooked marble narrow famous floating hidden noisy empty"
CROWDS = "clowns sailors nurses pilots bakers dancers monks tailors judges farmers miners poets"
WORDS = [words.split() for words in (TOWNS, PEOPLE, THINGS, DOINGS, KINDS, CROWDS)]


def story(number: int) -> dict[str, str]:
    town, person, thing, doing, kind, crowd = (words[number] for words in WORDS)
    return {
        "id": f"s{number}",
        "title": f"Old {thing} {doing} by {crowd} in {town}",
        "text": f"The {kind} {thing} was finally {doing} in {town} by senator {person} with "
        f"{number + 20} {crowd}.\n\nNothing else happened there.",
        "published": f"2024-03-{number + 1:02}",
        "source": "Gazette",
    }


@pytest.fixture(scope="module")
def towns(
    tmp_path_factory: pytest.TempPathFactory,
    write_lines: Callable[..., Path],
    hashed_settings: Settings,
) -> Path:
    folder = tmp_path_factory.mktemp("towns")
    copy = {**story(0), "id": "copy", "source": "Courier", "published": "2024-04-01"}
    source = write_lines(folder / "a.jsonl", *map(story, range(12)), copy)
    build_archive(folder / "archive", [source], settings=hashed_settings)
    return folder / "archive"


def texts(archive_dir: Path) -> dict[str, str]:
    with Archive.open(archive_dir) as archive:
        found = [archive.article(name) for name in (*(f"s{n}" for n in range(12)), "copy")]
    return {article.id: f"{article.title} {article.text}" for article in found if article}


def test_each_kind_is_made_and_the_same_each_time(towns: Path) -> None:
    made = make_questions(towns, 18)
    assert made == make_questions(towns, 18)
    assert made != make_questions(towns, 18, seed=1)
    assert [one["kind"] for one in made[:3]] == ["headline", "cloze", "unanswerable"]
    assert len(made) == 18
    assert len({one["id"] for one in made}) == 18


def test_what_is_answerable_is_answered_by_its_gold_alone(towns: Path) -> None:
    articles = texts(towns)
    made = [one for one in make_questions(towns, 30) if one["answerable"]]
    assert any("copy" in one["gold"] for one in made), "a copy counts as gold"
    for one in made:
        words = content_words(str(one["question"]).replace("how many", ""))
        holding = {name for name, text in articles.items() if words <= content_words(text)}
        assert holding == set(one["gold"])
        for (detail,) in one["must"]:
            assert not stands_in(detail, str(one["question"]))
            assert all(stands_in(detail, articles[name]) for name in one["gold"])


def test_no_article_says_what_a_near_miss_asks(towns: Path) -> None:
    articles = texts(towns)
    near = [one for one in make_questions(towns, 30) if not one["answerable"]]
    assert near
    for one in near:
        assert (one["kind"], one["gold"], one["must"]) == ("unanswerable", [], [])
        words = content_words(str(one["question"]).replace("how many", ""))
        assert not any(words <= content_words(text) for text in articles.values())
        own = content_words(TOWNS + " " + PEOPLE) & words
        # Whoever the question is about now stands in the archive, in another story.
        assert any(own & content_words(text) for text in articles.values())


def test_no_question_is_a_plain_copy(towns: Path) -> None:
    articles = texts(towns)
    for one in make_questions(towns, 30):
        if one["kind"] == "cloze":
            assert not any(str(one["question"]).rstrip("?") in text for text in articles.values())
            assert one["evidence"][0] in " ".join(articles.values())
            left = content_words(str(one["question"]).replace("how many", ""))
            assert left < content_words(one["evidence"][0])


def test_a_made_set_is_asked_like_any_other(towns: Path, tmp_path: Path) -> None:
    path = write_questions(tmp_path / "made", make_questions(towns, 9))
    assert len(read_set(path.parent, articles_needed=False).questions) == 9
    report = evaluate(path.parent, archive_dir=towns)
    assert report.overall.questions == 9
    assert report.missing_gold == 0
    assert report.retrieval("words")["hit@1"] == 1
    with pytest.raises(EvaluationSetError, match="is there already; name another folder"):
        write_questions(tmp_path / "made", [])


def test_an_archive_without_sentences_says_what_it_lacks(
    tmp_path: Path, write_lines: Callable[..., Path], hashed_settings: Settings
) -> None:
    source = write_lines(tmp_path / "a.jsonl", {"id": "a", "title": "Rain", "text": "It rains."})
    build_archive(tmp_path / "archive", [source], settings=hashed_settings)
    with pytest.raises(EvaluationSetError, match="no question can be made of .*archive"):
        make_questions(tmp_path / "archive", 3)


def article(title: str = "", text: str = "") -> Article:
    return Article("a", title, text)


@pytest.mark.parametrize("title", ["", "Rain", "What was it?", "Storm hits the harbour"])
def test_a_headline_of_few_words_is_no_question(title: str) -> None:
    assert from_headline(article(title), Random(0)) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Too short for Ada Lund to say.",
        "It was in Selm that the mayor met senator Karsson with 40 guests on Monday.",
        "The mayor said “we will open the bridge in Selm before 2025” to senator Karsson then.",
        "The mayor of the town met the senator on a rainy morning before all of the guests.",
        "the bridge in Selm was opened by senator Karsson before 40 guests on a rainy morning.",
        "Was the bridge in Selm opened by senator Karsson before 40 guests on a rainy morning?",
    ],
)
def test_a_sentence_that_cannot_stand_by_itself_is_no_question(sentence: str) -> None:
    for seed in range(5):
        assert from_sentence(article(text=sentence), sentence, Random(seed)) is None


def test_a_counted_number_is_asked_for_and_a_year_is_a_gap() -> None:
    counted = (
        "The wooden bridge near Selm was opened by senator Karsson before 40 guests yesterday."
    )
    year = counted.replace("40 guests", "crowds in 2019")
    asked = {
        made.asks: made.question
        for sentence in (counted, year)
        for seed in range(40)
        if (made := from_sentence(article(text=sentence), sentence, Random(seed)))
    }
    assert "how many guests" in asked["40"]
    assert "…" in asked["2019"] and "how many" not in asked["2019"]
    assert {"Selm", "Karsson"} <= asked.keys()


def test_lines_are_those_of_a_questions_file(towns: Path) -> None:
    line = orjson.loads(orjson.dumps(make_questions(towns, 3)[1]))
    assert line.keys() == {
        "id", "question", "kind", "answerable", "asked", "must", "gold", "evidence",
    }  # fmt: skip
    assert line["asked"] is None  # the question has no "yesterday"

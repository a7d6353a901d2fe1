"""The JSON of answers and passages: its fields are a promise."""

import orjson

from index.types import Article
from rag import Answer, Archive, Citation, Filters, Passage, Query, Sentence
from rag.records import answer_record, passage_records
from rag.types import Conflict

ARTICLE = Article(
    "a", "Ferry", "It ran aground. Nobody was hurt.", "2024-03-04", "Courier", "https://x/a"
)
COPY = Article("b", "Stuck", ARTICLE.text)
PASSAGE = Passage(ARTICLE, 0, 32, ARTICLE.text, 0.5, 1, {"words": 1}, (COPY,))


def answer(**changed: object) -> Answer:
    fields: dict[str, object] = {
        "question": "Where?",
        "query": Query("Where?", "Where?", ("Where?",), filters=Filters(sources=("Courier",))),
        "sentences": (Sentence("It ran aground.", (1,)),),
        "citations": (Citation(1, ARTICLE, 0, 15, "It ran aground.", (COPY,)),),
        "passages": (PASSAGE,),
        "timings_ms": {"total": 1.5},
    }
    return Answer(**{**fields, **changed})  # type: ignore[arg-type]


def test_an_answer() -> None:
    copy = {"article_id": "b", "title": "Stuck", "source": None, "published": None, "url": None}
    article = {
        "article_id": "a",
        "title": "Ferry",
        "source": "Courier",
        "published": "2024-03-04",
        "url": "https://x/a",
    }
    found = orjson.loads(orjson.dumps(answer_record(answer(), "q1")))
    query = found.pop("query")
    assert found == {
        "id": "q1",
        "question": "Where?",
        "answer": "It ran aground. [1]",
        "short": "",
        "form": "fact",
        "refused": False,
        "reason": "",
        "citations": [
            {
                "marker": 1,
                **article,
                "of": "text",
                "quote": "It ran aground.",
                "start": 0,
                "end": 15,
                "also_in": [copy],
                "superseded_by": None,
            }
        ],
        "conflicts": [],
        "passages": [
            {
                **article,
                "start": 0,
                "end": 32,
                "text": ARTICLE.text,
                "score": 0.5,
                "found_by": {"words": 1},
                "also_in": [copy],
                "superseded_by": None,
                "outside": False,
            }
        ],
        "timings_ms": {"total": 1.5},
    }
    assert query["question"] == query["standalone"] == "Where?"
    assert query["filters"]["sources"] == ["Courier"]


def test_a_conflict_gives_each_value_with_its_citations() -> None:
    newer = Article("c", "Afloat", "Two ran aground.", "2024-03-05", "Courier")
    citations = (
        Citation(1, ARTICLE, 0, 15, "It ran aground.", superseded_by=newer),
        Citation(2, newer, 0, 6, "Afloat", of="title"),
    )
    conflicts = (Conflict("One", (1,)), Conflict("Two", (2,)))
    record = answer_record(answer(citations=citations, conflicts=conflicts, short="One"))
    assert record["short"] == "One"
    one, two = orjson.loads(orjson.dumps(record["conflicts"]))
    assert (one["value"], two["value"]) == ("One", "Two")
    assert one["citations"] == record["citations"][:1]
    (quoted,) = two["citations"]
    assert (quoted["marker"], quoted["article_id"], quoted["of"]) == (2, "c", "title")
    assert (quoted["source"], quoted["published"]) == ("Courier", "2024-03-05")
    assert newer.title[quoted["start"] : quoted["end"]] == quoted["quote"]
    assert one["citations"][0]["superseded_by"]["article_id"] == "c"


def test_an_answer_as_text_says_who_differs() -> None:
    newer = Article("c", "Afloat", "Two ran aground.", "2024-03-05")
    citations = (
        Citation(1, ARTICLE, 0, 15, "It ran aground.", superseded_by=newer),
        Citation(2, newer, 0, 6, "Afloat", of="title"),
        Citation(3, newer, 0, 16, "Two ran aground."),
    )
    conflicts = (Conflict("One", (1,)), Conflict("Two", (2, 3)))
    assert str(answer(citations=citations, conflicts=conflicts)).splitlines() == [
        "It ran aground. [1]",
        "Outlets differ: One [1] Courier, 2024-03-04, corrected; Two [2] [3] Afloat, 2024-03-05",
        "",
        "[1] Ferry, Courier, 2024-03-04: It ran aground.",
        "    superseded by: Afloat, 2024-03-05",
        "[2] Afloat, 2024-03-05, headline: Afloat",
        "[3] Afloat, 2024-03-05: Two ran aground.",
    ]


def test_a_refusal() -> None:
    refusal = answer(sentences=(), citations=(), refused=True, reason="The archive does not say.")
    record = answer_record(refusal)
    assert (record["id"], record["refused"], record["citations"]) == (None, True, [])
    assert record["reason"] == "The archive does not say."
    assert record["answer"].startswith("The archive does not say. Nearest coverage: Ferry, Courier")
    assert len(record["passages"]) == 1


def test_records_of_a_real_search_are_json(opened_seeds: Archive) -> None:
    passages = opened_seeds.search("ferry fire")
    assert passages
    found = orjson.loads(orjson.dumps(passage_records(passages)))
    assert [record["text"] for record in found] == [passage.text for passage in passages]
    assert all(isinstance(record["score"], float) for record in found)

"""Families in answers: each place word for word, the newest version first, nothing said twice."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.build import add_articles, remove_articles
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from rag import Archive, Filters
from rag.retrieval.folding import chunk_in_newer

SHORT = {"chunk_pieces": 60}  # several chunks an article
REPORT = (
    "An earthquake of magnitude 5.6 shook the town of Ostry on Monday and killed 12 people.\n\n"
    "Mayor Jana Kolar said that 340 houses had collapsed in the old quarter by the river. "
    "Rescue teams from Varn and Halmin arrived before noon with dogs and heavy machinery.\n\n"
    "The hospital treated 87 people, most of them for broken bones. The railway to the coast is "
    "closed, and buses replace the trains until further notice.\n\n"
    "Schools in the region stay shut for the rest of the week. The geological institute expects "
    "weaker shocks for several days and advises against entering damaged buildings."
)
RECORDS = (
    {"id": "agency", "title": "Earthquake shakes Ostry, 12 dead", "text": REPORT,
     "published": "2024-03-04T09:00:00Z", "source": "Selm Press Agency"},
    {"id": "copy", "title": "Ostry quake", "published": "2024-03-04T18:00:00Z",
     "source": "Harbour Courier",
     "text": "OSTRY (SPA) - " + REPORT.replace("said that 340", "told reporters that 340")
     + "\n\nThe fire brigade of Selm has sent two engines to Ostry, Chief Tomas Brand said at the "
     "station on Monday evening."},
    {"id": "update", "title": "Earthquake in Ostry: 19 dead", "published": "2024-03-05T08:00:00Z",
     "source": "Selm Press Agency",
     "text": REPORT.replace("killed 12 people", "killed 19 people")
     .replace(" The railway to the coast is closed, and buses replace the trains until further "
              "notice.", "")},
    {"id": "other", "title": "Council passes the budget", "published": "2024-03-04",
     "source": "Harbour Courier",
     "text": "The council of Selm passed its budget of 9 million crowns after a long debate."},
)  # fmt: skip


@pytest.fixture(scope="module")
def quakes(archive_of: Callable[..., Path]) -> Iterator[Archive]:
    with Archive.open(archive_of(*RECORDS, **SHORT)) as archive:
        yield archive


def test_what_versions_share_is_shown_once_under_the_newest(quakes: Archive) -> None:
    passages = quakes.search("geological institute expects weaker shocks", top_k=20)
    holding = [p for p in passages if "geological institute" in p.text]
    assert [p.article.id for p in holding] == ["update"]
    assert {a.id for a in holding[0].also_in} == {"agency", "copy"}
    assert holding[0].superseded_by is None


def test_the_newest_facts_are_answered(quakes: Archive) -> None:
    answer = quakes.ask("How many people did the earthquake in Ostry kill?")
    assert "killed 19 people" in answer.text
    assert "killed 12 people" not in answer.text
    old = [p for p in quakes.search("earthquake killed people") if "killed 12" in p.text]
    assert [(p.article.id, p.superseded_by and p.superseded_by.id) for p in old] == [
        ("agency", "update")
    ]


def test_what_only_the_older_version_says_is_found_and_marked(quakes: Archive) -> None:
    answer = quakes.ask("What replaces the trains while the railway to the coast is closed?")
    assert not answer.refused
    (citation,) = [c for c in answer.citations if "buses" in c.quote]
    assert (citation.article.id, citation.superseded_by and citation.superseded_by.id) == (
        "agency",
        "update",
    )
    assert "superseded by: Earthquake in Ostry: 19 dead" in str(answer)


def test_what_only_a_copy_says_is_found(quakes: Archive) -> None:
    answer = quakes.ask("Who sent two engines to Ostry?")
    assert "fire brigade of Selm" in answer.text
    assert answer.citations[0].article.id == "copy"


@pytest.mark.parametrize("question", ["earthquake Ostry Monday", "houses collapsed", "hospital"])
def test_under_a_limit_the_copy_is_quoted_from_its_own_text(quakes: Archive, question: str) -> None:
    passages = quakes.search(question, sources=["Harbour Courier"], top_k=20)
    assert {p.article.id for p in passages} <= {"copy", "other"}
    assert "copy" in {p.article.id for p in passages}
    for passage in passages:
        assert passage.article.text[passage.start : passage.end] == passage.text
    places = [(p.article.id, p.start) for p in passages]
    assert len(places) == len(set(places))
    assert not any("said that 340" in p.text for p in passages)


def test_under_a_limit_the_copy_is_cited_and_marked(quakes: Archive) -> None:
    limit = Filters(sources=("Harbour Courier",))
    answer = quakes.ask("How many people did the hospital treat for broken bones?", filters=limit)
    assert not answer.refused, answer.reason
    citation = answer.citations[0]
    assert citation.article.id == "copy"
    assert citation.article.text[citation.start : citation.end] == citation.quote
    assert citation.superseded_by is not None
    assert citation.superseded_by.id == "update"


def test_under_a_limit_in_time_the_older_version_answers(quakes: Archive) -> None:
    limit = Filters(published_to="2024-03-04")
    answer = quakes.ask("How many people did the earthquake in Ostry kill?", filters=limit)
    assert "killed 12 people" in answer.text
    assert {c.article.id for c in answer.citations} <= {"agency", "copy"}


def test_families_are_listed_with_what_changed(quakes: Archive) -> None:
    (family,) = quakes.families()
    original, copy, version = family.members
    assert (original.article.id, original.role, original.of) == ("agency", "original", None)
    assert (copy.article.id, copy.role, copy.of) == ("copy", "copy", "agency")
    assert 0.5 < copy.jaccard < 1
    assert copy.containment > 0.9
    assert (version.role, version.of, version.superseded_by) == ("version", "agency", None)
    assert version.difference is not None
    ((before, after),) = version.difference.revised
    assert "killed 12 people" in before
    assert "killed 19 people" in after
    assert version.difference.removed == (
        "The railway to the coast is closed, and buses replace the trains until further notice.",
    )


def test_a_copy_takes_the_place_of_an_original_that_goes(
    tmp_path: Path, write_lines: Callable[..., Path], archive_of: Callable[..., Path]
) -> None:
    path = archive_of(RECORDS[0], RECORDS[3])
    report = add_articles(path, [write_lines(tmp_path / "later.jsonl", RECORDS[1])])
    assert report.copies == 1
    with Archive.open(path) as archive:
        (found,) = [p for p in archive.search("hospital treated") if "hospital" in p.text]
        assert found.article.id == "agency"
        remove_articles(path, ["agency"])
        (found,) = [p for p in archive.search("hospital treated") if "hospital" in p.text]
        assert (found.article.id, found.also_in) == ("copy", ())
        assert archive.families() == ()


def test_the_real_model_quotes_an_edited_copy_from_its_own_text(opened_seeds: Archive) -> None:
    limit = Filters(sources=("Coastal Business Review (fictional sample)",))
    question = "When do the dockers at Halmin go back to work after the strike?"
    answer = opened_seeds.ask(question, filters=limit)
    assert not answer.refused, answer.reason
    for citation in answer.citations:
        assert citation.article.source == limit.sources[0]
        assert citation.article.text[citation.start : citation.end] == citation.quote
    cited = opened_seeds.ask(question).citations[0]
    assert cited.article.id == "sample-2026-02-09-dock-strike-ends"
    assert "sample-2026-02-09-dock-strike-review" in {a.id for a in cited.also_in}


def test_a_chunk_gives_way_to_the_newer_one_that_has_most_of_it(
    archive_of: Callable[..., Path],
) -> None:
    """A paragraph put in at the head moves the cuts: the same words stand in another chunk."""
    sentences = REPORT.split(". ")
    added = "The king of Selm will visit the town on Friday, his office said in a short statement."
    records = (
        {"id": "first", "title": "Quake", "text": REPORT, "published": "2024-03-04"},
        {
            "id": "second", "title": "Quake", "published": "2024-03-05",
            "text": f"{added}\n\n{REPORT.replace('killed 12 people', 'killed 19 people')}",
        },
    )  # fmt: skip
    archive = archive_of(*records, **SHORT)
    catalog = Catalog(ArchiveFolder(archive).current().catalog, read_only=True)
    newer = catalog.article("second")
    assert newer is not None
    moved = 0
    for chunk_id in catalog.chunk_ids(["first"]):
        stored = catalog.chunk(chunk_id)
        held = [s for s in sentences if s in stored.chunk.text]
        other = chunk_in_newer(catalog, stored, newer)
        if other is not None:
            text = catalog.chunk(other).chunk.text
            share = sum(len(s) for s in held if s in text) / sum(map(len, held))
            assert share > 0.4
            moved += 1
    catalog.close()
    assert moved

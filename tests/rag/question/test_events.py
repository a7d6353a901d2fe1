"""Times counted from an event, dated by the archive's own articles."""

from pathlib import Path

import pytest

from index.build import build_archive
from index.settings import Settings
from rag import Archive
from rag.options import EVERYTHING
from rag.question.times import Times, near_event

ARTICLES = (
    ("2024-03-04", "Ferry aground", "The ferry Ostrel ran aground off Selm on Monday."),
    ("2024-03-09", "Ferry towed", "The Ostrel, the ferry that ran aground off Selm, was towed."),
    ("2024-05-01", "Fire in Garrow", "A fire burned the market hall of Garrow."),
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("events")
    rows = [
        f'{{"id": "{n}", "title": "{title}", "text": "{text}", "published": "{day}"}}'
        for n, (day, title, text) in enumerate(ARTICLES)
    ]
    (folder / "news.jsonl").write_text("\n".join(rows))
    path = Path(folder / "archive")
    build_archive(path, [folder / "news.jsonl"], settings=Settings(embedder="hashed-words"))
    return Archive.open(path)


@pytest.mark.parametrize(
    ("question", "near"),
    [
        ("What was said two days after the ferry ran aground?", ("2024-03-05", "2024-03-14")),
        ("Who came the day after the fire in Garrow?", ("2024-05-01", "2024-05-10")),
        ("Who came a week before the fire in Garrow?", ("2024-04-22", "2024-05-03")),
        ("3 months following the fire in Garrow, who was charged?", ("2024-07-07", "2024-08-29")),
    ],
)
def test_days_are_counted_from_the_first_report(
    archive: Archive, question: str, near: tuple[str, str]
) -> None:
    query = archive.understand(question)
    assert query.near == near
    assert [one.text for one in query.inferred if "is first told of on" in one.text]
    assert archive.understand(question, options=EVERYTHING.without("near")).near is None


@pytest.mark.parametrize(
    "question",
    [
        "What was said two days after the storm in Garrow?",  # the archive has none
        "What was said two days after that?",
        "What was said two days after Garrow?",  # a place is no event
        "What was said two days later?",
        "What was said after the fire in Garrow?",  # nothing is counted
    ],
)
def test_what_is_not_counted(archive: Archive, question: str) -> None:
    assert archive.understand(question).near is None


def test_a_count_beyond_the_calendar_is_left_out() -> None:
    class Early:
        def day_of(self, event: str) -> str:
            return "0001-01-02"

    assert near_event("What was 900 years before the fire in Garrow?", Early()) == Times()

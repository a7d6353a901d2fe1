"""An archive for answers that look through all of it: a regatta, a strike, two outlets' figures."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag import Archive
from rag.question import understand
from rag.question.asked import Background, Question
from rag.retrieval.snapshot import Snapshot
from rag.types import Evidence, Query

REGATTA = (
    "The regatta of Selm was won by the yacht Marlin. Nine boats took part in it, in light wind."
)


def record(name: str, title: str, text: str, day: str, source: str) -> dict[str, str]:
    return {"id": name, "title": title, "text": text, "published": day, "source": source}


RECORDS = (
    record("r1", "Ada Brandt leads the regatta off Selm",
           "The regatta began with nine boats. In the lead is Ada Brandt, as last year.",
           "2026-03-03", "Harbour Courier"),
    record("r2", "Marlin wins regatta", REGATTA, "2026-03-20", "Harbour Courier"),
    record("r3", "Yacht Marlin takes the cup", REGATTA, "2026-03-21", "Radio Sorva"),
    record("r4", "Council pays for harbour wall",
           "The council pays for a new wall. The vote took two hours and was close in the end.\n\n"
           "The town hall was cold, and the clerk read out all forty pages of the contract.\n\n"
           "Members spoke of the tides, the stone and the price that the quarry asks for it.\n\n"
           "The mayor recalled the storms of the last winter and the boats that they had sunk.\n\n"
           "Nobody spoke against it, and the builder may begin as soon as the ice has gone.\n\n"
           "Last, the mayor thanked the regatta for its guests.",
           "2026-04-02", "Vardena Gazette"),
    record("s1", "Strike at the quay", "The dockers began a strike on 5 March 2026 over their pay.",
           "2026-03-06", "Vardena Gazette"),
    record("f1", "Fire on the ferry Ostrel", "The fire on the ferry killed 4 people on Monday.",
           "2026-03-10", "Harbour Courier"),
    record("f2", "Ferry fire: toll rises", "The fire on the ferry killed 7 people, police said.",
           "2026-03-12", "Vardena Gazette"),
    record("q1", "Closing of the quarry", "The quarry of Orn is closing, its owner said on Sunday.",
           "2026-03-30", "Harbour Courier"),
    record("g1", "Rovers top the table", "Castell Rovers scored 41 goals in the league this year.",
           "2026-05-01", "Radio Sorva"),
    record("g2", "United fall behind", "Marlow United scored 33 goals in the league this year.",
           "2026-05-02", "Radio Sorva"),
)  # fmt: skip


@pytest.fixture(scope="session")
def island(archive_of: Callable[..., Path]) -> Path:
    return archive_of(*RECORDS)


@pytest.fixture
def snapshot(island: Path) -> Iterator[Snapshot]:
    with Archive.open(island) as archive, archive._held() as held:
        yield held


@pytest.fixture
def found(snapshot: Snapshot) -> Callable[..., tuple[Query, Evidence]]:
    """Understand a question as one of a form, and retrieve: ``found("Who won?", "fact")``."""

    def retrieve(question: str, form: str, **said: Any) -> tuple[Query, Evidence]:
        background = Background(snapshot.outlets, snapshot.newest, snapshot.retriever)
        query = replace(understand(Question(question, **said), background), form=form)
        return query, snapshot.retriever.retrieve(query, 12)

    return retrieve

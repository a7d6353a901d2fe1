"""Archives to answer from: an island with a regatta and a strike, and a story in stages."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from index.build import build_archive
from index.store.archive import ArchiveFolder
from rag import Archive
from rag.answer.support import verify
from rag.question import understand
from rag.question.asked import Background, Question
from rag.reader import Reading
from rag.retrieval.snapshot import Snapshot
from rag.types import Draft, Evidence, Filters, Query

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


# The fire on the mill: a copy, a second outlet on the same day, two versions of one report.
STORY = (
    {
        "id": "walkout",
        "title": "Dockers walk out at Norhaven",
        "text": "NORHAVEN, May 4 (NPA) - Some 900 dockers at Norhaven walked out on Monday in a "
        "strike over pay for night work.\n\nThe port authority offered 3 per cent. “We will not go "
        "back for that,” said Lena Brandt, the secretary of the dockers’ union. “It is an "
        "insult.”\n\nThe port’s director, Paul Lind, said that he was ready to talk.",
        "published": "2026-05-04",
        "source": "Norhaven Post",
    },
    {
        "id": "walkout-copy",
        "title": "Strike at the docks",
        "text": "NORHAVEN, May 4 (NPA) - Some 900 dockers at Norhaven walked out on Monday in a "
        "strike over pay for night work.\n\nThe port authority offered 3 per cent. “We will not go "
        "back for that,” said Lena Brandt, the secretary of the dockers’ union. “It is an "
        "insult.”\n\nThe port’s director, Paul Lind, said that he was ready to talk.",
        "published": "2026-05-05",
        "source": "Coast Radio",
    },
    {
        "id": "talks",
        "title": "Talks to end the dock strike at Norhaven collapse",
        "text": "Photo: Norhaven Post.\n\nTalks to end the dock strike at Norhaven broke down on "
        "Sunday after eleven hours, the mediator said.\n\nBrandt blamed the port authority. She "
        "said that the dock strike would go on for weeks. “Nobody has made us an offer,” she "
        "said.\n\n“That is untrue,” said Lind.",
        "published": "2026-05-11",
        "source": "Norhaven Post",
    },
    {
        "id": "deal",
        "title": "Dock strike at Norhaven ends with 6 per cent",
        "text": "Dockers at Norhaven will end their strike on Friday for 6 per cent more pay, "
        "union and port authority said on Wednesday.\n\nShips had waited in the roads for two "
        "weeks, and the mill at Orsk had closed for want of grain.",
        "published": "2026-05-20",
        "source": "Norhaven Post",
    },
    {
        "id": "bomb",
        "title": "Bomb damages the court of Orsk",
        "text": "A bomb damaged the court house of Orsk before dawn on Tuesday, police said.\n\n"
        "The Free Hills Front, an armed group, claimed responsibility for the bomb in a letter "
        "to the Post. Interior minister Olaf Rehn said that the letter was genuine.",
        "published": "2026-03-03",
        "source": "Norhaven Post",
    },
    {
        "id": "ambush",
        "title": "Two customs officers shot dead in an ambush near Velden",
        "text": "Two customs officers were shot dead in an ambush near Velden on Thursday night, "
        "police said.\n\nInterior minister Olaf Rehn blamed the Free Hills Front for the ambush, "
        "which in March claimed a bomb at the court of Orsk.",
        "published": "2026-06-12",
        "source": "Norhaven Post",
    },
    {
        "id": "denial",
        "title": "Front denies the ambush near Velden",
        "text": "The Free Hills Front denied on Saturday that its men had laid the ambush near "
        "Velden in which two customs officers were shot dead.",
        "published": "2026-06-13",
        "source": "Coast Radio",
    },
    {
        "id": "blast",
        "title": "Blast tears open a gas pipeline at Tarm",
        "text": "A blast tore open a gas pipeline at Tarm on Monday and cut off 4,000 homes.\n\nNo "
        "group has claimed responsibility for the blast, a police spokesman said.",
        "published": "2026-06-22",
        "source": "Coast Radio",
    },
    {
        "id": "museum",
        "title": "Museum of salt opens at Velden",
        "text": "A museum of salt opened at Velden on Saturday in the old works.",
        "published": "2026-06-06",
        "source": "Coast Radio",
    },
)


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory, write_lines: Callable[..., Path]) -> Path:
    """STORY in an archive with the packaged embedder. Not to be written to."""
    folder = tmp_path_factory.mktemp("story")
    build_archive(folder / "archive", [write_lines(folder / "news.jsonl", *STORY)])
    return folder / "archive"


Read = Callable[[Evidence], Sequence[Reading]]
Composing = Callable[..., Draft]


@pytest.fixture(scope="session")
def composing(story: Path) -> Iterator[Composing]:
    """Compose an answer: ``composing(timeline, "How did …?", read=…, filters=…, order=…)``.

    Every line of it is verified against the stored articles.
    """
    snapshot = Snapshot(ArchiveFolder(story).current(), None, None)
    background = Background(snapshot.outlets, snapshot.newest, snapshot.retriever)

    def compose(
        form: ModuleType,
        question: str,
        read: Read = lambda evidence: (),
        filters: Filters = Filters(),  # noqa: B008
    ) -> Draft:
        query = understand(Question.read(question, filters=filters), background)
        evidence = snapshot.retriever.retrieve(query, 12)
        draft: Draft = form.compose(query, evidence, read(evidence))
        if draft.lines:
            assert verify(draft, snapshot.article).lines == draft.lines
        return draft

    yield compose
    snapshot.retriever.close()


@pytest.fixture(scope="session")
def said() -> Callable[[Draft], list[tuple[str, str, str]]]:
    """Return the lead, the article and the words of each line of a draft."""
    return lambda draft: [
        (line.lead, line.quotes[0].passage.article.id, line.quoted) for line in draft.lines
    ]

"""A made-up story in an archive with the packaged embedder, and how it is asked."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from index.build import build_archive
from index.store.archive import ArchiveFolder
from rag.answer.support import verify
from rag.question import understand
from rag.question.asked import Background, Question
from rag.reader import Reading
from rag.retrieval.snapshot import Snapshot
from rag.types import Draft, Evidence, Filters

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

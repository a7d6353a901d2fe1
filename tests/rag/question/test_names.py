"""Names in other forms: slips, transliterations and acronyms, against an archive's own words."""

from pathlib import Path

import pytest

from index.build import build_archive
from index.settings import Settings
from index.store.glosses import glosses
from rag import Archive
from rag.options import EVERYTHING

NEWS = {
    "rebels": (
        "Rebels leave the valley",
        "Fighters of the Northern Islands Liberation Army (NILA) left the valley on Monday. "
        "Their leader, Oleksandr Tsikhanovich, said that nobody was hurt.",
    ),
    "health": (
        "Health body warns of fever",
        "The fever spread to Lower Selm, said the United Harbour Health Council (UHHC) yesterday. "
        "Doctor Anna Kalven called the figures worrying.",
    ),
    "bail": ("Bail refused", "The court refused bail to Lena Oberman-Fried. Oberman-Fried fried."),
    "prize": ("A prize", "The award for Best Choir went to Selm, whose best choir is the best."),
    "council": ("Council meets", "NILA and UHHC were named. A council of Vardena met on Friday."),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("names")
    for name, (title, text) in NEWS.items():
        (folder / f"{name}.txt").write_text(f"{title}\n\n{text}\n")
    path = Path(folder / "archive")
    build_archive(path, [folder], settings=Settings(embedder="hashed-words"))
    return Archive.open(path)


def read(archive: Archive, question: str, off: str = "headlines") -> tuple[str, tuple[str, ...]]:
    query = archive.understand(question, options=EVERYTHING.without(off))
    return query.standalone, tuple(one.text for one in query.inferred)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Tsikanovich", "Tsikhanovich"),
        ("Kallven", "Kalven"),
        ("Vardenna", "Vardena"),
        ("Freid", "Fried"),  # the index has "fri", the stem of the verb
        ("Oberman-Freid", "Oberman-Fried"),
    ],
)
def test_a_slip_in_a_name_is_mended_and_said(archive: Archive, typed: str, meant: str) -> None:
    standalone, said = read(archive, f"What did {typed} say?")
    assert standalone == f"What did {meant} say?"
    slip, mended = typed.rsplit("-")[-1], meant.rsplit("-")[-1]
    assert said == (f"“{slip}” read as “{mended}”",)
    assert read(archive, f"What did {typed} say?", off="spelling")[1] == ()


@pytest.mark.parametrize(
    "question",
    [
        "What did Tsikhanovich say?",  # right already
        "Who banned Huawei?",  # like nothing here
        "what did tsikanovich say?",  # no name without its capital
        "What happened in Brest?",  # "Best" is an ordinary word
        "What did Lena Rfied say?",  # not the same first letter
        "Kalvenn said what?",  # the first word's capital says nothing
        "What did Kalvan say?",  # another letter in so short a name may be another name
        "What did Danish fighters want?",  # a place
        "What was woorying?",
    ],
)
def test_what_is_left_alone(archive: Archive, question: str) -> None:
    assert read(archive, question)[0] == question


def test_a_mended_name_finds_its_article(archive: Archive) -> None:
    answer = archive.ask("Who is Tsikanovich?")
    assert not answer.refused
    assert "Tsikhanovich" in answer.text


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("What did the NILA do?", {"NILA": "Northern Islands Liberation Army"}),
        (
            "What did the Northern Islands Liberation Army do?",
            {"Northern Islands Liberation Army": "NILA"},
        ),
        ("What did the UHHC warn of?", {"UHHC": "United Harbour Health Council"}),
        ("What did NASA do?", {}),
        ("What did nila do?", {}),
    ],
)
def test_acronyms_both_ways(archive: Archive, question: str, other: dict[str, str]) -> None:
    also = {name: (form,) for name, form in other.items()}
    assert archive.understand(question).also == also
    assert archive.understand(question, options=EVERYTHING.without("acronyms")).also == {}


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("the Islamic State (IS) said", "IS", "Islamic State"),
        ("Monday World Health Organization (WHO)", "WHO", "World Health Organization"),
        ("the Ministry of Defence (MoD) said", "MoD", "Ministry of Defence"),
        ("Anna Kalven (BBC) reported", "BBC", None),
        ("the Federal Aviation Administration, (FAA)", "FAA", "Federal Aviation Administration"),
    ],
)
def test_glosses(text: str, short: str, long: str | None) -> None:
    assert list(glosses(text)) == ([] if long is None else [(short, long)])

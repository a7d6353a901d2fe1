"""Names in other forms: slips, transliterations and acronyms, against an archive's own words.

Places by their other names, and which of a question's names an article has.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.store.glosses import glosses
from index.text.words import words
from rag import Archive
from rag.options import EVERYTHING
from rag.question.names import names_any, names_in, other_names, question_names

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
def archive(archive_of: Callable[..., Path]) -> Iterator[Archive]:
    records = [{"id": n, "title": title, "text": text} for n, (title, text) in NEWS.items()]
    with Archive.open(archive_of(*records)) as archive:
        yield archive


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


# -- places, and names in a text --------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("What is the Danish group paying?", "A firm from Denmark pays"),
        ("Which Kremlin ally fell ill?", "Moscow said that he was ill"),
        ("What did the White House say?", "The United States said nothing"),
        ("Who leads North Korea?", "The North Korean leader"),
        ("What did New Zealanders vote on?", "Voting in Wellington"),
        ("What did British commuters wear?", "Travellers in the UK"),
        ("What did US officials say?", "U.S. officials said so"),
        ("What did the U.N. decide?", "The UN decided"),
        ("What does the U.K. pay?", "British commuters pay"),
    ],
)
def test_a_place_has_several_names(question: str, article: str) -> None:
    found = words(question)
    names = question_names(found)
    assert names
    assert names_in(words(article), names, other_names(found)) == names


def test_other_places_do_not_count() -> None:
    found = words("What did the Danish group pay?")
    assert not names_in(words("A Swedish firm from Norway"), question_names(found), {})
    assert not names_any(other_names(found)["danish"], frozenset({"norway", "swed"}))


def test_a_small_letter_names_no_place() -> None:
    assert other_names(words("how to polish silver and turkey")) == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Aleksei", "Alexei Navalny fell ill"),
        ("Ayn", "the base of Ain al-Asad"),
        ("WHO", "The World Health Organization said"),
        ("Peshmerga", "Two peshmerga died; the Peshmergas withdrew"),
    ],
)
def test_another_spelling_counts(name: str, text: str) -> None:
    found = words(f"what of {name}")
    assert names_in(words(text), question_names(found), {}) == question_names(found)


def test_months_and_first_words_are_no_names() -> None:
    assert question_names(words("Which vote was held in March on a Sunday?")) == frozenset()
    assert question_names(words("What happened in 2019 in Oslo?")) == {"2019", "oslo"}


def test_a_pronoun_is_no_country() -> None:
    found = words("What did US officials say?")
    told = words("British officials told us the raid was over.")
    assert not names_in(told, question_names(found), other_names(found))


@pytest.mark.parametrize("name", ["Scott Morrison", "Dan Evans", "Pol Pot"])
def test_a_first_name_is_no_people(name: str) -> None:
    assert other_names(words(f"What did {name} say?")) == {}


def test_initials_are_those_of_words_that_stand_together() -> None:
    text = "Sorva said that Anna met Mirko. The Selm Airport Group agreed."
    names = question_names(words("What did Sam say?"))
    assert not names_in(words(text), names, {})

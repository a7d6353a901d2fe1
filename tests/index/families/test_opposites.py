"""Facts that another word changes: numbers, yes and no, terms; what they make of two articles."""

import time
from dataclasses import replace

import pytest

from index.families.opposites import are_opposed, figures, is_denied, is_exchanged
from index.families.sketches import worded
from index.types import Article
from tests.index.families.conftest import CONSENT, QUAKE, Shelf, edited


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("seventeen people had died", {"17"}),
        ("thirty-four people had died", {"34"}),
        ("34 people", {"34"}),
        ("a dozen of dozens", {"dozen", "dozens"}),
        ("three hundred and two thousand", {"300", "2000"}),
        ("the twenty-first of the third", {"21", "3"}),
        ("twenty thirty", {"20", "30"}),
        ("sixteen four", {"16", "4"}),
        ("one hundred", {"100"}),
        ("1,200 of 7.5", {"1200", "7.5"}),
        ("nobody", set()),
    ],
)
def test_figures(words: str, expected: set[str]) -> None:
    assert figures(words.replace("-", " ").split()) == expected


def changed(old: str, new: str) -> tuple[set[str], set[str]]:
    return set(old.split()) - set(new.split()), set(new.split()) - set(old.split())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("the bridge was open", "the bridge was not open", True),
        ("the bridge is safe", "the bridge isn't safe", True),
        ("he did not pay", "he didn't pay", False),
        ("he didn't say why he did not pay", "he didn't say why he didn't pay", False),
        ("he never paid the fine", "he paid the fine in March", False),
    ],
)
def test_denials(old: str, new: str, expected: bool) -> None:
    one, other = old.split(), new.split()
    assert is_denied(one, other) == is_denied(other, one) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("found guilty today", "found innocent today", True),
        ("prices rose sharply", "prices declined sharply", True),
        ("he won and they lost", "they lost and he won", False),
        ("it rose", "it climbed", False),
    ],
)
def test_opposites(old: str, new: str, expected: bool) -> None:
    assert are_opposed(*changed(old, new)) == are_opposed(*changed(new, old)) == expected


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("the clinic was hit by an airline on its way home", False),
        ("the council voted to build a school beside the canal", True),
        ("the council voted to build a prison near the canal", True),
        ("the council voted to build a prison beside the canals", False),
        ("the council decided to build a school behind the harbour", False),
    ],
)
def test_terms(new: str, expected: bool) -> None:
    old = "the council voted to build a prison beside the canal"
    if "near" in new:
        old = old.replace("prison", "museum")
    assert is_exchanged(old.split(), new.split()) == expected


# -- articles ---------------------------------------------------------------------------------

LATER = "2024-03-04T18:00:00Z"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("treated 87 people", "treated ninety-one people"),
        ("had collapsed", "had not collapsed"),
        ("is closed", "is open"),
        ("weaker shocks", "stronger shocks"),
        ("before noon", "after noon"),
    ],
)
def test_another_fact_makes_a_version(shelf: Shelf, old: str, new: str) -> None:
    shelf.put(QUAKE, edited(QUAKE, "later", (old, new)))
    assert shelf.roles()["later"] == ("quake", "version")
    assert shelf.members()["quake"].superseded_by == "later"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("treated 87 people", "treated eighty-seven people"),
        ("most of them", "mostly"),
        ("heavy machinery", "heavy machineries"),
        ("is closed", "is shut"),
        ("several days", "many days"),
    ],
)
def test_other_words_for_it_make_a_copy(shelf: Shelf, old: str, new: str) -> None:
    shelf.put(QUAKE, edited(QUAKE, "later", (old, new)))
    assert shelf.roles()["later"] == ("quake", "copy")


def test_a_desk_that_exchanges_many_terms_rewords(shelf: Shelf) -> None:
    reworded = edited(
        QUAKE, "later", ("old quarter", "old district"), ("dogs and heavy", "hounds and heavy"),
        ("further notice", "further instructions"), ("Schools in", "Academies in"),
    )  # fmt: skip
    shelf.put(QUAKE, reworded)
    assert shelf.roles()["later"] == ("quake", "copy")


def test_a_correction_note_makes_a_version(shelf: Shelf) -> None:
    note = "\n\nCorrection: the mayor was misquoted on the state of the railway to the coast."
    shelf.put(QUAKE, edited(QUAKE, "later", text=QUAKE.text + note))
    assert shelf.roles()["later"] == ("quake", "version")


def test_a_toll_in_another_outlets_second_paragraph_makes_a_version(shelf: Shelf) -> None:
    first, rest = QUAKE.text.split("\n\n", 1)
    toll = (
        "The toll rose to 27 late on Monday after rescuers in Karmouth found more bodies, a "
        "spokeswoman for the county said."
    )
    shelf.put(QUAKE, edited(QUAKE, "later", text=f"{first}\n\n{toll}\n\n{rest}"))
    assert shelf.roles()["later"] == ("quake", "version")


# -- notices in the place of articles ---------------------------------------------------------

HEADLINES = (
    "Bakers in Lund sell out of rye bread",
    "Heron nests on ministry roof",
    "Museum of clocks reopens in Marsk",
    "Brothers row piano across strait",
    "Snow closes pass above Pelno",
    "Chess clubs meet in brewery",
)


def notice(number: int, text: str = CONSENT) -> Article:
    url = f"https://example.org/{number}"
    return Article(f"n{number}", HEADLINES[number], text, f"2024-03-0{number + 1}", "Post", url)


def test_one_notice_under_many_headlines_is_no_family(shelf: Shelf) -> None:
    shelf.put(*(notice(n) for n in range(6)))
    assert {role for _, role in shelf.roles().values()} == {"original"}
    again = replace(notice(2), id="again")  # the same page, crawled twice
    shelf.put(again).put()
    assert shelf.roles()["n2"] == ("again", "copy") or shelf.roles()["again"] == ("n2", "copy")


def test_a_notice_behind_a_place_line_is_no_family(shelf: Shelf) -> None:
    places = ("LUND", "SELM", "MARSK", "VARN", "PELNO", "OSTRY")
    shelf.put(*(notice(n, f"{place} (Wire) -\n\n{CONSENT}") for n, place in enumerate(places)))
    assert {role for _, role in shelf.roles().values()} == {"original"}


@pytest.mark.parametrize("title", ["What we know so far", "Dozens hurt in old quarter", ""])
def test_an_agency_text_under_another_headline_is_a_copy(shelf: Shelf, title: str) -> None:
    copy = edited(QUAKE, "copy", title=title, url="https://example.org/copy")
    shelf.put(replace(QUAKE, url="https://example.com/quake"), copy)
    assert shelf.roles()["copy"] == ("quake", "copy")


@pytest.mark.parametrize(
    "text", ["." * 60_000, '."' * 30_000, "." * 30_000 + '"' * 30_000 + "x", "'a" * 30_000]
)
def test_sentences_are_cut_in_a_time_that_grows_with_the_text(text: str) -> None:
    started = time.process_time()
    worded("A word " + text)
    assert time.process_time() - started < 5

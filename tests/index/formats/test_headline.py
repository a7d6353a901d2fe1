"""Headlines lose the name of the outlet behind them, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.formats.page import Outlet, without_outlet

BBC = Outlet.of(["BBC News"], "https://www.bbc.co.uk/news/1")
REUTERS = Outlet.of(["Reuters", "@Reuters"], "https://www.reuters.com/world/1")
GUARDIAN = Outlet.of([], "https://www.theguardian.com/uk/1")  # known by its address alone
COURIER = Outlet.of(["Harbour Courier"], None)


@pytest.mark.parametrize(
    ("title", "outlet", "headline"),
    [
        ("Ferry aground - BBC News", BBC, "Ferry aground"),
        ("Ferry aground – BBC NEWS", BBC, "Ferry aground"),
        ("Ferry  aground |BBC News", BBC, "Ferry aground"),
        ("Ferry aground - Selm - BBC News", BBC, "Ferry aground - Selm"),
        ("Ferry aground - BBC News | bbc.co.uk", BBC, "Ferry aground"),
        ("Israel-Gaza war - live updates - BBC News", BBC, "Israel-Gaza war - live updates"),
        ("Strike at BBC News - BBC News", BBC, "Strike at BBC News"),
        ("Ferry aground | Reuters", REUTERS, "Ferry aground"),
        ("Ferry aground - Reuters.com", REUTERS, "Ferry aground"),
        ("Ferry aground :: Reuters News", REUTERS, "Ferry aground"),
        ("Ferry aground — www.reuters.com", REUTERS, "Ferry aground"),
        ("Ferry aground | The Guardian", GUARDIAN, "Ferry aground"),
        ("Ferry aground - The Guardian", GUARDIAN, "Ferry aground"),
        ("Ferry aground | Guardian", Outlet.of(["The Guardian"], None), "Ferry aground"),
        ("Ferry aground - HarbourCourier", COURIER, "Ferry aground"),
        ("Ferry aground - Harbour Courier", Outlet.of(["@HarbourCourier"], None), "Ferry aground"),
        ("Ferry aground | BBC News", Outlet.of([], "http://news.bbc.co.uk/2/hi/1.stm"),
         "Ferry aground"),
        ("Ferry aground | ABC", Outlet.of([], "https://www.abc.net.au/1"), "Ferry aground"),
        ("Ferry aground - AP | Associated Press", Outlet.of(["AP | Associated Press"], None),
         "Ferry aground"),
        ("Fähre gestrandet - L’Équipe", Outlet.of(["L'Équipe"], None), "Fähre gestrandet"),
        ("Ferry aground - eldiario.es", Outlet.of(["eldiario.es"], None), "Ferry aground"),
    ],
)  # fmt: skip
def test_the_outlet_behind_a_headline_goes(title: str, outlet: Outlet, headline: str) -> None:
    assert without_outlet(title, outlet, ()) == headline


@pytest.mark.parametrize(
    ("title", "outlet"),
    [
        # Dashes of the headline's own.
        ("Spider-Man returns - again", BBC),
        ("Covid-19: Wales-England border shut", BBC),
        ("'We will not go back' - Blinken", BBC),
        ("Ferry aground – what we know", BBC),
        ("Ferry aground - rescue under way", BBC),
        ("Profit warning | Markets", BBC),
        # The outlet is what the story is about.
        ("Ferry company sues BBC News", BBC),
        ("Who owns Reuters?", REUTERS),
        ("Chief leaves Mirror-Reuters", REUTERS),
        ("BBC News - what went wrong", BBC),
        ("BBC News", BBC),
        ("… - BBC News", BBC),
        # Another outlet, or a part of this one that nothing on the page names.
        ("Ferry aground - Sky News", BBC),
        ("Ferry aground - BBC Sport", BBC),
        ("Ferry aground - BBC", BBC),
        # A word that is the name of the outlet too.
        ("Candidate to stand as - independent", Outlet.of(["The Independent"], None)),
        ("Fires burn under - the sun", Outlet.of(["The Sun"], "https://www.thesun.co.uk/1")),
        # What stands in a host's name may be a place.
        ("Ferries cancelled - Scotland", Outlet.of([], "https://www.scotland.org/1")),
        ("Snow emergency declared - Boston", Outlet.of(["Boston.com"], "https://www.boston.com/1")),
        ("Ready, set | Go", Outlet.of([], "https://abcnews.go.com/1")),
        ("Storm nears - Europe", Outlet.of(["Newsweek"], "https://europe.newsweek.com/1")),
        ("Ferry aground - News", BBC),
        ("Ferry aground | Com", REUTERS),
        # Nothing is known.
        ("Ferry aground - BBC News", Outlet.of([None, "", "https://facebook.com/x"], None)),
        ("Ferry aground - BBC News", Outlet.of(["x" * 81], "http://[broken")),
    ],
)
def test_what_is_the_headline_s_own_stays(title: str, outlet: Outlet) -> None:
    assert without_outlet(title, outlet, ()) == title


def test_what_the_heading_has_word_for_word_stays() -> None:
    title = "A life in print - Harbour Courier"
    assert without_outlet(title, COURIER, ["A Life in Print - Harbour  Courier"]) == title
    assert without_outlet(title, COURIER, ["A life in print"]) == "A life in print"


@given(st.text("ab -|Harbour Courier", max_size=60))
def test_a_headline_is_only_ever_cut_at_its_end(title: str) -> None:
    folded = " ".join(title.split())
    headline = without_outlet(title, COURIER, ())
    assert folded.startswith(headline)
    assert bool(headline) == bool(folded)
    assert without_outlet(headline, COURIER, ()) == headline

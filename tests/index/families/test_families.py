"""Families: copies and versions are found, strangers stay apart, whatever came when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count, permutations
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.families.compare import compare, worded_article
from index.families.judge import judge
from index.families.tables import Member
from index.types import Article
from tests.index.families.conftest import CONSENT, QUAKE, Shelf, edited

FARE = Article(
    "fare",
    "Tram fares rise in Vardena",
    "Riding the tram in Vardena will cost more from April, the city council decided on Tuesday.\n\n"
    "A single ticket rises by a tenth while monthly passes for pupils stay as they are. "
    "Councillor Piet Marsk said the money would pay for quieter rails along the park.\n\n"
    "Opponents called the decision a gift to car drivers and announced a petition. The operator "
    "carried more passengers last year than in any year since the line was opened.",
    "2024-03-05T10:00:00Z",
    "Vardena Gazette",
)
BOX = (
    "Never miss what matters: our evening briefing brings the five stories of the day into your "
    "inbox, chosen by our editors. It is free and arrives at six. By signing up you agree to our "
    "terms; unsubscribe whenever you like."
)
LIGHT = edited(
    QUAKE,
    "light",
    ("killed 12 people", "left 12 people dead"),
    ("said that 340", "told reporters that 340"),
    ("before noon", "ahead of noon"),
    (" and advises against entering damaged buildings", ""),
    title="Ostry mourns after quake",
)
CUT = edited(QUAKE, "cut", text=QUAKE.text[: QUAKE.text.index("The railway")].strip())
LOCAL = "\n\nThe fire brigade of Selm has sent two engines, Chief Tomas Brand said at the station."
ADDED = edited(QUAKE, "added", text=QUAKE.text + LOCAL + " A bank account for gifts is open.")
FRAMED = edited(QUAKE, "framed", text=f"By our staff at Selm. {QUAKE.text}\n\n{BOX}")
UPDATE = edited(
    QUAKE,
    "update",
    ("killed 12 people", "killed 19 people"),
    ("treated 87 people", "treated 104 people"),
    title="Earthquake in Ostry: 19 dead",
    published="2024-03-05T08:00:00Z",
    source="Selm Press Agency",
)


@pytest.mark.parametrize("copy", [LIGHT, CUT, ADDED, FRAMED], ids=lambda a: a.id)
def test_a_copy(shelf: Shelf, copy: Article) -> None:
    shelf.put(QUAKE, FARE, copy)
    assert shelf.roles() == {
        "quake": ("quake", "original"),
        copy.id: ("quake", "copy"),
        "fare": ("fare", "original"),
    }
    assert shelf.members()[copy.id].superseded_by is None


def test_what_only_a_copy_says_is_its_own(shelf: Shelf) -> None:
    shelf.put(QUAKE, ADDED, CUT, LIGHT)
    members = shelf.members()
    own = " ".join(ADDED.text[s.start : s.end] for s in members["added"].own)
    assert own.startswith("The fire brigade of Selm")
    assert "earthquake" not in own
    assert members["cut"].own == members["light"].own == ()


END = "until further notice."


@pytest.mark.parametrize(
    ("said", "new", "own"),
    [
        # A name or figure that is put into a kept sentence, or stands in a short one.
        (END, "until further notice, and the driver Johann Weber is held.", "Johann Weber"),
        (END, f"{END} The driver Johann Weber was held for an hour.", "Johann Weber"),
        (END, "until 400 metres of rail are laid anew.", "400 metres"),
        # Words that tell nothing new, and place lines.
        (END, "until further notice, as people there had expected.", ""),
        ("An earthquake of", "OSTRY (Selm Wire) - An earthquake of", ""),
    ],
)
def test_what_is_put_into_a_kept_sentence_is_its_own(
    shelf: Shelf, said: str, new: str, own: str
) -> None:
    later = edited(QUAKE, "later", (said, new))
    shelf.put(QUAKE, later)
    member = shelf.members()["later"]
    assert member.role == "copy"
    found = " ".join(later.text[span.start : span.end] for span in member.own)
    assert own in found
    assert bool(found) == bool(own)


def test_a_version_supersedes_what_it_follows_and_its_copies(shelf: Shelf) -> None:
    shelf.put(QUAKE, LIGHT, UPDATE)
    members = shelf.members()
    assert members["update"] == Member("update", "quake", "version", "update", None)
    assert members["quake"].superseded_by == "update"
    assert (members["light"].reference, members["light"].superseded_by) == ("quake", "update")


def test_a_copy_of_a_version_is_a_copy_of_that(shelf: Shelf) -> None:
    late = edited(UPDATE, "late", published="2024-03-05T12:00:00Z", title="Quake")
    trimmed = edited(
        UPDATE, "trimmed", text=UPDATE.text[: UPDATE.text.index("Schools")].strip(),
        published="2024-03-05T13:00:00Z",
    )  # fmt: skip
    shelf.put(QUAKE, UPDATE, late, trimmed)
    members = shelf.members()
    for name in ("late", "trimmed"):
        assert (members[name].role, members[name].reference) == ("copy", "update")
        assert (members[name].family, members[name].superseded_by) == ("quake", None)


def test_a_correction_of_one_name_is_a_version(shelf: Shelf) -> None:
    right = edited(QUAKE, "right", ("Jana Kolar", "Jana Brezny"), published="2024-03-05")
    shelf.put(QUAKE, right)
    assert shelf.roles()["right"] == ("quake", "version")


def test_the_next_takes_the_place_of_an_original_that_goes(shelf: Shelf) -> None:
    shelf.put(QUAKE, LIGHT, ADDED, UPDATE).remove("quake")
    assert shelf.roles() == {
        "added": ("added", "original"),
        "light": ("added", "copy"),
        "update": ("added", "version"),
    }


# -- strangers --------------------------------------------------------------------------------


def apart(shelf: Shelf, *articles: Article) -> None:
    shelf.put(*articles)
    assert {role for _, role in shelf.roles().values()} == {"original"}


def test_a_newsletter_box_does_not_join(shelf: Shelf) -> None:
    short = [replace(a, text=a.text.split("\n\n")[0] + "\n\n" + BOX) for a in (QUAKE, FARE)]
    apart(shelf, *short)


def test_a_consent_page_does_not_join(shelf: Shelf) -> None:
    behind = [replace(a, text=CONSENT + "\n\n" + a.text.split("\n\n")[0]) for a in (QUAKE, FARE)]
    apart(shelf, *behind)


def test_consent_pages_of_months_do_not_join_even_without_headlines(shelf: Shelf) -> None:
    starts = (
        "Bakers in Lund sold out of rye bread by nine because of a rumour about flour.",
        "A heron has nested on the roof of the ministry and no one may disturb it.",
        "The museum of clocks in Marsk reopens with an exhibition about tides.",
        "Two brothers rowed across the strait to deliver a piano to their aunt.",
        "Snow closed the pass above Pelno for the third time in a month.",
        "Chess players from eleven clubs met in the old brewery on the hill.",
    )
    days = (date(2024, 1, 1) + timedelta(weeks=3 * n) for n in count())
    pages = [
        Article(f"p{n}", "", f"{CONSENT}\n\n{start}", next(days).isoformat())
        for n, start in enumerate(starts)
    ]
    apart(shelf, *pages)


def test_daily_forecasts_do_not_join(shelf: Shelf) -> None:
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    forecasts = [
        Article(
            f"w{n}",
            f"Weather for {day}",
            f"Selm can expect a bright {day} with a high of {11 + 2 * n} degrees. Winds from the "
            f"west will reach {23 + 5 * n} kilometres an hour. The chance of rain is {15 + 9 * n} "
            "per cent.\n\nThe pollen count is given by the regional observatory. Skippers should "
            "listen to the coastal radio before they leave port.",
            f"2024-03-0{4 + n}",
            "Selm Gazette",
        )
        for n, day in enumerate(days)
    ]
    apart(shelf, *forecasts)


def test_recalls_of_other_products_do_not_join(shelf: Shelf) -> None:
    def recall(n: int, firm: str, product: str) -> Article:
        text = (
            f"{firm} is recalling its {product} because of listeria, the food authority said. The "
            f"recall covers lots {4100 + n} to {4700 + n}.\n\nPeople who have bought the product "
            "should not eat it. They can return it to the store for a full refund, with or without "
            "a receipt. Anyone who feels unwell after eating it should see a doctor."
        )
        return Article(f"r{n}", f"{firm} recalls {product}", text, f"2024-03-0{n + 1}", "Authority")

    apart(shelf, recall(1, "Acorn Foods", "muesli"), recall(2, "Dunmore Dairy", "goat cheese"))


def test_another_match_in_the_same_words_does_not_join(shelf: Shelf) -> None:
    text = (
        "{0} play {1} in the league on Sunday. Here is how to watch the match wherever you are. "
        "The match is shown live on the sports channel, and subscribers can stream it in the app. "
        "If you are abroad you may need a virtual private network. Highlights of {0} follow late."
    )
    apart(shelf, *(
        Article(a, f"{a} vs {b}: how to watch, live stream", text.format(a, b), "2024-03-03")
        for a, b in (("Ostry", "Varn"), ("Halmin", "Drevna"))
    ))  # fmt: skip


def test_reports_that_share_quotes_do_not_join(shelf: Shelf) -> None:
    quotes = " ".join(QUAKE.text.split("\n\n")[1:2])
    apart(shelf, QUAKE, replace(FARE, text=FARE.text + "\n\n" + quotes))


def test_likeness_does_not_add_up_along_a_chain(shelf: Shelf) -> None:
    rng = Random(3)
    words = [f"{a}{b}{c}" for a in "bdfgklm" for b in "aeiou" for c in "lnrst"]
    tale = [" ".join(rng.sample(words, 9)).capitalize() + "." for _ in range(40)]

    def part(n: int) -> Article:
        text = " ".join(tale[6 * n : 6 * n + 16])
        return Article(f"c{n}", tale[6 * n][:30], text, f"2024-03-0{n + 1}")

    chain = [part(n) for n in range(5)]
    families = {name: family for name, (family, _) in shelf.put(*chain).roles().items()}
    assert families["c4"] != families["c0"]
    assert families["c3"] != families["c0"]


def test_a_day_of_many_different_texts_with_one_box_is_left_apart(shelf: Shelf) -> None:
    rng = Random(5)
    words = [f"{a}{b}{c}{d}" for a in "bdfgklm" for b in "aeiou" for c in "lnrst" for d in "aio"]
    articles = [
        Article(f"a{n}", " ".join(rng.sample(words, 5)), " ".join(rng.sample(words, 60)) + ".\n\n"
                + BOX, "2024-03-04")
        for n in range(60)
    ]  # fmt: skip
    apart(shelf, *articles)


# -- properties -------------------------------------------------------------------------------

ALL = (QUAKE, LIGHT, CUT, ADDED, FRAMED, UPDATE, FARE, replace(QUAKE, id="exact", published=None))
_numbers = count()


def state(shelf: Shelf) -> object:
    return shelf.members(), shelf.catalog.families.relations()


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.permutations(ALL), st.integers(1, 8), st.booleans())
def test_at_once_or_in_pieces_in_any_order_is_the_same(
    tmp_path: Path, order: Sequence[Article], first: int, detour: bool
) -> None:
    at_once = Shelf(tmp_path / f"{next(_numbers)}.sqlite").put(*ALL)
    pieces = Shelf(tmp_path / f"{next(_numbers)}.sqlite").put(*order[:first])
    if detour:  # something was there for a while
        pieces.put(replace(UPDATE, id="gone", published="2024-03-01")).remove("gone")
    pieces.put(*order[first:])
    assert state(pieces) == state(at_once)
    at_once.catalog.close()
    pieces.catalog.close()


PAIRS = tuple(permutations((QUAKE, LIGHT, UPDATE, ADDED, FARE), 2))


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda a: a.id)
def test_comparing_is_symmetric(one: Article, other: Article) -> None:
    there = compare(worded_article(one), worded_article(other))
    back = compare(worded_article(other), worded_article(one))
    assert (there.jaccard, there.containment) == (back.jaccard, back.containment)
    assert (there.kept_before, there.kept_after) == (back.kept_after, back.kept_before)
    assert {s.span for s in there.removed} == {s.span for s in back.added}
    assert (judge(there) is None) == (judge(back) is None)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [QUAKE.text, UPDATE.text, FARE.text, "Short.", "!!!", "渡轮搁浅。", BOX]
            ),
            st.sampled_from([None, "2024-03-04", "2024-03-04T10:00:00Z", "2025-01-01"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_the_same_text_is_always_one_family(
    tmp_path: Path, made: list[tuple[str, str | None]]
) -> None:
    shelf = Shelf(tmp_path / f"{next(_numbers)}.sqlite")
    articles = [Article(f"a{n}", f"T{n}", text, day) for n, (text, day) in enumerate(made)]
    roles = shelf.put(*articles).roles()
    for text in {text for text, _ in made}:
        same = [a.id for a in articles if a.text == text]
        assert len({roles[name][0] for name in same}) == 1
        assert sum(roles[name][1] != "copy" for name in same) <= 1
    shelf.catalog.close()


def test_nothing_is_kept_of_what_is_gone(shelf: Shelf) -> None:
    shelf.put(QUAKE, LIGHT, UPDATE, FARE)
    for name in ("quake", "light", "update"):
        shelf.remove(name)
    assert shelf.catalog.families.relations() == {}
    assert [t.id for t in shelf.catalog.families.sketched_texts()] == ["fare"]
    assert shelf.remove("fare").roles() == {}

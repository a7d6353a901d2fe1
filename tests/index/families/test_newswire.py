"""An agency's running stories: what updates a report, what shortens it, what only follows it up."""

import re
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from index.families.compare import compare, worded_article
from index.families.judge import judge
from index.text.clean import clean_article
from index.types import Article
from tests.index.families.conftest import QUAKE, Shelf, edited

# Invented. A block begins with "# story | role | published | headline".
_BLOCKS = re.split(r"(?m)^# ", (Path(__file__).parent / "newswire.txt").read_text("utf-8"))[1:]
_numbers = count()


def story(block: str) -> tuple[str, str, Article]:
    head, text = block.split("\n", 1)
    name, role, published, title = head.split(" | ")
    article = Article(f"{name}-{next(_numbers)}", title, text, published, "Selm Press Agency")
    cleaned = clean_article(article)
    assert cleaned
    return name, role, cleaned


STORIES = [story(block) for block in _BLOCKS]
ORIGINALS = {name: article for name, role, article in STORIES if role == "original"}
LATER = [
    pytest.param(ORIGINALS[name], role, article, id=f"{name}: {article.title}")
    for name, role, article in STORIES
    if role != "original"
]


@pytest.mark.parametrize(("first", "role", "later"), LATER)
def test_what_an_agency_sends_after_a_first_report(
    shelf: Shelf, first: Article, role: str, later: Article
) -> None:
    members = shelf.put(first, later).members()
    expected = "original" if role == "follow-up" else role
    assert members[later.id].role == expected
    assert members[first.id].superseded_by == (later.id if role == "version" else None)


@pytest.mark.parametrize("name", ORIGINALS)
def test_a_follow_up_joins_nothing_of_a_running_story(shelf: Shelf, name: str) -> None:
    own = [(role, article) for of, role, article in STORIES if of == name]
    members = shelf.put(*(article for _, article in own)).members()
    for role, article in own:
        member = members[article.id]
        assert (member.role == "original") == (role in {"original", "follow-up"})
        assert (member.family == article.id) == (role in {"original", "follow-up"})


def test_an_abridgement_of_the_same_moment_is_the_copy(shelf: Shelf) -> None:
    short = edited(
        QUAKE, "a-first-by-its-id", text=QUAKE.text.split("\n\n")[0], published=QUAKE.published
    )
    assert shelf.put(short, QUAKE).roles()[short.id] == ("quake", "copy")


@pytest.mark.parametrize(
    ("old", "new"),
    [("killed 12 people", "killed 19 people"), ("had collapsed", "had not collapsed")],
)
def test_a_shorter_text_with_another_fact_supersedes(shelf: Shelf, old: str, new: str) -> None:
    text = QUAKE.text[: QUAKE.text.index("Schools")].strip().replace(old, new)
    shelf.put(QUAKE, edited(QUAKE, "later", text=text))
    assert shelf.members()["quake"].superseded_by == "later"


# -- rules and times between items ------------------------------------------------------------

_HOURS = [f"{hour}:{minute:02} a.m. EST, Tuesday, March 4, 2025" for hour in (9, 10, 11)
          for minute in (5, 20, 40)]  # fmt: skip
_ITEMS = {
    "council": "The council met to choose a mayor. Snow fell on the square outside. Nobody had "
    "expected a second ballot, and the porter sent out for soup. Birgit Hald won by one vote.",
    "cup": "Varn scored first through a penalty. The goalkeeper of Selm was sent off. After the "
    "break it was all Varn, whose captain limped on with a bandaged knee until the whistle.",
}


def test_times_and_rules_are_no_likeness() -> None:
    logs = [
        Article(
            name,
            f"As it happened: the {name}",
            "\n\n".join(
                f"{hour}\n\n{sentence}\n\n* * *"
                for hour, sentence in zip(_HOURS, re.split(r"(?<=[.,]) ", item) * 2, strict=False)
            ),
            f"2025-03-04T1{number}:00:00Z",
            "Selm Press Agency",
        )
        for number, (name, item) in enumerate(_ITEMS.items())
    ]
    found = compare(*map(worded_article, logs))
    assert (found.same, found.shared_words, found.jaccard) == (0, 0, 0)
    assert judge(found) is None


def test_a_text_of_nothing_but_times_is_still_compared() -> None:
    times = replace(QUAKE, text="\n\n".join(_HOURS))
    assert compare(worded_article(times), worded_article(times)).jaccard == 1

"""Sets of follow-ups: scores by hand, and each held against the person's own form."""

import io
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from index.settings import Settings
from rag.evaluation import EvaluationSetError
from rag.evaluation.follow_ups import (
    FollowUpReport,
    average_overlap,
    overlap,
    print_follow_ups,
    read_follow_ups,
    rewrite_follow_ups,
)


def test_agreement_of_two_lists_by_hand() -> None:
    assert overlap(["a", "b", "x"], ["b", "a"]) == 1
    assert overlap([], ["a"]) == 0
    assert overlap([], []) == 1
    # Depth 1: nothing shared of 1; depth 2: both of 2.
    assert average_overlap(["a", "b"], ["b", "a"]) == pytest.approx((0 + 1) / 2)
    assert average_overlap(["a"], ["a", "b"]) == pytest.approx((1 + 1 / 2) / 2)
    assert average_overlap([], []) == 1


def test_a_follow_up_is_held_against_the_persons_form(
    sets: Path, hashed_settings: Settings
) -> None:
    leaning, alone = rewrite_follow_ups(sets / "talk", settings=hashed_settings)
    assert "Ostrel" in leaning.form and not leaning.left_alone
    assert leaning.rewritten.first == 1
    assert not leaning.follow_up.stands_alone
    assert leaning.asked.words == pytest.approx(8 / 10)
    assert alone.left_alone and alone.follow_up.stands_alone
    assert alone.rewritten.words == alone.rewritten.overlap == 1


def test_follow_ups_are_searched_in_an_archive_of_ones_own(sets: Path, news_archive: Path) -> None:
    results = rewrite_follow_ups(sets / "talk", archive_dir=news_archive, limit=1)
    assert [one.rewritten.first for one in results] == [1]
    report = FollowUpReport("talk", None, results)
    out = io.StringIO()
    print_follow_ups(report, Console(file=out, width=140))
    assert "lean on the turns before: 1" in out.getvalue()
    assert "stand alone:" not in out.getvalue()
    groups = orjson.loads(orjson.dumps(report.as_json()))["groups"]
    assert groups["all"]["questions"] == 1
    assert groups["stand alone"]["left_alone"] is None


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"id": "3", "question": "Who?"}, "line 3: standalone is missing or empty"),
        ({"id": "1", "question": "Who?", "standalone": "Who?"}, "the id '1' stands twice"),
    ],
)
def test_a_bad_follow_up_is_named(sets: Path, more: dict[str, object], message: str) -> None:
    with (sets / "talk" / "rewrites.jsonl").open("ab") as file:
        file.write(orjson.dumps(more))
    with pytest.raises(EvaluationSetError, match=message):
        read_follow_ups(sets / "talk")

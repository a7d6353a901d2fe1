"""Several sets in one run, the ablation, and sets of follow-ups."""

import io
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from index.settings import Settings
from rag.evaluation import EvaluationSetError, evaluate
from rag.evaluation.ablation import ALL_ON, ablate, pool_ablations, print_ablations
from rag.evaluation.follow_ups import (
    FollowUpReport,
    average_overlap,
    overlap,
    print_follow_ups,
    read_follow_ups,
    rewrite_follow_ups,
    word_f1,
)
from rag.evaluation.report import print_reports
from rag.evaluation.results import TOGETHER, together
from rag.evaluation.sets import find_sets, has_follow_ups
from rag.options import PARTS

HASHED = Settings(embedder="hashed-words")
HARBOUR = [
    {"id": "a", "title": "Ferry", "text": "The ferry Ostrel ran aground off Selm."},
    {"id": "b", "title": "Budget", "text": "The council passed a budget of 9 million crowns."},
]
ZOO = [
    {"id": "a", "title": "Panda", "text": "A panda was born in the zoo."},
    {"id": "b", "title": "Runs", "text": "A stork flew past the harbour."},
]
FOLLOW_UPS = [
    {"id": "1", "history": [{"role": "user", "content": "About the ferry Ostrel"}],
     "question": "Where did it run aground?", "standalone": "Where did Ostrel run aground?"},
    {"id": "2", "history": [{"role": "user", "content": "About the ferry Ostrel"},
                            {"role": "user", "content": "Where did it run aground?"},
                            {"role": "assistant", "content": "The ferry Ostrel ran off Selm."}],
     "question": "Was the budget of the Vardena council passed last year?",
     "standalone": "Was the budget of the Vardena council passed last year?"},
]  # fmt: skip


def write(path: Path, records: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(orjson.dumps(r, option=orjson.OPT_APPEND_NEWLINE) for r in records))


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    folder = tmp_path / "sets"
    write(folder / "harbour" / "articles.jsonl", HARBOUR)
    write(
        folder / "harbour" / "questions.jsonl",
        [
            {"id": "q1", "question": "Where did the ferry run aground?", "gold": ["a"]},
            {"id": "q2", "question": "How large is the budget?", "kind": "number", "gold": ["b"]},
        ],
    )
    write(folder / "zoo" / "articles.jsonl", ZOO)
    write(
        folder / "zoo" / "questions.jsonl",
        [
            {"id": "q1", "question": "Which panda was born?", "gold": ["a"]},
            {"id": "q2", "question": "runs", "kind": "headline", "gold": ["b"]},
            {"id": "q3", "question": "Who stole the moon?", "kind": "unanswerable"},
        ],
    )
    write(folder / "talk" / "rewrites.jsonl", FOLLOW_UPS)
    (folder / "notes").mkdir()
    return folder


def printed() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=140), out


def test_sets_are_found_in_a_folder_of_sets(sets: Path) -> None:
    names = ["harbour", "talk", "zoo"]
    assert [path.name for path in find_sets([sets])] == names
    assert [path.name for path in find_sets([sets / "zoo", sets])] == ["zoo", "harbour", "talk"]
    assert [has_follow_ups(sets / name) for name in names] == [False, True, False]


def test_a_folder_without_sets_says_what_a_set_is(sets: Path) -> None:
    with pytest.raises(EvaluationSetError, match=r"notes is no set .* a set is a folder with"):
        find_sets([sets / "notes"])


def test_all_sets_together_weigh_each_question_alike(sets: Path) -> None:
    reports = [evaluate(sets / name, settings=HASHED) for name in ("harbour", "zoo")]
    pooled = together(reports)
    assert (pooled.set_name, pooled.overall.questions, pooled.articles) == (TOGETHER, 5, 4)
    assert len({result.question.id for result in pooled.results}) == 5
    for ranking in ("fused", "words", "vectors"):
        one, other = (report.retrieval(ranking)["nDCG@10"] or 0.0 for report in reports)
        assert pooled.retrieval(ranking)["nDCG@10"] == pytest.approx((one + other) / 2)
    assert set(pooled.by_kind) == {"other", "number", "headline", "unanswerable"}
    console, out = printed()
    print_reports(reports, console)
    assert out.getvalue().count("Retrieval (articles), 2 questions") == 2
    assert "Retrieval (articles), 4 questions" in out.getvalue()
    assert "no row differs from fused by more than chance" in out.getvalue()


def test_rankings_are_tested_against_fused(sets: Path) -> None:
    report = evaluate(sets / "zoo", settings=HASHED)
    tests = report.tests()
    assert {ranking for ranking, _ in tests} == {"words", "vectors", "standalone"}
    assert all(test.difference.questions == 2 for test in tests.values())
    as_json = orjson.loads(orjson.dumps(report.as_json()))
    assert as_json["retrieval_questions"] == 2
    assert as_json["against_fused"]["words"]["hit@1"]["p_corrected"] == 1


def test_an_ablation_shows_what_a_part_is_worth(sets: Path) -> None:
    asked_before = [{"role": "user", "content": "Tell me about the budget of the council"}]
    write(
        sets / "harbour" / "questions.jsonl",
        [
            {"id": "q1", "question": "Where did the ferry run aground?", "gold": ["a"]},
            {"id": "q2", "question": "How was it?", "history": asked_before, "gold": ["b"]},
        ],
    )
    report = ablate(sets / "harbour", settings=HASHED)
    # No cross-encoder is set, so there is none to switch off.
    assert set(report.scores) == {ALL_ON, *PARTS} - {"reranker"}
    assert (report.questions, report.errors) == (2, 0)
    assert report.retrieval()["hit@1"] == 1
    assert report.retrieval("follow_ups")["hit@1"] == 1 / 2
    found = report.tests()["follow_ups", "hit@1"]
    assert (found.difference.better, found.difference.worse) == (0, 1)
    assert report.retrieval("outlets") == report.retrieval()
    assert all(len(ms) == 2 for ms in report.ms.values())
    pooled = pool_ablations([report, ablate(sets / "zoo", settings=HASHED)], TOGETHER)
    assert pooled.questions == 4
    assert pooled.retrieval("follow_ups")["hit@1"] == 3 / 4
    console, out = printed()
    print_ablations([report], console)
    for part, means in PARTS.items():
        assert (f"│ {part} " in out.getvalue()) is (part != "reranker")
        assert f"{part}: {means}" in out.getvalue()


def test_an_ablation_needs_something_to_find(sets: Path) -> None:
    write(sets / "zoo" / "questions.jsonl", [{"id": "q", "question": "Who?"}])
    with pytest.raises(EvaluationSetError, match="no answerable question with gold articles"):
        ablate(sets / "zoo", settings=HASHED)


# Follow-ups


def test_words_shared_by_hand() -> None:
    assert word_f1("When did they disband?", "When did the band disband?") == pytest.approx(6 / 9)
    assert word_f1("a a b", "A") == pytest.approx(2 / 4)
    assert word_f1("Who?", "What?") == 0


def test_agreement_of_two_lists_by_hand() -> None:
    assert overlap(["a", "b", "x"], ["b", "a"]) == 1
    assert overlap([], ["a"]) == 0
    assert overlap([], []) == 1
    # Depth 1: nothing shared of 1; depth 2: both of 2.
    assert average_overlap(["a", "b"], ["b", "a"]) == pytest.approx((0 + 1) / 2)
    assert average_overlap(["a"], ["a", "b"]) == pytest.approx((1 + 1 / 2) / 2)
    assert average_overlap([], []) == 1


def test_a_follow_up_is_held_against_the_persons_form(sets: Path) -> None:
    leaning, alone = rewrite_follow_ups(sets / "talk", settings=HASHED)
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
    console, out = printed()
    print_follow_ups(report, console)
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
    write(sets / "talk" / "rewrites.jsonl", [*FOLLOW_UPS, more])
    with pytest.raises(EvaluationSetError, match=message):
        read_follow_ups(sets / "talk")

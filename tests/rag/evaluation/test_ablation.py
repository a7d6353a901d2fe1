"""The ablation: what a part of the retrieval is worth, of one set and of several together."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from index.settings import Settings
from rag.evaluation import EvaluationSetError
from rag.evaluation.ablation import ALL_ON, ablate, pool_ablations, print_ablations
from rag.evaluation.results import TOGETHER
from rag.options import PARTS


def test_an_ablation_shows_what_a_part_is_worth(
    sets: Path, hashed_settings: Settings, write_lines: Callable[..., Path]
) -> None:
    asked_before = [{"role": "user", "content": "Tell me about the budget of the council"}]
    write_lines(
        sets / "harbour" / "questions.jsonl",
        {"id": "q1", "question": "Where did the ferry run aground?", "gold": ["a"]},
        {"id": "q2", "question": "How was it?", "history": asked_before, "gold": ["b"]},
    )
    report = ablate(sets / "harbour", settings=hashed_settings)
    # No cross-encoder is set, so there is none to switch off.
    assert set(report.scores) == {ALL_ON, *PARTS} - {"reranker"}
    assert (report.questions, report.errors) == (2, 0)
    assert report.retrieval()["hit@1"] == 1
    assert report.retrieval("follow_ups")["hit@1"] == 1 / 2
    found = report.tests()["follow_ups", "hit@1"]
    assert (found.difference.better, found.difference.worse) == (0, 1)
    assert report.retrieval("outlets") == report.retrieval()
    assert all(len(ms) == 2 for ms in report.ms.values())
    pooled = pool_ablations([report, ablate(sets / "zoo", settings=hashed_settings)], TOGETHER)
    assert pooled.questions == 4
    assert pooled.retrieval("follow_ups")["hit@1"] == 3 / 4
    out = io.StringIO()
    print_ablations([report], Console(file=out, width=140))
    for part, means in PARTS.items():
        assert (f"│ {part} " in out.getvalue()) is (part != "reranker")
        assert f"{part}: {means}" in out.getvalue()


def test_an_ablation_needs_something_to_find(
    sets: Path, hashed_settings: Settings, write_lines: Callable[..., Path]
) -> None:
    write_lines(sets / "zoo" / "questions.jsonl", {"id": "q", "question": "Who?"})
    with pytest.raises(EvaluationSetError, match="no answerable question with gold articles"):
        ablate(sets / "zoo", settings=hashed_settings)

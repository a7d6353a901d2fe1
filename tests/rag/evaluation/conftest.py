"""What the tests of evaluations share: made-up sets to ask."""

from collections.abc import Callable
from pathlib import Path

import pytest

ARTICLES = [
    {"id": "harbour", "title": "Harbour", "text": "The harbour at Port Vell closed. Ships wait.",
     "published": "2024-05-01", "source": "Gazette"},
    {"id": "whale", "title": "Whale", "text": "A stranded whale swam free. Volunteers cheered."},
    {"id": "mayor", "title": "Mayor", "text": "Mayor Ada Lund resigned. Her deputy takes over."},
]  # fmt: skip
QUESTIONS = [
    {"id": "q1", "question": "Which harbour closed?", "kind": "fact", "answerable": True,
     "must": [["Port Vell"]], "gold": ["harbour"]},
    {"id": "q2", "question": "What swam free, a stranded whale?", "kind": "fact",
     "must": [["dolphin"]], "must_not": ["stranded whale"], "gold": ["whale"]},
    {"id": "q3", "question": "Which mayor resigned?", "gold": ["mayor"]},
    {"id": "q4", "question": "Who bought the unicorn?", "kind": "unanswerable"},
    {"id": "q5", "question": "Which unicorn mayor resigned?", "kind": "fact", "must": [["Lund"]],
     "gold": ["mayor"]},
    {"id": "q6", "question": "Did the deputy mayor resign too?", "kind": "false_premise",
     "answerable": False, "gold": ["mayor"]},
    {"id": "q7", "question": "Did it go boom?", "kind": "fact", "must": [["boom"]],
     "gold": ["whale"]},
]  # fmt: skip
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


@pytest.fixture
def articles() -> list[dict[str, str]]:
    return list(ARTICLES)


@pytest.fixture
def questions() -> list[dict[str, object]]:
    return list(QUESTIONS)


@pytest.fixture
def set_dir(tmp_path: Path, write_lines: Callable[..., Path]) -> Path:
    """A set of three articles and seven questions."""
    write_lines(tmp_path / "tiny" / "articles.jsonl", *ARTICLES)
    return write_lines(tmp_path / "tiny" / "questions.jsonl", *QUESTIONS).parent


@pytest.fixture
def sets(tmp_path: Path, write_lines: Callable[..., Path]) -> Path:
    """A folder of sets: two with articles, one of follow-ups, and one that is none."""
    folder = tmp_path / "sets"
    write_lines(folder / "harbour" / "articles.jsonl", *HARBOUR)
    write_lines(
        folder / "harbour" / "questions.jsonl",
        {"id": "q1", "question": "Where did the ferry run aground?", "gold": ["a"]},
        {"id": "q2", "question": "How large is the budget?", "kind": "number", "gold": ["b"]},
    )
    write_lines(folder / "zoo" / "articles.jsonl", *ZOO)
    write_lines(
        folder / "zoo" / "questions.jsonl",
        {"id": "q1", "question": "Which panda was born?", "gold": ["a"]},
        {"id": "q2", "question": "runs", "kind": "headline", "gold": ["b"]},
        {"id": "q3", "question": "Who stole the moon?", "kind": "unanswerable"},
    )
    write_lines(folder / "talk" / "rewrites.jsonl", *FOLLOW_UPS)
    (folder / "notes").mkdir()
    return folder

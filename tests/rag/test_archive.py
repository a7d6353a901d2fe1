"""The façade: open, ask, search, follow builds made meanwhile, close."""

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from index.build import build_archive, remove_articles
from index.errors import (
    ArchiveDamagedError,
    ArchiveNotFoundError,
    EmbedderError,
    IndexMismatchError,
    NewsArchiveError,
)
from index.settings import Settings
from index.store.archive import ArchiveFolder
from index.types import Span
from rag import Answer, Archive, Conversation, Filters, Query, QuestionError, Turn
from rag.answer.support import NOTHING_HELD
from rag.types import Draft, Evidence, Line, Quoted

Write = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
InThreads = Callable[[int, Callable[[int], object]], None]
Meanwhile = Callable[[int, Callable[[], object]], AbstractContextManager[None]]


@pytest.fixture
def own(archive_of: Callable[..., Path], news: Sequence[dict[str, str]]) -> Path:
    """An archive of its own, to be changed or broken."""
    return archive_of(*news)


def check(answer: Answer) -> None:
    """Every sentence cites, every quote stands in its article, a refusal says why."""
    for citation in answer.citations:
        assert citation.quote == citation.article.text[citation.start : citation.end]
        assert citation.quote
    markers = [citation.marker for citation in answer.citations]
    assert markers == list(range(1, len(markers) + 1))
    assert {m for sentence in answer.sentences for m in sentence.markers} == set(markers)
    assert all(sentence.markers for sentence in answer.sentences)
    assert answer.refused == (not answer.sentences)
    assert bool(answer.reason) == answer.refused
    assert answer.timings_ms["total"] >= 0


def test_an_answer_quotes_its_article(opened: Archive) -> None:
    answer = opened.ask("How many passengers were on the ferry Ostrel?")
    check(answer)
    assert not answer.refused, answer.reason
    assert "40 passengers" in answer.text
    assert answer.citations[0].article.id == "ferry"
    assert answer.text.endswith("]")
    assert "[1] Ferry runs aground off Selm, Harbour Courier, 2024-03-04: " in str(answer)
    assert "also in: Radio Sorva" in str(answer)


def test_an_answer_of_the_real_model(opened_seeds: Archive) -> None:
    answer = opened_seeds.ask("Who did Lloyd Austin say conducted the attack?")
    check(answer)
    assert "Iran-aligned militia" in answer.text


def test_a_corrected_figure_is_answered_as_it_is_now(opened_seeds: Archive) -> None:
    now = opened_seeds.ask("How many people died in the Drevna ferry fire?")
    first = opened_seeds.ask("How many people died in the Drevna ferry fire by the first report?")
    assert "even people died" in now.text
    assert "Four people died" not in now.text
    assert all(citation.superseded_by is None for citation in now.citations)
    assert "Four people died" in first.text


@pytest.mark.parametrize("base", ["Ain al-Asad", "Ayn al Asad", "Ain Al-Assad"])
def test_an_attack_that_nobody_claimed(opened_seeds: Archive, base: str) -> None:
    answer = opened_seeds.ask(f"Who claimed the {base} attack?")
    check(answer)
    assert "conducted by “Iran-aligned militia.”" in answer.text
    assert "Austin said" in answer.text
    assert "claimed" not in answer.text


def test_a_refusal_names_the_whole_name(opened_seeds: Archive) -> None:
    answer = opened_seeds.ask("Who won the 2018 World Cup?")
    assert answer.refused
    assert "“World Cup”" in answer.reason


def test_an_answer_comes_in_parts(opened: Archive) -> None:
    query, passages, answer = opened.stream("Where did the ferry run aground?")
    assert isinstance(query, Query)
    assert query.question == "Where did the ferry run aground?"
    assert isinstance(passages, tuple)
    assert isinstance(answer, Answer)
    assert answer.passages == passages
    assert list(answer.timings_ms) == ["understand", "retrieve", "answer", "verify", "total"]


def test_a_stream_that_is_left_halfway_holds_nothing_back(own: Path) -> None:
    with Archive.open(own) as archive:
        stream = archive.stream("Where did the ferry run aground?")
        next(stream)
        stream.close()
        assert archive.search("ferry")


def test_history_may_be_turns_or_mappings(opened: Archive) -> None:
    question = "How many passengers were on the ferry Ostrel?"
    as_turns = [Turn("user", "Any news?"), Turn("assistant", "Yes.")]
    as_mappings = [{"role": turn.role, "content": turn.content} for turn in as_turns]
    first = opened.ask(question, history=as_turns)
    assert first.text == opened.ask(question, history=as_mappings).text


@pytest.mark.parametrize(
    "turn", [{"role": "user"}, {"role": "robot", "content": "x"}, "user", 5, {"content": "x"}]
)
def test_a_turn_that_is_none(opened: Archive, turn: object) -> None:
    with pytest.raises(QuestionError, match="is no turn; write"):
        opened.ask("ferry?", history=[turn])  # type: ignore[list-item]


def test_an_article_by_its_id(opened: Archive, news: Sequence[dict[str, str]]) -> None:
    article = opened.article("storm")
    assert article is not None
    assert (article.title, article.text) == (news[3]["title"], news[3]["text"])
    assert opened.article("nothing") is None


def test_status(opened: Archive, news_archive: Path) -> None:
    status = opened.status()
    assert (status.articles, status.copies, status.chunks, status.rejected) == (5, 1, 4, 0)
    assert (status.first_day, status.last_day) == ("2024-03-04", "2024-04-01")
    assert status.sources == (("Harbour Courier", 2), ("Vardena Gazette", 2), ("Radio Sorva", 1))
    assert status.embedder == "hashed-words"
    assert status.generation == ArchiveFolder(news_archive).current_name()
    assert status.bytes_on_disk > 10_000


def test_an_empty_archive_refuses(tmp_path: Path, hashed_settings: Settings) -> None:
    (tmp_path / "none").mkdir()
    build_archive(tmp_path / "archive", [tmp_path / "none"], settings=hashed_settings)
    with Archive.open(tmp_path / "archive") as archive:
        answer = archive.ask("Where did the ferry run aground?")
        check(answer)
        assert answer.refused
        assert archive.search("ferry", sources=["Radio Sorva"]) == ()
        assert archive.example_questions() == []
        assert archive.status().articles == 0


def test_example_questions_are_answered(opened_seeds: Archive) -> None:
    questions = opened_seeds.example_questions(3)
    assert len(set(questions)) == 3
    assert not any(opened_seeds.ask(question).refused for question in questions)


# -- opening ----------------------------------------------------------------------------------


def test_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotFoundError, match=f"newsarchive build --archive {tmp_path}/none"):
        Archive.open(tmp_path / "none")


def test_another_format_version(own: Path) -> None:
    path = ArchiveFolder(own).current().manifest_path
    path.write_text(json.dumps({**json.loads(path.read_text()), "format_version": 99}))
    with pytest.raises(IndexMismatchError, match="format version 99.*newsarchive build --rebuild"):
        Archive.open(own)


def test_an_embedder_that_is_no_longer_there(own: Path) -> None:
    path = ArchiveFolder(own).current().manifest_path
    path.write_text(json.dumps({**json.loads(path.read_text()), "embedder": "gone/model"}))
    with pytest.raises(EmbedderError, match="gone/model"):
        Archive.open(own)


@pytest.mark.parametrize("name", ["catalog.sqlite", "chroma", "lexical", "sentences.i8"])
def test_a_missing_file(own: Path, name: str) -> None:
    path = ArchiveFolder(own).current().folder / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(ArchiveDamagedError, match=f"{name}.*newsarchive build --rebuild"):
        Archive.open(own)
    assert not path.exists()


@pytest.mark.parametrize("name", ["catalog.sqlite", "chroma/chroma.sqlite3", "lexical/meta.json"])
def test_a_broken_file(own: Path, name: str) -> None:
    (ArchiveFolder(own).current().folder / name).write_bytes(b"broken" * 2_000)
    with pytest.raises(ArchiveDamagedError, match=r"newsarchive build --rebuild"):
        Archive.open(own)


def test_indexes_that_do_not_agree(own: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(own, other)
    remove_articles(other, ["storm"])
    lexical = ArchiveFolder(own).current().lexical
    shutil.rmtree(lexical)
    shutil.copytree(ArchiveFolder(other).current().lexical, lexical)
    path = ArchiveFolder(own).current().manifest_path
    path.write_text(json.dumps({**json.loads(path.read_text()), "files": {}}))
    with pytest.raises(ArchiveDamagedError, match=r"4 chunks in the catalogue.*\(4, 3\)"):
        Archive.open(own)


def test_after_closing(own: Path) -> None:
    archive = Archive.open(own)
    archive.close()
    archive.close()
    with pytest.raises(ValueError, match="the archive is closed"):
        archive.search("ferry")


def test_two_may_have_it_open_and_one_close_it(own: Path) -> None:
    one, other = Archive.open(own), Archive.open(own)
    one.close()
    assert other.search("ferry")[0].article.id == "ferry"
    other.close()


def test_every_error_of_ours_is_a_news_archive_error() -> None:
    assert issubclass(QuestionError, NewsArchiveError)


# -- builds made meanwhile --------------------------------------------------------------------


def test_a_build_in_this_process_is_followed(own: Path, write_lines: Write, tmp_path: Path) -> None:
    with Archive.open(own) as archive:
        assert archive.article("new") is None
        source = write_lines(tmp_path / "b.jsonl", {"id": "new", "text": "A whale was seen."})
        build_archive(own, [source])
        assert archive.search("whale")[0].article.id == "new"
        remove_articles(own, ["new", "storm"])
        assert "new" not in [passage.article.id for passage in archive.search("whale")]
        assert archive.article("storm") is None


def test_threads_that_ask_while_a_command_builds(
    own: Path, write_lines: Write, tmp_path: Path, run: Run, meanwhile: Meanwhile
) -> None:
    """New articles are found and removed ones are gone; no question fails meanwhile."""
    asked = []

    def ask() -> None:
        passages = archive.search("ferry Ostrel aground")
        assert passages[0].article.id == "ferry"
        answer = archive.ask("Where did the ferry run aground?")
        check(answer)
        asked.append(answer)

    with Archive.open(own) as archive, meanwhile(4, ask):
        for round_ in range(3):
            whale = {"id": f"whale{round_}", "text": f"Whale number {round_} was seen."}
            added = run("add", "--archive", own, write_lines(tmp_path / f"{round_}.jsonl", whale))
            assert added.returncode == 0, added.stderr
            assert archive.search(f"whale number {round_}")[0].article.id == f"whale{round_}"
        assert run("remove", "--archive", own, "whale1").returncode == 0
        assert archive.article("whale1") is None
        assert "whale1" not in [p.article.id for p in archive.search("whale number 1")]
    assert len(asked) > 4


class Inventing:
    """An answerer that cites an article which the archive does not have."""

    def draft(self, query: Query, evidence: Evidence) -> Draft:
        passage = evidence.passages[0]
        made_up = replace(passage, article=replace(passage.article, id="made-up"))
        text = passage.article.text
        return Draft((Line((Quoted(made_up, Span(0, len(text))),)),))


def test_what_an_answerer_makes_up_is_dropped(news_archive: Path) -> None:
    with Archive.open(news_archive, answerer=Inventing()) as archive:
        answer = archive.ask("Where did the ferry Ostrel run aground?")
    check(answer)
    assert answer.refused
    assert answer.reason == NOTHING_HELD


def test_threads_with_the_real_model(opened_seeds: Archive, in_threads: InThreads) -> None:
    questions = [
        "Who condemned the attacks on military bases in Iraq?",
        "Which group claimed the bomb on the railway bridge?",
        "When will the airport tram open?",
        "How many passengers were on the ferry?",
    ]
    expected = [str(opened_seeds.ask(question)) for question in questions]
    found: dict[int, str] = {}

    def ask(n: int) -> None:
        found[n] = str(opened_seeds.ask(questions[n % 4]))

    in_threads(12, ask)
    assert [found[n] for n in range(12)] == [expected[n % 4] for n in range(12)]


# -- conversations ----------------------------------------------------------------------------


def test_turns_are_remembered(opened: Archive) -> None:
    chat = opened.chat()
    assert isinstance(chat, Conversation)
    first = chat.ask("Where did the ferry Ostrel run aground?")
    assert chat.turns == (
        Turn("user", "Where did the ferry Ostrel run aground?"),
        Turn("assistant", first.text),
    )
    second = chat.ask("And how many passengers were on it?")
    assert len(chat.turns) == 4
    assert "40 passengers" in second.text


def test_an_archive_is_given_the_turns_before() -> None:
    given: list[tuple[str, tuple[Turn, ...], object, object]] = []

    class Scripted:
        def ask(self, question: str, *, history: tuple[Turn, ...], **limits: object) -> object:
            given.append((question, history, limits["asked"], limits["filters"]))
            return type("Reply", (), {"text": f"reply to {question}"})

    chat = Conversation(Scripted())  # type: ignore[arg-type]
    limits = Filters(sources=("Radio Sorva",))
    chat.ask("one", asked="2024-03-04", filters=limits)
    chat.ask("two")
    assert given[0] == ("one", (), "2024-03-04", limits)
    assert given[1] == ("two", (Turn("user", "one"), Turn("assistant", "reply to one")), None, None)
    for n in range(20):
        chat.ask(f"more {n}")
    assert len(chat.turns) == 12
    assert chat.turns[-1] == Turn("assistant", "reply to more 19")


def test_a_question_that_cannot_be_used_leaves_the_turns(opened: Archive) -> None:
    chat = opened.chat()
    answer = chat.ask("Where did the ferry run aground?")
    assert isinstance(answer, Answer)
    with pytest.raises(QuestionError, match="the question is empty"):
        chat.ask(" ")
    assert len(chat.turns) == 2


def test_conversations_do_not_mix(opened: Archive) -> None:
    one, other = opened.chat(), opened.chat()
    one.ask("Where did the ferry run aground?")
    assert other.turns == ()

"""The command: what it prints where, its JSON, its errors."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from index.build import build_archive
from index.settings import Settings
from index.store.archive import ArchiveFolder
from rag import Archive
from ui import __version__
from ui.cli import main

Write = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
HEAVY = ("torch", "chromadb", "gradio", "llama_index", "sentence_transformers", "spacy", "tantivy")
ANSWER_FIELDS = {
    "id", "question", "answer", "short", "form", "conflicts", "refused", "reason", "citations",
    "passages", "query", "timings_ms",
}  # fmt: skip
ARTICLE_FIELDS = {"article_id", "title", "source", "published", "url"}
CITATION_FIELDS = ARTICLE_FIELDS | {
    "marker",
    "quote",
    "start",
    "end",
    "also_in",
    "superseded_by",
    "of",
}
PASSAGE_FIELDS = ARTICLE_FIELDS | {
    "start",
    "end",
    "text",
    "score",
    "found_by",
    "also_in",
    "superseded_by",
    "outside",
}
REPORT_FIELDS = {
    "generation", "read", "new", "changed", "removed", "kept", "unchanged", "rejected", "articles",
    "copies", "chunks", "seconds",
}  # fmt: skip


def invoke(*arguments: object, env: dict[str, str] | None = None) -> Result:
    """Run the command in this process: faster, for what does not need its own."""
    return CliRunner().invoke(main, [str(a) for a in arguments], env=env)


def one_json(ended: subprocess.CompletedProcess[str]) -> Any:
    """The single JSON line that a command printed, and nothing besides."""
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("\n") == 1
    return json.loads(ended.stdout)


def one_error(ended: subprocess.CompletedProcess[str]) -> str:
    """The one line that a command failed with."""
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert ended.stderr.startswith("Error: ")
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr


# -- help -------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["build"], ["ask"], ["search"], ["chat"], ["status"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom ui.cli import main\n"
        f"try:\n    main({[*arguments, '--help']!r})\n"
        "except SystemExit as ended:\n    assert ended.code == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stderr == "[]\n"
    assert ended.stdout.startswith("Usage: ")


def test_every_command_has_help(run: Run) -> None:
    listed = run("--help").stdout
    assert set(main.commands) >= {"build", "add", "remove", "status", "search", "ask", "chat"}
    for name, command in main.commands.items():
        assert f"  {name} " in listed
        shown = invoke(name, "--help")
        assert shown.exit_code == 0
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert all(flag in shown.stdout for flag in parameter.opts)
                assert parameter.help, f"{name} {parameter.opts[0]} has no help"


def test_the_version(run: Run) -> None:
    assert run("--version").stdout == f"newsarchive, version {__version__}\n"


# -- build, add, remove, status ---------------------------------------------------------------


def test_from_the_first_build_to_the_last_removal(
    tmp_path: Path, write_lines: Write, news: Sequence[dict[str, str]], run: Run
) -> None:
    archive = ("--archive", tmp_path / "archive", "--json")
    source = write_lines(tmp_path / "news.jsonl", *news, "{broken")

    built = run("build", *archive, "--embedder", "hashed-words", "--chunk-pieces", 64, source)
    report = one_json(built)
    assert report.keys() == REPORT_FIELDS
    assert (report["new"], report["copies"], report["chunks"], report["rejected"]) == (5, 1, 4, 1)

    more = write_lines(tmp_path / "more.jsonl", {"id": "whale", "text": "A whale was seen."})
    report = one_json(run("add", *archive, more))
    assert report.keys() == REPORT_FIELDS
    assert (report["new"], report["articles"]) == (1, 6)

    status = one_json(run("status", *archive))
    assert status.keys() == {
        "articles", "copies", "chunks", "generation", "embedder", "built", "sources", "first_day",
        "last_day", "rejected", "bytes_on_disk", "versions", "families", "undated", "generations",
        "forward", "stale",
    }  # fmt: skip
    assert (status["articles"], status["embedder"]) == (6, "hashed-words")
    assert status["sources"][0] == ["Harbour Courier", 2]
    assert ArchiveFolder(tmp_path / "archive").current().manifest().chunk_pieces == 64

    report = one_json(run("remove", *archive, "whale", "ferry"))
    assert report.keys() == REPORT_FIELDS
    assert (report["removed"], report["articles"], report["copies"]) == (2, 4, 0)


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_a_build_that_reads_nothing_is_no_success(tmp_path: Path, as_json: Sequence[str]) -> None:
    (tmp_path / "news.csv").write_text("id;body\n1;Text\n")
    where = ("--archive", tmp_path / "archive", "--embedder", "hashed-words", *as_json)
    ended = invoke("build", *where, tmp_path / "news.csv")
    assert ended.exit_code == 1
    assert ended.stderr == (
        f"1 not read: see {tmp_path}/archive/rejected.jsonl\nError: nothing could be read\n"
    )
    assert as_json == () or json.loads(ended.stdout)["rejected"] == 1


def test_reports_for_people(
    tmp_path: Path, write_lines: Write, news: Sequence[dict[str, str]], run: Run
) -> None:
    archive = ("--archive", tmp_path / "archive")
    source = write_lines(tmp_path / "news.jsonl", *news, "{broken")
    built = run("build", *archive, "--embedder", "hashed-words", source)
    first, second = built.stdout.splitlines()
    assert first == "5 articles in the archive (1 copies), 4 chunks"
    assert second.startswith("5 new, 0 changed, 0 removed, 0 unchanged, in ")
    assert built.stderr == f"1 not read: see {tmp_path}/archive/rejected.jsonl\n"
    shown = invoke("status", *archive).stdout
    assert shown.startswith("5 articles (1 of them copies), 2024-03-04 to 2024-04-01\n")
    assert "1 lines or files not read" in shown
    assert "       2  Harbour Courier\n" in shown


def test_progress_goes_to_stderr(
    tmp_path: Path, write_lines: Write, news: Sequence[dict[str, str]]
) -> None:
    source = write_lines(tmp_path / "news.jsonl", *news)
    built = invoke(
        "build", "--archive", tmp_path / "archive", "--embedder", "hashed-words", source,
        env={"FORCE_COLOR": "1", "TTY_COMPATIBLE": "1", "TTY_INTERACTIVE": "1"},
    )  # fmt: skip
    assert built.exit_code == 0
    assert len(built.stdout.splitlines()) == 2
    for step in ("reading", "cutting", "embedding"):
        assert step in built.stderr


def test_the_environment_names_the_archive(news_archive: Path, tmp_path: Path, run: Run) -> None:
    status = run("status", "--json", cwd=tmp_path, env={"NEWSARCHIVE_DIR": str(news_archive)})
    assert one_json(status)["articles"] == 5
    elsewhere = {"NEWSARCHIVE_DIR": str(tmp_path / "none")}
    assert invoke("status", "--archive", news_archive, env=elsewhere).exit_code == 0


def test_the_archive_may_stand_before_the_command(
    news_archive: Path, tmp_path: Path, run: Run
) -> None:
    elsewhere = {"NEWSARCHIVE_DIR": str(tmp_path / "none")}
    assert (
        run("--archive", str(news_archive), "status", cwd=tmp_path, env=elsewhere).returncode == 0
    )
    both = run("--archive", str(tmp_path / "none"), "status", "--archive", str(news_archive))
    assert both.returncode == 0


def test_without_a_name_it_is_the_folder_archive(
    news_archive: Path, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "archive").symlink_to(news_archive)
    assert one_json(run("status", "--json", cwd=tmp_path))["articles"] == 5


# -- keeping ----------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path, write_lines: Write, news: Sequence[dict[str, str]]) -> Path:
    """Two generations: the storm and the undated article came with the second."""
    archive = tmp_path / "archive"
    source = write_lines(tmp_path / "news.jsonl", *news[:3])
    build_archive(archive, [source], settings=Settings("hashed-words"))
    build_archive(archive, [write_lines(source, *news)])
    return archive


def test_a_dry_run_lists_and_removes_nothing(kept: Path, run: Run) -> None:
    limits = ("--source", "harbour courier", "--to", "2024-03-31", "--archive", kept)
    listed = one_json(run("remove", "--dry-run", "--json", *limits))
    (article,) = listed["articles"]
    assert article == {
        "id": "ferry", "title": "Ferry runs aground off Selm", "published": "2024-03-04",
        "source": "Harbour Courier", "url": "https://example.org/ferry",
        "file": str(kept.parent / "news.jsonl"), "line": 1, "family": "ferry",
        "role": "original", "superseded_by": None,
    }  # fmt: skip
    shown = invoke("remove", "--dry-run", *limits)
    assert shown.stdout == (
        "ferry  Ferry runs aground off Selm, Harbour Courier, 2024-03-04  "
        f"(original; from {kept.parent}/news.jsonl:1)\n"
    )
    assert shown.stderr == "1 articles would be removed\n"
    assert one_json(run("status", "--json", "--archive", kept))["articles"] == 5
    removed = one_json(run("remove", "--json", *limits))
    assert (removed["removed"], removed["articles"], removed["copies"]) == (1, 4, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing says what to remove"),
        (["nobody"], "no article 'nobody' is in the archive"),
        (["--url", "https://example.org/none"], "no article with the URL"),
        (["--source", "Nowhere Post"], "no article of the outlet 'Nowhere Post'"),
        (["--from", "March"], "from: 'March' is no day; write it as YYYY-MM-DD"),
        (["ferry", "--from", "2025-01-01"], "no article meets all"),
    ],
)
def test_what_cannot_be_removed(kept: Path, run: Run, arguments: list[str], message: str) -> None:
    assert message in one_error(run("remove", *arguments, "--archive", kept))
    assert message in one_error(run("remove", "--dry-run", *arguments, "--archive", kept))


def test_rollback_and_forward(kept: Path, run: Run) -> None:
    newest = ArchiveFolder(kept).current_name()
    back = one_json(run("rollback", "--json", "--archive", kept))
    assert back.keys() == {"generation", "left", "gone", "back", "changed"}
    assert (back["left"], back["gone"], back["back"]) == (newest, ["storm", "undated"], [])
    status = one_json(run("status", "--json", "--archive", kept))
    assert (status["articles"], status["forward"]) == (3, newest)
    assert "no generation before" in one_error(run("rollback", "--archive", kept))
    forward = invoke("rollback", "--forward", "--archive", kept)
    assert forward.stdout == f"generation {newest} is in use\n2 articles back: storm, undated\n"


def test_check(kept: Path, run: Run) -> None:
    report = one_json(run("check", "--json", "--archive", kept))
    assert report.keys() == {"generation", "articles", "chunks", "digest", "findings", "sound"}
    assert (report["sound"], report["findings"], report["articles"]) == (True, [], 5)
    shown = invoke("check", "--archive", kept)
    assert shown.exit_code == 0
    assert f"digest {report['digest']}, generation {report['generation']}" in shown.stdout
    (ArchiveFolder(kept).current().lexical / "meta.json").write_bytes(b"{}")
    found = run("check", "--archive", kept)
    assert found.returncode == 1
    assert (
        "lexical/meta.json: is not as it was written\n  mend: newsarchive rollback" in found.stdout
    )
    assert found.stderr == "1 findings\n"
    assert json.loads(run("check", "--json", "--archive", kept).stdout)["sound"] is False


def test_status_says_what_is_stale(kept: Path, tmp_path: Path, write_lines: Write) -> None:
    write_lines(tmp_path / "news.jsonl", {"id": "other", "text": "Something else."})
    shown = invoke("status", "--archive", kept).stdout
    assert "1 families of copies and versions, 0 later versions\n" in shown
    assert "1 articles without a date\n" in shown
    assert "2 generations kept: " in shown
    assert "1 source files changed and 0 went since they were read\n" in shown


# -- search and ask ---------------------------------------------------------------------------


def test_search(news_archive: Path, run: Run) -> None:
    question = "Which ferry ran aground?"
    found = one_json(run("search", "--archive", news_archive, "--json", question))
    assert found.keys() == {"question", "passages"}
    assert found["question"] == question
    assert found["passages"][0]["article_id"] == "ferry"
    assert all(passage.keys() == PASSAGE_FIELDS for passage in found["passages"])
    assert found["passages"][0]["also_in"][0].keys() == ARTICLE_FIELDS


def test_search_explains_itself(news_archive: Path) -> None:
    question = "Which ferry ran aground in March 2024?"
    shown = invoke("search", "--archive", news_archive, "--explain", "--top-k", 1, question)
    assert "published from 2024-02-29 to 2024-04-07  [dates]" in shown.stdout
    assert "words 1., meaning of the passage 1., nearest sentence 1.; headline has" in shown.stdout
    assert "1 with the same text folded in" in shown.stdout
    found = invoke("search", "--archive", news_archive, "--explain", "--json", question)
    query = json.loads(found.stdout)["query"]
    assert query["inferred"][0]["part"] == "dates"


def test_search_says_which_names_are_looked_up_too(news_archive: Path) -> None:
    shown = invoke("search", "--archive", news_archive, "--explain", "What of Beninese boats?")
    assert "“beninese” looked up as Benin too  [places]" in shown.stdout


def test_a_time_that_nothing_meets_is_left_out_with_a_word(news_archive: Path) -> None:
    shown = invoke("ask", "--archive", news_archive, "Which ferry ran aground in May 2023?")
    assert "not published from 2023-04-30 to 2023-06-07: the archive has nothing" in shown.stderr
    assert "Nearest coverage: Ferry runs aground off Selm" in shown.stdout


def test_search_with_every_limit(news_archive: Path) -> None:
    shown = invoke(
        "search", "--archive", news_archive, "--from", "2024-03-05", "--to", "2024-04-01",
        "--source", "Radio Sorva", "--source", "Harbour Courier", "--asked", "2024-04-02",
        "--top-k", 5, "--ranking", "vectors", "--json", "news of Selm",
    )  # fmt: skip
    assert shown.exit_code == 0, shown.stderr
    ids = [passage["article_id"] for passage in json.loads(shown.stdout)["passages"]]
    assert sorted(ids) == ["ferry-copy", "storm"]


def test_search_for_people(news_archive: Path) -> None:
    shown = invoke("search", "--archive", news_archive, "--top-k", 1, "Which ferry ran aground?")
    first, second, *_ = shown.stdout.splitlines()
    assert re.fullmatch(
        r"1\. Ferry runs aground off Selm, Harbour Courier, 2024-03-04  \([01]\.\d{3}\)", first
    )
    assert second.startswith("   The ferry Ostrel ran aground off Selm on Monday")


def test_ask(news_archive: Path, news: Sequence[dict[str, str]], run: Run) -> None:
    question = "How many passengers were on the ferry Ostrel?"
    answer = one_json(run("ask", "--archive", news_archive, "--json", question))
    check_answer(answer, {record["id"]: record["text"] for record in news})
    assert (answer["id"], answer["question"], answer["refused"]) == (None, question, False)
    assert "40 passengers" in answer["answer"]


def test_ask_for_people(news_archive: Path, run: Run) -> None:
    shown = run("ask", "--archive", news_archive, "How many passengers were on the ferry Ostrel?")
    assert shown.returncode == 0
    assert shown.stderr == ""
    assert "40 passengers. [1]" in shown.stdout
    assert (
        "\n[1] Ferry runs aground off Selm, Harbour Courier, 2024-03-04: The ferry" in shown.stdout
    )


def check_answer(answer: dict[str, Any], sources: dict[str, str]) -> None:
    """The fields of the contract, and quotes that stand in article and source file."""
    assert answer.keys() == ANSWER_FIELDS
    if answer["form"] not in ("talk", "about"):  # a greeting cites nothing
        assert answer["refused"] == (answer["citations"] == [])
    assert bool(answer["reason"]) == answer["refused"]
    markers = [citation["marker"] for citation in answer["citations"]]
    assert markers == list(range(1, len(markers) + 1))
    for citation in answer["citations"]:
        assert citation.keys() == CITATION_FIELDS
        assert f"[{citation['marker']}]" in answer["answer"]
        assert citation["quote"].strip()
        whole = sources[citation["article_id"]] if citation["of"] == "text" else citation["title"]
        source = "".join(whole.split())
        assert "".join(citation["quote"].split()) in source
        assert all(article.keys() == ARTICLE_FIELDS for article in citation["also_in"])
    for passage in answer["passages"]:
        assert passage.keys() == PASSAGE_FIELDS
        assert 0 <= passage["score"] <= 1
    scores = [passage["score"] for passage in answer["passages"]]
    assert scores == sorted(scores, reverse=True)
    assert answer["query"]["question"] == answer["question"]
    assert answer["timings_ms"]["total"] > 0


def test_a_batch_of_the_real_model(
    seed_archive: Path, opened_seeds: Archive, seeds: Path, run: Run
) -> None:
    questions = seeds / "sample" / "questions.jsonl"
    ended = run("ask", "--archive", seed_archive, "--batch", questions)
    assert ended.returncode == 0, ended.stderr
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    asked = [json.loads(line) for line in questions.read_text("utf-8").splitlines()]
    assert [(a["id"], a["question"]) for a in answers] == [(q["id"], q["question"]) for q in asked]
    sources = {
        record["id"]: record["text"]
        for record in map(
            json.loads, (seeds / "sample" / "articles.jsonl").read_text("utf-8").splitlines()
        )
    }
    iraq = opened_seeds.search("Iraq military condemns attacks on bases", top_k=1)[0].article
    sources[iraq.id] = (seeds / "iraq-condemns-attacks-on-bases.txt").read_text("utf-8")
    for answer in answers:
        check_answer(answer, sources)
        for quoted in (*answer["citations"], *answer["passages"]):
            article = opened_seeds.article(quoted["article_id"])
            assert article is not None
            text = quoted.get("quote") or quoted["text"]
            whole = article.title if quoted.get("of") == "title" else article.text
            assert whole[quoted["start"] : quoted["end"]] == text
    assert any(answer["citations"] for answer in answers)


def test_a_bad_batch_file_answers_nothing(
    news_archive: Path, tmp_path: Path, write_lines: Write, run: Run
) -> None:
    path = write_lines(
        tmp_path / "q.jsonl", {"id": "q1", "question": "Where is the ferry?"}, "{broken"
    )
    error = one_error(run("ask", "--archive", news_archive, "--batch", path))
    assert f"{path}, line 2: " in error


@pytest.mark.parametrize(
    "second",
    [{"id": "q2", "question": "Who?", "asked": "2024"}, {"id": "q2", "question": "x" * 5000}],
)
def test_a_batch_with_a_question_that_cannot_be_asked(
    news_archive: Path, tmp_path: Path, write_lines: Write, second: dict[str, str]
) -> None:
    path = write_lines(tmp_path / "q.jsonl", {"id": "q1", "question": "Where?"}, second)
    ended = invoke("ask", "--archive", news_archive, "--batch", path)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "line 2" in ended.stderr


# -- errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [["status"], ["search", "ferry"], ["ask", "ferry?"], ["remove", "one"], ["chat", "--no-open"]],
)
def test_no_archive(tmp_path: Path, run: Run, arguments: list[str]) -> None:
    error = one_error(run(*arguments, "--archive", tmp_path / "none"))
    assert f"newsarchive build --archive {tmp_path}/none" in error
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", " "], "the question is empty"),
        (["search", "x" * 4001], "at most 4000 are read"),
        (["search", "--from", "March", "ferry"], "from: 'March' is no day; write it as YYYY-MM-DD"),
        (["ask", "--asked", "2024-13-01", "ferry?"], "asked: '2024-13-01' is no day"),
        (["search", "--top-k", "0", "ferry"], "top_k is 0"),
        (["remove", "nobody"], "no article 'nobody'"),
        (["build", "--embedder", "all-MiniLM-L6-v2", "."], "--rebuild"),
        (["build", "--chunk-pieces", "0", "--rebuild", "."], "chunk_pieces is 0"),
    ],
)
def test_errors_are_one_line(
    news_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    arguments: list[str], message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    ended = invoke(*arguments, "--archive", news_archive)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Error: ")
    assert ended.stderr.count("\n") == 1
    assert message in ended.stderr


def test_an_unknown_embedder(tmp_path: Path, write_lines: Write, run: Run) -> None:
    source = write_lines(tmp_path / "a.jsonl", {"id": "a", "text": "Text."})
    command = ("build", "--archive", tmp_path / "archive", "--embedder", "nobody/nothing", source)
    assert "'nobody/nothing' cannot be loaded" in one_error(run(*command))


def test_a_locked_archive(
    tmp_path: Path, write_lines: Write, hashed_settings: Settings, run: Run
) -> None:
    source = write_lines(tmp_path / "a.jsonl", {"id": "a", "text": "Text."})
    build_archive(tmp_path / "archive", [source], settings=hashed_settings)
    with ArchiveFolder(tmp_path / "archive").writing():
        error = one_error(run("add", "--archive", tmp_path / "archive", source))
    assert f"is being written by process {os.getpid()}" in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask"], "give a QUESTION or --batch FILE"),
        (["ask", "ferry?", "--batch", __file__], "give a QUESTION or --batch FILE"),
        (["build"], "Missing argument 'PATH…'"),
        (["search", "--ranking", "best", "ferry"], "'best' is not one of"),
        (["nonsense"], "No such command 'nonsense'"),
        (["ask", "--batch", "/no/such/file"], "does not exist"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str) -> None:
    ended = invoke(*arguments)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr


def test_building_a_path_that_is_not_there(tmp_path: Path) -> None:
    ended = invoke("build", "--archive", tmp_path / "archive", "/no/such/path")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "/no/such/path does not exist; check the path" in ended.stderr


def test_a_reader_that_has_gone(
    news_archive: Path, tmp_path: Path, write_lines: Write, executable: str
) -> None:
    path = write_lines(
        tmp_path / "q.jsonl",
        *({"id": f"q{n}", "question": "Where did the ferry run aground?"} for n in range(200)),
    )
    command = [executable, "ask", "--archive", str(news_archive), "--batch", str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as asking:
        assert asking.stdout is not None
        assert asking.stderr is not None
        assert json.loads(asking.stdout.readline())["id"] == "q0"
        asking.stdout.close()
        assert asking.wait(120) == 1
        assert asking.stderr.read() == ""


# -- families ---------------------------------------------------------------------------------


def test_families(run: Run, seed_archive: Path) -> None:
    listed = run("families", "--diff", "--archive", seed_archive)
    assert listed.returncode == 0, listed.stderr
    assert "copy  " in listed.stdout
    assert "sample-2026-02-09-dock-strike-review" in listed.stdout
    assert "4 families" in listed.stderr
    found = json.loads(run("families", "--json", "--archive", seed_archive).stdout)["families"]
    pairs = {p["article_id"]: p for family in found for p in family["pairs"]}
    review = pairs["sample-2026-02-09-dock-strike-review"]
    assert (review["of"], review["kind"]) == ("sample-2026-02-09-dock-strike-ends", "copy")
    assert 0.5 < review["jaccard"] < review["containment"] < 1


def test_a_question_in_another_encoding_is_printed_as_it_is_read(news_archive: Path) -> None:
    command = [sys.executable, "-m", "ui.cli", "search", "--json", "--archive", news_archive]
    arguments = [*map(os.fsencode, command), "Où est le ferry Ostrel?".encode("latin-1")]
    ended = subprocess.run(arguments, capture_output=True, text=True)
    assert one_json(ended)["question"].endswith(" est le ferry Ostrel?")


def test_what_may_not_be_opened_is_named(news_archive: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(news_archive, archive)
    (archive / "CURRENT").unlink()
    (archive / "CURRENT").mkdir()  # as a file of another user is, it cannot be read
    ended = invoke("status", "--archive", archive)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr == f"Error: {archive / 'CURRENT'}: Is a directory\n"


def test_an_archive_of_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    where = ("--archive", tmp_path / "archive", "--embedder", "hashed-words")
    ended = invoke("build", *where, tmp_path / "news")
    assert ended.exit_code == 0
    assert "the archive is empty: nothing to read was found there" in ended.stderr

"""Reading: every file and line is an article or says why it is not."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.errors import SourceError
from index.formats.place import Place, UnreadableError
from index.formats.recognise import recognise
from index.sources import read_articles
from index.types import Rejection, SourcedArticle

ROOT = Path(__file__).parents[3]
BODY = "The Iraqi joint operations command condemned the attack."
MEGABYTE = 1 << 20

# The first draw builds tables of Unicode, which takes seconds on a busy machine.
properties = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def names(items: list[SourcedArticle | Rejection]) -> list[str]:
    return [Path(item.file).name for item in items]


def test_a_path_that_does_not_exist_is_an_error_before_anything_is_read(tmp_path, write):
    write(tmp_path / "a.txt", f"Title\n{BODY}")
    with pytest.raises(SourceError, match=r"missing\.txt does not exist"):
        read_articles([tmp_path / "a.txt", tmp_path / "missing.txt"])


def test_folders_are_read_through_in_sorted_order(tmp_path, read, write):
    for name in ["b.txt", "a/z.txt", "a/b/c.txt", "c.txt", "x.txt/inside.txt"]:
        write(tmp_path / name, f"Title\n{BODY}")
    assert names(read(tmp_path)) == ["c.txt", "z.txt", "b.txt", "c.txt", "inside.txt"]


def test_hidden_files_notes_and_questions_of_a_set_are_skipped(tmp_path, read, write):
    line = json.dumps({"text": BODY})
    skipped = [".hidden.txt", ".git/a.txt", "README.md", "README", "readme.txt", "LICENSE-2.0.txt"]
    for name in [*skipped, "articles.jsonl", "questions.jsonl", "rewrites.jsonl"]:
        write(tmp_path / name, line)
    for name in ["license-of-broadcaster-revoked.txt", "sub/questions.jsonl"]:
        write(tmp_path / name, f"{line}\n{line}")
    revoked = "license-of-broadcaster-revoked.txt"  # JSON Lines, whatever it is called
    expected = ["articles.jsonl", revoked, revoked, *["questions.jsonl"] * 2]
    assert names(read(tmp_path)) == expected


def test_every_file_of_another_format_is_rejected(tmp_path, read, write):
    write(tmp_path / "a.pdf", b"%PDF-1.7")
    write(tmp_path / "b.md", b"# Notes")
    pdf, markdown = read(tmp_path)
    assert pdf == Rejection(
        str(tmp_path / "a.pdf"),
        None,
        "not a format that can be read, but a PDF; convert it with pdftotext",
    )
    assert markdown.reason.startswith("not a format that can be read (.md); what can be: plain")


def test_a_loop_of_folders_is_reported_and_not_followed(tmp_path, read, write):
    write(tmp_path / "year/day/a.txt", f"Title\n{BODY}")
    (tmp_path / "year/day/loop").symlink_to(tmp_path / "year")
    read_once, loop = read(tmp_path)
    assert names([read_once]) == ["a.txt"]
    year = tmp_path / "year"
    assert loop.reason == f"directory loop: {year}/day/loop points back at {year}"


def test_two_links_to_one_folder_are_read_once(tmp_path, read, write):
    write(tmp_path / "2024/a.txt", f"Title\n{BODY}")
    (tmp_path / "latest").symlink_to("2024")
    items = read(tmp_path)
    assert names(items) == ["a.txt", "latest"]
    assert items[1].reason == f"the same folder as {tmp_path}/2024, which was read already"


def test_links_to_nothing_and_to_themselves_are_rejected(tmp_path, read):
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "gone")
    (tmp_path / "self.txt").symlink_to("self.txt")
    dangling, itself = read(tmp_path)
    assert dangling.reason == "cannot be read: No such file or directory"
    assert itself.reason.startswith("cannot be read: Too many levels of symbolic links")


@pytest.mark.timeout(10)
def test_a_pipe_does_not_hang(tmp_path, read):
    os.mkfifo(tmp_path / "pipe.txt")
    assert read(tmp_path)[0].reason.startswith("not a file but a pipe")


def test_a_folder_that_cannot_be_opened_is_rejected(tmp_path, read):
    # Also root cannot open a path longer than the system takes.
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=folder)
        deeper = os.open("d" * 250, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = deeper
    os.close(folder)
    (rejected,) = read(tmp_path)
    assert rejected.reason == "folder cannot be read: File name too long"


def test_a_name_that_is_not_utf8_can_be_stored(tmp_path, read, write):
    write(tmp_path / os.fsdecode(b"caf\xe9.txt"), f"Title\n{BODY}")
    assert names(read(tmp_path)) == ["caf\\xe9.txt"]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("any-bytes")


json_lines = st.one_of(
    st.binary(max_size=60),
    st.dictionaries(
        st.sampled_from(["id", "title", "text", "published", "url", "x"]),
        st.text() | st.integers() | st.none() | st.lists(st.none()),
    ).map(lambda record: json.dumps(record).encode()),
)


def is_of_another_format(content: bytes) -> bool:
    """Hypothesis also tries the bytes that other formats begin with."""
    try:
        return recognise(content, Place("a.jsonl", hint="a.jsonl")) != "jsonl"
    except UnreadableError:
        return True


@properties
@given(lines=st.lists(json_lines))
@example(lines=[b"\xef\xbb\xbf{}", b"\xef\xbb\xbf", b"\x00\x01\x00\x01"])
def test_every_line_of_json_lines_is_accounted_for(scratch, read, write, lines):
    content = b"\n".join(lines)
    items = read(write(scratch / "a.jsonl", content))
    if is_of_another_format(content):
        assert items
        return
    stripped = [line.removeprefix(b"\xef\xbb\xbf") for line in content.split(b"\n")]
    expected = [number for number, line in enumerate(stripped, 1) if line.strip()]
    taken = [i.line for i in items if isinstance(i, SourcedArticle) or not i.kept]
    assert taken == (expected or [None])


@properties
@given(content=st.binary() | st.text().map(str.encode), name=st.sampled_from(["a.txt", "a.csv"]))
def test_any_bytes_are_an_article_or_a_rejection(scratch, read, write, content, name):
    assert read(write(scratch / name, content))


@properties
@given(st.lists(st.tuples(st.text(), st.text(), st.text()), min_size=1))
def test_every_row_that_the_csv_module_writes_is_accounted_for(scratch, read, rows):
    path = scratch / "rows.csv"
    encodable = [[cell.encode(errors="ignore").decode() for cell in row] for row in rows]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("title", "text", "published"), *encodable])
    taken = [i for i in read(path) if isinstance(i, SourcedArticle) or not i.kept]
    assert len(taken) == len(rows)
    assert not [r for r in taken if isinstance(r, Rejection) and not r.reason.startswith("no text")]


_READ_AND_MEASURE = """
import sys
from pathlib import Path
from index.sources import read_articles
print(sum(1 for item in read_articles([Path(sys.argv[1])])))
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
@pytest.mark.parametrize("name", ["large.jsonl", "large.csv"])
def test_a_large_file_is_not_held_in_memory(tmp_path, name):
    text = f"{BODY} " * 1000
    # With its language: the model that recognises it is held as well, whatever the file.
    record = json.dumps({"text": text, "language": "en"})
    head, line = ("", record) if "json" in name else ("text,language\n", f"{text},en")
    path = tmp_path / name
    with path.open("w") as file:
        file.write(head)
        file.writelines(f"{line}\n" for _ in range(100 * MEGABYTE // len(line)))
    command = [sys.executable, "-c", _READ_AND_MEASURE, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    count, peak_kilobytes = map(int, done.stdout.split())
    path.unlink()
    assert count == 100 * MEGABYTE // len(line)
    assert peak_kilobytes < 100_000

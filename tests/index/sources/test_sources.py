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
from index.types import Article, Rejection, SourcedArticle

ROOT = Path(__file__).parents[3]
BODY = "The Iraqi joint operations command condemned the attack."
MEGABYTE = 1 << 20

# The first draw builds tables of Unicode, which takes seconds on a busy machine.
properties = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(*paths: Path) -> list[SourcedArticle | Rejection]:
    return list(read_articles(paths))


def read_one(path: Path, content: str | bytes) -> SourcedArticle | Rejection:
    (item,) = read(write(path, content))
    return item


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def write_lines(path: Path, *records: object) -> Path:
    return write(path, "".join(json.dumps(record) + "\n" for record in records))


def articles(items: list[SourcedArticle | Rejection]) -> list[Article]:
    return [item.article for item in items if isinstance(item, SourcedArticle)]


def rejections(items: list[SourcedArticle | Rejection]) -> list[Rejection]:
    return [item for item in items if isinstance(item, Rejection)]


def names(items: list[SourcedArticle | Rejection]) -> list[str]:
    return [Path(item.file).name for item in items]


# Plain text


@pytest.mark.parametrize("name", ["a.txt", "a.TEXT", "a"])
def test_text_has_its_headline_on_the_first_line_and_no_date(tmp_path, name):
    item = read_one(tmp_path / name, f"\ufeff\r\n  Bases attacked \r\n{BODY}\r\nMore followed.\r\n")
    assert item.file == str(tmp_path / name)
    assert item.line is None
    assert item.article.title == "Bases attacked"
    assert item.article.text == f"{BODY}\n\nMore followed."
    assert item.article.published is None


def test_text_that_begins_with_a_paragraph_has_no_headline_and_loses_nothing(tmp_path):
    paragraph = " ".join([BODY] * 8)
    item = read_one(tmp_path / "a.txt", paragraph)
    assert item.article.text == paragraph
    assert item.article.title == f"{BODY} The Iraqi joint operations command…"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("Only a headline\n \n", "no text: the file has a headline and nothing under it"),
        ("", "no text: the article has no words"),
        (" \n\u200b\n", "no text: the article has no words"),
        ("Headline\n\u200b\n", "no text: the article has no words"),
        ("Headline\nbinary \0", "not text (byte 0x00 at offset 16)"),
    ],
)
def test_text_without_an_article_is_rejected(tmp_path, content, reason):
    assert read_one(tmp_path / "a.txt", content).reason.startswith(reason)


def test_text_over_the_limit_is_rejected(tmp_path):
    path = write(tmp_path / "a.txt", b"Headline\n")
    os.truncate(path, 16 * MEGABYTE + 1)
    assert read(path)[0].reason == "longer than 16 MB; split it into one article a file"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "Title\n{}"),
        ("a.jsonl", '{{"text": "{}"}}\n'),
        ("a.json", '[{{"title": "Title", "text": "{}"}}]'),
        ("a.csv", "title,text\nTitle,{}\n"),
    ],
)
def test_an_article_longer_than_any_book_is_rejected(tmp_path, monkeypatch, name, content):
    monkeypatch.setattr("index.formats.record.MAX_ARTICLE_CHARS", 20_000)
    longest = "é" * 20_000
    assert isinstance(read_one(tmp_path / name, content.format(longest[:-6])), SourcedArticle)
    rejected = read_one(tmp_path / name, content.format(longest + "!"))
    assert rejected.reason.endswith(
        "characters, and an article has 20,000 at most; split it into its articles"
    )


# Encodings


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv"])
@pytest.mark.parametrize(
    ("encoding", "reason"),
    [
        ("utf-16", "not UTF-8 (byte 0xff at offset 0); convert it with iconv -f UTF-16 -t UTF-8"),
        ("utf-32", "not UTF-8 (byte 0xff at offset 0); convert it with iconv -f UTF-32 -t UTF-8"),
        ("utf-16-le", "not UTF-8 (byte 0x00 at offset 1); convert it with iconv -f UTF-16LE"),
        ("utf-16-be", "not UTF-8 (byte 0x00 at offset 0); convert it with iconv -f UTF-16BE"),
    ],
)
def test_wide_encodings_are_named_once_a_file(tmp_path, name, encoding, reason):
    item = read_one(tmp_path / name, "title,text\nHeadline,Text\n".encode(encoding))
    assert item.reason.startswith(reason)


def test_latin_1_text_is_rejected_with_its_first_bad_byte(tmp_path):
    item = read_one(tmp_path / "a.txt", "Élan\nText".encode("latin-1"))
    assert item.reason == (
        "not UTF-8 (byte 0xc9 at offset 0); convert it with iconv -f WINDOWS-1252 -t UTF-8"
    )


def test_a_line_that_is_not_utf8_is_rejected_and_the_others_are_read(tmp_path):
    good = json.dumps({"id": "1", "text": BODY}).encode()
    bad = b'{"id": "2", "text": "caf\xe9"}'
    items = read(write(tmp_path / "a.jsonl", b"\n".join([good, bad, good])))
    assert [item.line for item in items] == [1, 2, 3]
    assert f"byte 0xe9 at offset {len(good) + 1 + bad.index(0xE9)}" in items[1].reason


def test_a_row_that_is_not_utf8_is_rejected_and_the_others_are_read(tmp_path):
    items = read(write(tmp_path / "a.csv", b'id,text\n1,a\n2,"caf\n\xe9"\n3,c\n'))
    assert [item.line for item in items] == [2, 3, 5]  # of the row, which ends on line 4
    assert items[1].last_line == 4
    assert "byte 0xe9 at offset 19" in items[1].reason


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_byte_order_marks_are_tolerated(tmp_path, name):
    content = json.dumps({"text": BODY}) if name == "a.jsonl" else f"text\n{BODY}"
    assert articles(read(write(tmp_path / name, f"\ufeff{content}\n")))[0].text == BODY


# JSON Lines


def test_json_lines_give_their_fields_and_unknown_ones_are_ignored(tmp_path):
    record = {
        "id": "wn-1",
        "title": "Bases attacked",
        "text": f"{BODY}\n\nMore followed.",
        "published": "2024-08-06",
        "source": "Rudaw",
        "url": "https://example.org/1",
        "author": None,
        "language": "en",
    }
    (item,) = read(write_lines(tmp_path / "a.jsonl", record | {"section": ["world"]}))
    assert item == SourcedArticle(Article(**record), str(tmp_path / "a.jsonl"), 1)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": ', "not JSON ("),
        ("[]", "not a JSON object"),
        ('{"body": "x"}', "no field 'text'; the fields found are 'body'"),
        ('{"text": 5}', "field 'text' is a number; it has to be a string"),
        ('{"text": null}', "no text: the article has no words"),
        ('{"text": "x", "title": ["y"]}', "field 'title' is a list; it has to be a string"),
        ('{"text": "x", "id": true}', "field 'id' is true or false; it has to be a string"),
        ('{"text": "x", "id": "a\\u0007"}', "field 'id' holds control characters ('a\\x07')"),
        (f'{{"text": "x", "id": "{"a" * 201}"}}', "field 'id' has 201 characters; at most 200"),
        ("[" * 5000, "not JSON ("),
        ('{"text": "\\ud800"' + "[" * 100_000, "not JSON ("),
    ],
)
def test_a_line_that_is_not_an_article_is_rejected_with_its_number(tmp_path, line, reason):
    rejected, read_on = read(write(tmp_path / "a.ndjson", f'\n{line}\n\n{{"text": "x"}}'))
    assert rejected.line == 2
    assert rejected.reason.startswith(reason)
    assert not rejected.kept
    assert read_on.line == 4


def test_half_a_surrogate_pair_is_removed(tmp_path):
    assert read_one(tmp_path / "a.jsonl", '{"text": "so\\uD83D it is"}').article.text == "so it is"


def test_an_article_without_title_is_headed_by_its_first_words(tmp_path):
    long = "word " * 30
    (short, cut, unbroken) = articles(
        read(
            write_lines(
                tmp_path / "a.jsonl",
                {"text": f"{BODY}\n\nMore.", "title": ""},
                {"text": long},
                {"text": "x" * 150, "title": None},
            )
        )
    )
    assert short.title == BODY
    assert short.text == f"{BODY}\n\nMore."
    assert cut.title == ("word " * 20).strip() + "…"
    assert unbroken.title == "x" * 99 + "…"


def test_a_line_over_the_limit_is_rejected_and_the_next_is_read(tmp_path):
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        for _ in range(66):
            file.write(b" " * MEGABYTE)
        file.write(b'\n{"text": "caf\xe9"}\n')
    too_long, not_utf8 = read(path)
    assert (too_long.line, not_utf8.line) == (1, 2)
    assert too_long.reason == "line longer than 64 MB; split it into one article each"
    assert f"offset {66 * MEGABYTE + 1 + 13}" in not_utf8.reason


# CSV and TSV


def test_csv_columns_are_found_in_any_order_and_case(tmp_path):
    content = f'Source, TEXT ,Id,pages\r\nRudaw,"{BODY}\r\n\r\nHe said ""no"", twice.",7,2\r\n'
    (article,) = articles(read(write(tmp_path / "a.csv", content)))
    assert (article.id, article.source, article.title) == ("7", "Rudaw", BODY)
    assert article.text == f'{BODY}\n\nHe said "no", twice.'
    assert (article.author, article.published) == (None, None)


def test_tsv_is_parted_by_tabs(tmp_path):
    item = read_one(tmp_path / "a.tsv", "title\ttext\nBases, attacked\tOne, two\n")
    assert (item.article.title, item.article.text) == ("Bases, attacked", "One, two")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_what_parts_the_header_parts_the_rows(tmp_path, name, mark):
    content = (
        f'\ufeff"id"{mark}"title"{mark}text\r\n7{mark}Bases{mark}"One{mark} two\r\nand ""3"""\r\n'
    )
    article = read_one(tmp_path / name, content).article
    assert (article.id, article.title) == ("7", "Bases")
    assert article.text == " ".join(f'One{mark} two and "3"'.split())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id;title;body\n1;2;3\n", "no column 'text'; the columns found are 'id;title;body'"),
        ("text,Text\na,b\n", "several columns are called 'text'"),
        ('te"xt,"a"b\n', "not CSV in line 1 ("),
        ("text,title\n", "the file has a header and no rows"),
        ("", "the file is empty"),
    ],
)
def test_a_csv_file_without_articles_is_rejected_once(tmp_path, content, reason):
    assert read_one(tmp_path / "a.csv", content).reason.startswith(reason)


def test_rows_are_rejected_with_their_line_and_the_others_are_read(tmp_path):
    content = (
        'title,text\nA,"one\ntwo"\nB,three, four\n\nC,"Smoking" gun\nD,\nE,five\nF,"never closed\n'
    )
    items = read(write(tmp_path / "a.csv", content))
    assert [item.line for item in items] == [2, 4, 6, 7, 8, 9]
    assert [article.title for article in articles(items)] == ["A", "E"]
    reasons = [item.reason for item in rejections(items)]
    assert reasons[0].startswith("3 cells under 2 column names")
    assert reasons[1].startswith("not CSV in line 6 (',' expected after '\"')")
    assert reasons[2].startswith("no text")
    assert reasons[3].startswith("not CSV in line 9 (unexpected end of data)")


def test_cells_larger_than_the_csv_module_takes_by_default_are_read(tmp_path):
    (article,) = articles(read(write(tmp_path / "a.csv", f"text\n{'word ' * 100_000}\n")))
    assert len(article.text) == 499_999


def test_a_quote_that_is_never_closed_does_not_swallow_a_large_file(tmp_path):
    row = f'"{"x" * MEGABYTE}'
    rows = [row] + [row[1:]] * 20 + ["last"]
    items = read(write(tmp_path / "a.csv", "text\n" + "\n".join(rows) + "\n"))
    assert items[0].reason.startswith("not CSV in lines 2 to 17 (field larger than field limit")
    assert articles(items)[-1].text == "last"


# Dates and ids


@pytest.mark.parametrize(
    ("given", "normalised"),
    [
        ("2024-08-06", "2024-08-06"),
        (" 20240806 ", "2024-08-06"),
        ("2024-08-06T18:30:00Z", "2024-08-06T18:30:00Z"),
        ("2024-08-06T18:30:00.999", "2024-08-06T18:30:00Z"),
        ("2024-08-06 18:30", "2024-08-06T18:30:00Z"),
        ("2024-08-06T01:30:00+03:00", "2024-08-05T22:30:00Z"),
        ("0001-01-01T00:00:00", "0001-01-01T00:00:00Z"),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_normalised_to_a_day_or_to_utc(tmp_path, given, normalised):
    (item,) = read(write_lines(tmp_path / "a.jsonl", {"text": BODY, "published": given}))
    assert item.article.published == normalised


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("August 2024", "'August 2024'"),
        ("yesterday", "'yesterday'"),
        ("2024-08", "'2024-08'"),
        ("2024-02-30", "'2024-02-30'"),
        ("0001-01-01T00:00:00+14:00", "'0001-01-01T00:00:00+14:00'"),
        (2024, "(a number)"),
        (True, "(true or false)"),
    ],
)
def test_an_unreadable_date_is_reported_and_the_article_is_kept(tmp_path, given, shown):
    kept, complaint = read(write_lines(tmp_path / "a.jsonl", {"text": BODY, "published": given}))
    assert kept.article.published is None
    assert complaint.kept
    assert complaint.line == 1
    assert complaint.reason == (
        f"unreadable date {shown}; write it as 2024-08-06 or 2024-08-06T18:30:00Z"
    )


def test_ids_are_taken_as_given(tmp_path):
    path = write_lines(tmp_path / "a.jsonl", {"id": " a ", "text": "x"}, {"id": 17, "text": "x"})
    assert [article.id for article in articles(read(path))] == ["a", "17"]


def test_an_article_without_id_has_the_same_one_in_every_format_and_run(tmp_path):
    write(tmp_path / "a.txt", f"Bases attacked\r\n{BODY}\r\n")
    write(tmp_path / "b.csv", f"title,text\nBases attacked,{BODY}\n")
    write_lines(tmp_path / "c.jsonl", {"id": None, "title": "Bases attacked ", "text": BODY})
    ids = {article.id for article in articles(read(tmp_path))}
    assert ids == {"1e6921c111ebf9ed"}


def test_a_url_makes_the_id_whatever_the_text(tmp_path):
    url = "https://example.org/1"
    path = write_lines(
        tmp_path / "a.jsonl", {"url": url, "text": "x"}, {"url": url, "text": "y"}, {"text": "x"}
    )
    first, second, other = (article.id for article in articles(read(path)))
    assert first == second != other


# Folders


def test_a_path_that_does_not_exist_is_an_error_before_anything_is_read(tmp_path):
    write(tmp_path / "a.txt", f"Title\n{BODY}")
    with pytest.raises(SourceError, match=r"missing\.txt does not exist"):
        read_articles([tmp_path / "a.txt", tmp_path / "missing.txt"])


def test_folders_are_read_through_in_sorted_order(tmp_path):
    for name in ["b.txt", "a/z.txt", "a/b/c.txt", "c.txt", "x.txt/inside.txt"]:
        write(tmp_path / name, f"Title\n{BODY}")
    assert names(read(tmp_path)) == ["c.txt", "z.txt", "b.txt", "c.txt", "inside.txt"]


def test_hidden_files_notes_and_questions_of_a_set_are_skipped(tmp_path):
    line = json.dumps({"text": BODY})
    skipped = [".hidden.txt", ".git/a.txt", "README.md", "README", "readme.txt", "LICENSE-2.0.txt"]
    for name in [*skipped, "articles.jsonl", "questions.jsonl", "rewrites.jsonl"]:
        write(tmp_path / name, line)
    for name in ["license-of-broadcaster-revoked.txt", "sub/questions.jsonl"]:
        write(tmp_path / name, f"{line}\n{line}")
    revoked = "license-of-broadcaster-revoked.txt"  # JSON Lines, whatever it is called
    expected = ["articles.jsonl", revoked, revoked, *["questions.jsonl"] * 2]
    assert names(read(tmp_path)) == expected


def test_every_file_of_another_format_is_rejected(tmp_path):
    write(tmp_path / "a.pdf", b"%PDF-1.7")
    write(tmp_path / "b.md", b"# Notes")
    pdf, markdown = read(tmp_path)
    assert pdf == Rejection(
        str(tmp_path / "a.pdf"),
        None,
        "not a format that can be read, but a PDF; convert it with pdftotext",
    )
    assert markdown.reason.startswith("not a format that can be read (.md); what can be: plain")


def test_a_loop_of_folders_is_reported_and_not_followed(tmp_path):
    write(tmp_path / "year/day/a.txt", f"Title\n{BODY}")
    (tmp_path / "year/day/loop").symlink_to(tmp_path / "year")
    read_once, loop = read(tmp_path)
    assert names([read_once]) == ["a.txt"]
    year = tmp_path / "year"
    assert loop.reason == f"directory loop: {year}/day/loop points back at {year}"


def test_two_links_to_one_folder_are_read_once(tmp_path):
    write(tmp_path / "2024/a.txt", f"Title\n{BODY}")
    (tmp_path / "latest").symlink_to("2024")
    items = read(tmp_path)
    assert names(items) == ["a.txt", "latest"]
    assert items[1].reason == f"the same folder as {tmp_path}/2024, which was read already"


def test_links_to_nothing_and_to_themselves_are_rejected(tmp_path):
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "gone")
    (tmp_path / "self.txt").symlink_to("self.txt")
    dangling, itself = read(tmp_path)
    assert dangling.reason == "cannot be read: No such file or directory"
    assert itself.reason.startswith("cannot be read: Too many levels of symbolic links")


@pytest.mark.timeout(10)
def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    assert read(tmp_path)[0].reason.startswith("not a file but a pipe")


def test_a_folder_that_cannot_be_opened_is_rejected(tmp_path):
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


def test_a_name_that_is_not_utf8_can_be_stored(tmp_path):
    write(tmp_path / os.fsdecode(b"caf\xe9.txt"), f"Title\n{BODY}")
    assert names(read(tmp_path)) == ["caf\\xe9.txt"]


# Any bytes


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
def test_every_line_of_json_lines_is_accounted_for(scratch, lines):
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
def test_any_bytes_are_an_article_or_a_rejection(scratch, content, name):
    assert read(write(scratch / name, content))


@properties
@given(st.lists(st.tuples(st.text(), st.text(), st.text()), min_size=1))
def test_every_row_that_the_csv_module_writes_is_accounted_for(scratch, rows):
    path = scratch / "rows.csv"
    encodable = [[cell.encode(errors="ignore").decode() for cell in row] for row in rows]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("title", "text", "published"), *encodable])
    taken = [i for i in read(path) if isinstance(i, SourcedArticle) or not i.kept]
    assert len(taken) == len(rows)
    assert not [r for r in rejections(taken) if not r.reason.startswith("no text")]


# Memory

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

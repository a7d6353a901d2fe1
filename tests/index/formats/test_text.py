"""Plain text, the lines of any text, and in which encoding it is not."""

import json
import os

import pytest

BODY = "The Iraqi joint operations command condemned the attack."
MEGABYTE = 1 << 20


@pytest.mark.parametrize("name", ["a.txt", "a.TEXT", "a"])
def test_text_has_its_headline_on_the_first_line_and_no_date(tmp_path, read_one, name):
    item = read_one(tmp_path / name, f"\ufeff\r\n  Bases attacked \r\n{BODY}\r\nMore followed.\r\n")
    assert item.file == str(tmp_path / name)
    assert item.line is None
    assert item.article.title == "Bases attacked"
    assert item.article.text == f"{BODY}\n\nMore followed."
    assert item.article.published is None


def test_text_that_begins_with_a_paragraph_has_no_headline_and_loses_nothing(tmp_path, read_one):
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
def test_text_without_an_article_is_rejected(tmp_path, read_one, content, reason):
    assert read_one(tmp_path / "a.txt", content).reason.startswith(reason)


def test_text_over_the_limit_is_rejected(tmp_path, read, write):
    path = write(tmp_path / "a.txt", b"Headline\n")
    os.truncate(path, 16 * MEGABYTE + 1)
    assert read(path)[0].reason == "longer than 16 MB; split it into one article a file"


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
def test_wide_encodings_are_named_once_a_file(tmp_path, read_one, name, encoding, reason):
    item = read_one(tmp_path / name, "title,text\nHeadline,Text\n".encode(encoding))
    assert item.reason.startswith(reason)


def test_latin_1_text_is_rejected_with_its_first_bad_byte(tmp_path, read_one):
    item = read_one(tmp_path / "a.txt", "Élan\nText".encode("latin-1"))
    assert item.reason == (
        "not UTF-8 (byte 0xc9 at offset 0); convert it with iconv -f WINDOWS-1252 -t UTF-8"
    )


def test_a_line_that_is_not_utf8_is_rejected_and_the_others_are_read(tmp_path, read, write):
    good = json.dumps({"id": "1", "text": BODY}).encode()
    bad = b'{"id": "2", "text": "caf\xe9"}'
    items = read(write(tmp_path / "a.jsonl", b"\n".join([good, bad, good])))
    assert [item.line for item in items] == [1, 2, 3]
    assert f"byte 0xe9 at offset {len(good) + 1 + bad.index(0xE9)}" in items[1].reason


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_byte_order_marks_are_tolerated(tmp_path, read, write, articles, name):
    content = json.dumps({"text": BODY}) if name == "a.jsonl" else f"text\n{BODY}"
    assert articles(read(write(tmp_path / name, f"\ufeff{content}\n")))[0].text == BODY

"""gzip, zip and zst of any format, inside each other too."""

import bz2
import gzip
import io
import json
import os
import zipfile
from pathlib import Path

import pytest
import zstandard

from index.build import build_archive
from index.errors import SourceLossError

BODY = "The ferry Ostrel ran aground off Selm on Monday with 40 passengers."
LINE = json.dumps({"text": BODY}).encode()
BLANK = b" " * 0xFFFFF + b"\n"  # a megabyte


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("name", ["a.jsonl", "a.txt", "a.csv", "a.html"])
def test_each_format_is_read_when_packed(tmp_path, read, articles, page, pack, name):
    content = {
        ".jsonl": LINE,
        ".txt": f"Ferry\n{BODY}".encode(),
        ".csv": f"title,text\nFerry,{BODY}\n".encode(),
        ".html": page().encode(),
    }[Path(name).suffix]
    (tmp_path / f"{name}.x").write_bytes(pack(content))
    (article,) = articles(read(tmp_path))
    assert article.text.startswith(BODY)


def test_frames_and_members_that_were_joined_are_all_read(tmp_path, read, articles):
    lines = [json.dumps({"text": f"{BODY} {n}"}).encode() + b"\n" for n in range(3)]
    (tmp_path / "a.gz").write_bytes(b"".join(map(gzip.compress, lines)) + b"\0" * 512)
    (tmp_path / "b.zst").write_bytes(b"".join(map(zstandard.compress, lines)))
    assert len(articles(read(tmp_path))) == 6


def test_members_of_a_zip_come_by_name_and_notes_are_skipped(tmp_path, read):
    members = {
        "b/two.txt": f"Two\n{BODY}".encode(),
        "a/one.jsonl.gz": gzip.compress(LINE, mtime=0),
        "README.md": b"notes",
        "__MACOSX/._a": b"\0",
        "a/.DS_Store": b"\0",
        "c/": b"",
        "d.pdf": b"%PDF-1.4",
    }
    (tmp_path / "a.zip").write_bytes(zipped(members))
    one, two, pdf = read(tmp_path / "a.zip")
    inside = str(tmp_path / "a.zip")
    assert [one.file, two.file, pdf.file] == [
        f"{inside}/a/one.jsonl.gz", f"{inside}/b/two.txt", f"{inside}/d.pdf"
    ]  # fmt: skip
    assert pdf.reason.startswith("not a format that can be read, but a PDF")


@pytest.mark.parametrize(
    "name",
    ["../../evil.txt", "/etc/evil.txt", "C:\\evil.txt", "a/../../evil.txt", "x/\x1b[2Jevil.txt"],
)
def test_names_inside_archives_lead_nowhere(tmp_path, read, name):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.zip").write_bytes(zipped({name: f"Evil\n{BODY}".encode()}))
    (item,) = read(folder / "a.zip")
    assert item.file.startswith(f"{folder}/a.zip/")
    assert "/../" not in item.file
    assert item.file.isprintable()
    assert sorted(os.listdir(tmp_path)) == ["in"]
    assert os.listdir(folder) == ["a.zip"]


def test_what_a_zip_may_not_hold_is_rejected_and_the_rest_is_read(tmp_path, read):
    content = bytearray(zipped({"a.txt": f"Headline\n{BODY}".encode(), "z.jsonl": LINE}))
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(b"z.jsonl"))
    first = content.index(b"PK\x01\x02")
    assert first < place
    encrypted = content.copy()
    encrypted[first + 8] |= 1
    (tmp_path / "1.zip").write_bytes(encrypted)
    link = content.copy()
    link[first + 38 : first + 42] = (0o120777 << 16).to_bytes(4, "little")
    (tmp_path / "2.zip").write_bytes(link)
    damaged = content.copy()
    damaged[content.index(b"a.txt") + 12] ^= 0xFF
    (tmp_path / "3.zip").write_bytes(damaged)
    (tmp_path / "4.zip").write_bytes(zipped({"a.txt": b"x" * 999}, zipfile.ZIP_BZIP2))
    for name, reason in (
        ("1.zip", "encrypted"),
        ("2.zip", "a link"),
        ("3.zip", "damaged inside the archive"),
        ("4.zip", "compressed in a rare way"),
    ):
        rejected, *others = read(tmp_path / name)
        assert rejected.reason.startswith(reason), rejected
        assert [item.article.text for item in others] == [BODY] * (name != "4.zip")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(LINE, mtime=0)[:-9], "the compressed file ends too early"),
        (gzip.compress(LINE, mtime=0)[:-8] + b"\xff" * 8, "the compressed data is damaged"),
        (zstandard.compress(LINE)[:-2], "the compressed file ends too early"),
        (zstandard.compress(LINE)[:6] + b"\xff" * 40, "the compressed data is damaged"),
        (zipped({"a.jsonl": LINE})[:-30], "not a whole zip archive"),
        (zipped({}), "the archive holds no file"),
        (zipped({"[Content_Types].xml": b"<x/>"}), "an Office document"),
        (bz2.compress(LINE), "not a format that can be read, but compressed with bzip2"),
    ],
)
def test_damaged_archives_are_rejected(tmp_path, read, reasons, content, reason):
    (tmp_path / "a.bin").write_bytes(content)
    assert reasons(read(tmp_path))[-1].startswith(reason)


def test_what_stands_before_the_damage_is_read(tmp_path, read, articles, reasons):
    lines = b"".join(
        json.dumps({"text": f"{BODY} {os.urandom(400).hex()}"}).encode() + b"\n"
        for _ in range(5000)
    )
    packed = gzip.compress(lines, mtime=0)
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) * 9 // 10])
    items = read(tmp_path)
    assert 4000 < len(articles(items)) < 5000
    assert "the compressed file ends too early" in reasons(items)[-1]


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_bombs_are_defused(tmp_path, read, reasons, pack, layers):
    content = pack(BLANK * 100)
    for _ in range(layers - 1):
        content = pack(content * 50)
    (tmp_path / f"a.jsonl{'.x' * layers}").write_bytes(content)
    assert reasons(read(tmp_path))[-1].startswith("expands to more than 200 times its size")


def test_the_members_of_a_zip_share_one_allowance(tmp_path, read, reasons):
    members = {f"{n}.jsonl": BLANK * 20 for n in range(9)}
    (tmp_path / "a.zip").write_bytes(zipped(members))
    found = reasons(read(tmp_path))
    assert found[0] == "the file is empty; leave it out"
    assert found[-1].startswith("expands to more than 200 times its size")


def test_archives_in_archives_end_somewhere(tmp_path, read, articles, reasons):
    content = LINE
    for _ in range(4):
        content = gzip.compress(content, mtime=0)
    (tmp_path / "a").write_bytes(content)
    assert len(articles(read(tmp_path / "a"))) == 1
    (tmp_path / "a").write_bytes(gzip.compress(content, mtime=0))
    assert reasons(read(tmp_path / "a")) == ["more than 4 archives inside each other; unpack it"]


def test_a_zip_that_tells_of_millions_of_files_is_rejected_before_they_are_listed(
    tmp_path, read, reasons
):
    content = bytearray(zipped({"a.jsonl": LINE}))
    end = content.index(b"PK\x05\x06")
    content[end + 12 : end + 16] = (1 << 30).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(content)
    assert reasons(read(tmp_path)) == ["holds too many files; split it into several archives"]


def test_a_build_knows_again_what_came_out_of_an_archive(tmp_path, hashed_settings):
    source = tmp_path / "in"
    source.mkdir()
    both = {name: json.dumps({"text": f"{BODY} {name}"}).encode() for name in ("a.json", "b.json")}
    for members, expected in (
        (both, (2, 0, 0)),
        (both, (0, 2, 0)),
        ({"b.json": both["b.json"]}, (0, 1, 1)),
    ):
        (source / "news.zip").write_bytes(zipped(members))
        report = build_archive(
            tmp_path / "archive", [source / "news.zip"], settings=hashed_settings
        )
        assert (report.new, report.unchanged, report.removed) == expected
    (source / "news.zip").unlink()
    with pytest.raises(SourceLossError, match="in is empty: 1 of the 1 articles"):
        build_archive(tmp_path / "archive", [source])
    assert build_archive(tmp_path / "archive", [source], allow_loss=True).removed == 1

"""Hostile input: no crash, no hang, bounded memory, every file accounted for."""

import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from index.sources import ReadOptions, read_articles
from index.types import Rejection, SourcedArticle

ROOT = Path(__file__).parents[3]
BODY = "The ferry Ostrel ran aground off Selm on Monday with 40 passengers."
MEGABYTE = 1 << 20

NAMES = ["a", "a.txt", "a.jsonl", "a.json", "a.csv", "a.tsv", "a.html", "a.xml", "a.warc",
         "a.parquet", "a.gz", "a.zip", "a.zst", "a.pdf", "a.jsonl.gz"]  # fmt: skip
# What makes parsers stumble: openings, endings, and characters that are none.
PIECES = [b"<", b">", b"</p>", b"<p>", b"<!--", b"]]>", b"<![CDATA[", b"&#x0;", b"&lt;", b'"', b"'",
          b"{", b"}", b"[", b"]", b",", b":", b"\\ud800", b"\\u0000", b"\0", b"\r", b"\n",
          b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xe2\x80\xae",
          b"WARC/1.0\r\n", b"Content-Length: 5\r\n", b"\r\n\r\n", b"\x1f\x8b\x08", b"PK\x03\x04",
          b"PAR1", b"<!DOCTYPE x [", b"1e999", b"-", b"<rss>", b"<nitf>", b"<urlset>"]  # fmt: skip

fuzzed = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def _samples(page: Callable[..., str], crawl: Callable[..., bytes]) -> dict[str, bytes]:
    """One whole file of each format."""
    table = io.BytesIO()
    parquet.write_table(pyarrow.table({"text": [BODY] * 3, "published": ["2024"] * 3}), table)
    line = json.dumps({"id": "a", "title": "T", "text": BODY, "published": "6 May 2024"}).encode()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("in/a.jsonl", line)
        opened.writestr("b.html", page())
    item = f"<item><title>T</title><guid>1</guid><description>{BODY}</description></item>"
    namespace = "http://iptc.org/std/nar/2006-10-01/"
    crawled = [("https://x.example/1", page())]
    return {
        "text": f"Headline\n{BODY}\n".encode(),
        "jsonl": line + b"\n" + line,
        "json": b'{"data": [' + line + b", " + line + b"]}",
        "csv": f'title,text,published\nT,"{BODY}",2024\n'.encode(),
        "html": page().encode(),
        "rss": f'<?xml version="1.0"?><rss version="2.0"><channel>{item}</channel></rss>'.encode(),
        "nitf": f"<nitf><body><body.content><p>{BODY}</p></body.content></body></nitf>".encode(),
        "newsml": f'<newsItem xmlns="{namespace}" guid="u:1"><contentSet><inlineData>{BODY}'
        "</inlineData></contentSet></newsItem>".encode(),
        "sitemap": b"<urlset><url><loc>https://x.example/a</loc></url></urlset>",
        "urls": b"https://x.example/a\nhttps://x.example/b\n",
        "warc": crawl(crawled, packed=False),
        "warc.gz": crawl(crawled),
        "parquet": table.getvalue(),
        "gzip": gzip.compress(line, mtime=0),
        "zst": zstandard.compress(line),
        "zip": archive.getvalue(),
    }


@pytest.fixture(scope="module")
def samples(page, crawl) -> dict[str, bytes]:
    return _samples(page, crawl)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "in"


def read_alone(folder: Path, name: str, content: bytes) -> list[SourcedArticle | Rejection]:
    """Read one file and see that nothing else came to be or was left open."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    options = ReadOptions({}, "dmy", address_allowed=lambda address: False)
    items = list(read_articles([path], options))
    assert os.listdir(folder) == [name]
    path.unlink()
    assert items, "neither read nor rejected"
    for item in items:
        assert item.file == str(path) or item.file.startswith(f"{path}/")
        if isinstance(item, Rejection):
            assert item.reason
            assert "\n" not in item.reason
        else:
            assert item.article.text.strip()
            assert not set(item.article.text) & set("\0\u202e\u2066\ufeff")
    json.dumps([item.file for item in items]).encode()
    return items


def test_each_sample_is_read_whole(samples, folder):
    for name, content in samples.items():
        items = read_alone(folder, "a", content)
        read = [item for item in items if isinstance(item, SourcedArticle)]
        assert bool(read) == (name not in ("sitemap", "urls")), name


@fuzzed
@given(content=st.binary(max_size=300), name=st.sampled_from(NAMES))
def test_any_bytes_under_any_name(folder, content, name):
    read_alone(folder, name, content)


@fuzzed
@given(
    pieces=st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=40),
    name=st.sampled_from(NAMES),
)
def test_pieces_of_all_formats_in_any_order(folder, pieces, name):
    read_alone(folder, name, b"".join(pieces))


def _mutated(data: st.DataObject, content: bytes) -> bytes:
    mutant = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4), "changes")):
        at = data.draw(st.integers(0, len(mutant)), "at")
        kind = data.draw(st.sampled_from(["cut", "flip", "insert", "delete", "repeat"]), "kind")
        if kind == "cut":
            del mutant[at:]
        elif kind == "flip" and at < len(mutant):
            mutant[at] ^= data.draw(st.integers(1, 255), "bits")
        elif kind == "insert":
            mutant[at:at] = data.draw(st.sampled_from(PIECES), "piece")
        elif kind == "delete":
            del mutant[at : at + data.draw(st.integers(1, 30), "length")]
        elif kind == "repeat":
            mutant[at:at] = mutant[at : at + 40] * data.draw(st.integers(1, 20), "times")
    return bytes(mutant)


@pytest.mark.parametrize(
    "kind",
    ["text", "jsonl", "json", "csv", "html", "rss", "nitf", "newsml", "sitemap", "urls", "warc",
     "warc.gz", "parquet", "gzip", "zst", "zip"],
)  # fmt: skip
@fuzzed
@given(data=st.data())
def test_damaged_files_of_each_format(samples, folder, kind, data):
    name = data.draw(st.sampled_from(["a", f"a.{kind}"]), "name")
    read_alone(folder, name, _mutated(data, samples[kind]))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "cp1252", "cp037", "utf-7"])
@pytest.mark.parametrize("kind", ["text", "jsonl", "json", "csv", "html", "rss", "nitf", "sitemap"])
def test_files_in_other_encodings(samples, folder, kind, encoding):
    text = samples[kind].decode().replace("ferry", "färja")
    read_alone(folder, f"a.{kind}", text.encode(encoding, errors="ignore"))


@pytest.mark.parametrize("kind", ["text", "jsonl", "json", "csv", "html", "rss", "nitf"])
def test_characters_that_hide_are_not_kept(samples, folder, kind):
    hidden = (
        "\u202e\u2066 \u200b\ufeff" if kind in ("rss", "nitf") else "\0\u202e\u2066 \u200b\ufeff"
    )
    text = samples[kind].decode().replace("Ostrel", f"Os{hidden}trel")
    if "json" in kind:
        text = text.replace("\0", "\\u0000")
    read_alone(folder, f"a.{kind}", text.encode())


# Memory and time, each file in a process of its own.

LIMIT_MEGABYTES = 1000  # of address space, beyond what the libraries take at the start
LIMIT_SECONDS = 30

# Each file in a process of its own, made by a fork so that the libraries are loaded once.
_READ = """
import os, resource, signal, sys, time
from pathlib import Path
from index.sources import read_articles
import feedparser, pyarrow.parquet
import index.formats.page, index.formats.table, index.formats.warc, index.formats.xml
from index.text.language import recognise_language
recognise_language("x" * 99)

def read(path):
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limit = used + int(sys.argv[1]) * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    signal.alarm(int(sys.argv[2]))
    items = list(read_articles([path]))
    reasons = [getattr(item, "reason", "") for item in items]
    return 0 if items and not any("MemoryError" in reason for reason in reasons) else 1

for path in sorted(Path(sys.argv[3]).iterdir()):
    started = time.monotonic()
    child = os.fork()
    if not child:
        status = 2
        try:
            status = read(path)
        finally:
            os._exit(status)
    _, status, usage = os.wait4(child, 0)
    print(status, f"{time.monotonic() - started:.1f} s {usage.ru_maxrss >> 10} MB", path.name)
"""


def _large_files() -> dict[str, Callable[[], bytes]]:
    many, deep = 10_000_000, 1_000_000
    words = BODY.encode() + b" "
    entities = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    bomb = b'<!DOCTYPE x [<!ENTITY a0 "ha">' + entities + b"]>"
    attributes = b" ".join(b"a%d=1" % n for n in range(200_000))
    return {
        "line.jsonl": lambda: b'{"text": "' + words * (50 * MEGABYTE // len(words)) + b'"}',
        "line.json": lambda: b'[{"text": "' + words * (50 * MEGABYTE // len(words)) + b'"}]',
        "line.txt": lambda: b"Title\n" + words * (50 * MEGABYTE // len(words)),
        "line.csv": lambda: b"text\n" + b"x" * (50 * MEGABYTE),
        "line.html": lambda: b"<html>" + b"x" * (50 * MEGABYTE),
        "line.warc": lambda: b"WARC/1.0\r\n" + b"x" * (50 * MEGABYTE),
        "tags.html": lambda: b"<html><body>" + b"<b>" * many,
        "tags.xml": lambda: b"<rss><channel>" + b"<b/>" * (many // 2),
        "tags.nitf": lambda: b"<nitf>" + b"<p/>" * (many // 2),
        "tags.sitemap": lambda: b"<urlset>" + b"<url/>" * (many // 2),
        "tags.jsonl": lambda: b'{"text": "' + b"<b>" * many + b'"}',
        "few.html": lambda: b"<html><body>" + b"<div><p>x" * 45_000,
        "links.html": lambda: b"<html><body>" + b"<a href=x>y</a>" * 90_000,
        "attributes.html": lambda: b"<html><p " + attributes + b">x",
        "attributes.xml": lambda: b"<nitf " + attributes.replace(b"1", b"'1'") + b"/>",
        "deep.json": lambda: b"[" * many,
        "deeper.json": lambda: b'{"a":' * deep,
        "deep.jsonl": lambda: b'{"text":' + b"[" * many,
        "deep.html": lambda: b"<html>" + b"<div>" * 99_000 + words * 9,
        "deep.xml": lambda: b"<nitf>" + b"<p>" * 90_000,
        "deep-feed.xml": lambda: b"<rss><channel>" + b"<a>" * 190_000,
        "numbers.json": lambda: b'[{"text": "x", "n": ' + b"9" * deep + b"}]",
        "keys.json": lambda: b'[{"text": "x"' + b',"k":1' * deep + b"}]",
        "strings.json": lambda: b'["' + b'","' * (many // 2),
        "entities.nitf": lambda: bomb + b"<nitf><p>&a9;</p></nitf>",
        "entities.rss": lambda: bomb + b"<rss><channel><item><title>&a9;</title></item></channel>",
        "entities.sitemap": lambda: bomb + b"<urlset><url><loc>&a9;</loc></url></urlset>",
        "amps.rss": lambda: b"<rss><channel><item><description>" + b"&" * deep,
        "less.rss": lambda: b"<rss><channel><item><description>" + b"<" * 190_000,
        "escaped.rss": lambda: b"<rss><channel><item><description>" + b"&lt;b&gt;" * 490_000,
        "amps-short.rss": lambda: b"<rss><channel><item><description>" + b"&" * 999_000,
        "attributes.rss": lambda: b"<rss><channel>" + attributes.replace(b"1", b"'1'") + b"/>",
        "attributes-of.rss": lambda: (
            b"<rss><channel><item " + attributes.replace(b"=1", b"='1'") + b"/></channel></rss>"
        ),
        "quotes.csv": lambda: b'text\n"' + b'""' * (many // 2),
        "bomb.jsonl.gz": lambda: gzip.compress(b"\n" * (400 * MEGABYTE)),
        "bomb.html.zst": lambda: zstandard.compress(b"<b>" * (100 * MEGABYTE)),
        "starts.warc.gz": lambda: b"\x1f\x8b\x08\0" * deep,
        "headers.warc": lambda: b"WARC/1.0\r\n" + b"a: b\r\n" * deep,
        "records.warc": lambda: b"WARC/1.0\r\n\r\n" * 200_000,
        "lengths.warc": lambda: _WRONG_LENGTH * 150_000,
        **_runs(),
    }  # fmt: skip


_WRONG_LENGTH = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x.example/\r\n"
    b"Content-Length: 99999999999\r\n\r\n"
)


def _runs() -> dict[str, Callable[[], bytes]]:
    """One thing 200,000 times, where an expression with two unbounded parts tries all ways."""
    run, body = 200_000, f"<p>{BODY}</p>".encode()
    return {
        "dots.html": lambda: b"<html><body><p>" + BODY.encode() + b"<p>" + b"." * run,
        "spaces.html": lambda: b"<html><body>" + body + b" " * run + body,
        "spaces.rss": lambda: (
            b"<rss><channel><item><description><![CDATA[" + body + b"\n" * run + body + b"]]>"
            b"</description></item></channel></rss>"
        ),
        "spaces.xml": lambda: b"<!doctype" + b" " * run + b"x",
        "declarations.html": lambda: b"<html><body>" + b"<?xml " * run,
        "declarations.xml": lambda: b"<?xml " * run,
        "comments.xml": lambda: b"<!--" * run,
        "brackets.xml": lambda: b"<!doctype x [" + b"] " * run,
        "slashes.jsonl": lambda: _line(published="/" * run, url="http://x.example/?utm_" * 9999),
        "digits.jsonl": lambda: _line(text=BODY + "0" * run, published="0" * run),
        "joiners.jsonl": lambda: _line(text=BODY + "\u0627" + "\u200c" * run, title="\u180e" * run),
        "quotes.html": lambda: b"<html><head><meta content='" + b'"' * run + b"'></head>" + body,
        "brackets.html": lambda: (
            b"<html><head><meta name=author content='" + b"[" * run + b"'><title>" + b"<!--" * run
            + b"</title></head><body>" + body
        ),
        "address.html": lambda: (
            b"<html><head><link rel=canonical href='" + b"<!--" * run + b"'></head>" + body
        ),
        "tags-of.html": lambda: (
            b"<html><head><meta name=author content='" + b"&lt;!--" * run + b"'></head>" + body
        ),
        "author.rss": lambda: (
            b"<rss><channel><item><author>" + b"a" * run + b"</author><description>" + body
            + b"</description></item></channel></rss>"
        ),
        "linked.html": lambda: (
            b'<html><head><script type="application/ld+json">' + b'"datePublished":"' * run
            + b"</script></head><body>" + body
        ),
    }  # fmt: skip


def _line(**fields: str) -> bytes:
    return json.dumps({"text": BODY, **fields}).encode()


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is set from /proc")
def test_large_and_hostile_files_take_bounded_memory_and_time(tmp_path):
    made = _large_files()
    for name, make in made.items():
        (tmp_path / name).write_bytes(make())
    limits = [str(LIMIT_MEGABYTES), str(LIMIT_SECONDS)]
    done = subprocess.run(
        [sys.executable, "-c", _READ, *limits, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    for name in made:
        (tmp_path / name).unlink()
    lines = done.stdout.splitlines()
    assert len(lines) == len(made), done.stderr
    assert [line for line in lines if not line.startswith("0 ")] == [], done.stderr


_BUILD = """
import sys
from pathlib import Path
from index.build import build_archive
from index.settings import Settings

report = build_archive(Path(sys.argv[1]), [Path(sys.argv[2])], settings=Settings("hashed-words"))
print(report.articles > 0 and report.rejected > 0)
"""
BUILD_SECONDS = 120


def test_a_build_over_hostile_files_takes_bounded_time(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, make in _runs().items():
        (folder / name).write_bytes(make())
    (folder / "lengths.warc").write_bytes(_WRONG_LENGTH * 20_000)
    done = subprocess.run(
        [sys.executable, "-c", _BUILD, str(tmp_path / "archive"), str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=BUILD_SECONDS,
    )  # fmt: skip
    assert done.stdout.strip() == "True", done.stderr


_PEAK = """
import re
print(report.rejected, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is told by /proc")
def test_a_build_over_articles_of_any_length_takes_bounded_memory(tmp_path):
    """What is done behind the readers holds an article several times: 50 MB of one took 2 GB."""
    folder = tmp_path / "in"
    folder.mkdir()
    made = _large_files()
    for name in ("line.jsonl", "line.json", "line.txt"):
        (folder / name).write_bytes(made[name]())
    (folder / "short.txt").write_text(f"Ferry aground\n{BODY}")
    done = subprocess.run(
        [sys.executable, "-c", _BUILD + _PEAK, str(tmp_path / "archive"), str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=BUILD_SECONDS,
    )  # fmt: skip
    assert done.stdout.startswith("True\n3 "), done.stderr
    assert int(done.stdout.split()[-1]) / 1024 < 500

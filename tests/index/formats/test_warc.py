"""WARC and WACZ crawls."""

import gzip
import io
import json
import zipfile
import zlib

import brotli
import pytest
import zstandard

from index.build import build_archive


@pytest.fixture(scope="module")
def pages(page):
    return [
        (f"https://courier.example/{n}", page(path=f"/{n}", title=f"Story {n}")) for n in range(4)
    ]


def titles(items) -> list[str]:
    return [item.article.title for item in items if hasattr(item, "article")]


@pytest.mark.parametrize("packed", [True, False])
def test_the_pages_of_a_crawl(tmp_path, read, crawl, pages, packed):
    (tmp_path / "a.warc").write_bytes(crawl(pages, packed=packed))
    items = read(tmp_path)
    assert titles(items) == ["Story 0", "Story 1", "Story 2", "Story 3"]
    assert items[1].article.url == "https://courier.example/1"
    assert [item.line for item in items] == [2, 3, 4, 5]  # records; the first tells of the crawler


def test_a_page_has_its_address_from_the_crawl(tmp_path, read, crawl, page):
    plain = page().replace("canonical", "x")
    (tmp_path / "a.warc.gz").write_bytes(crawl([("https://courier.example/s?id=3", plain)]))
    assert read(tmp_path)[0].article.url == "https://courier.example/s?id=3"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)],
)
def test_bodies_as_the_server_packed_them(tmp_path, read, crawl, pages, encoding, pack):
    sent = [(url, pack(body.encode())) for url, body in pages]
    (tmp_path / "a.warc.gz").write_bytes(crawl(sent, Content_Encoding=encoding))
    assert len(titles(read(tmp_path))) == 4


def test_bodies_in_chunks_and_in_the_charset_of_the_server(tmp_path, read, crawl, page):
    body = (
        page(title="Паром").replace('<meta charset="utf-8">', "").encode("windows-1251", "ignore")
    )
    sent = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    content = crawl(
        [("https://x.example/1", sent)],
        kind="text/html; charset=windows-1251",
        Transfer_Encoding="chunked",
    )
    (tmp_path / "a.warc.gz").write_bytes(content)
    assert titles(read(tmp_path)) == ["Паром"]


def test_other_kinds_failures_and_pages_without_article(tmp_path, read, reasons, crawl, pages):
    one = pages[:1]
    (tmp_path / "a.warc.gz").write_bytes(crawl(one, kind="image/png") + crawl(one, status="404 No"))
    assert reasons(read(tmp_path)) == ["a crawl of 4 records with no HTML page"]
    (tmp_path / "a.warc.gz").write_bytes(
        crawl([("https://x.example/list", "<html><body></body></html>")])
    )
    (reason,) = reasons(read(tmp_path))
    assert reason.startswith("no article found in the page")
    assert reason.endswith("at https://x.example/list")


def test_a_damaged_member_ends_itself_and_not_the_file(tmp_path, read, reasons, crawl, pages):
    members = [crawl([page]) for page in pages]
    for cut in (slice(60, 90), slice(20, 24), slice(-8, None), slice(300, 301)):
        broken = bytearray(members[1])
        start = broken.index(b"\x1f\x8b\x08", 10)  # the page behind the record of the crawler
        area = range(len(broken) - start)[cut]
        for place in area:
            broken[start + place] ^= 0x55
        (tmp_path / "a.warc.gz").write_bytes(b"".join([members[0], broken, *members[2:]]))
        items = read(tmp_path)
        assert titles(items) == ["Story 0", "Story 2", "Story 3"]
        (reason,) = reasons(items)
        assert reason.startswith("records could not be read: in record 4, ")
        assert items[-1].line is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Content-Length: ", b"Content-Length: 9999"),
        (b"Content-Length: ", b"Content-Length: x"),
        (b"Content-Length: ", b"Content-Lexgth: "),
        (b"WARC/1.0", b"WARC/7.7"),
        (b"WARC/1.0", b"WXRC/1.0"),
        (b"WARC-Type: ", b"W" * 70_000),
    ],
)
def test_a_damaged_record_ends_itself_and_not_the_file(
    tmp_path, read, reasons, crawl, pages, old, new
):
    records = [crawl([page], packed=False) for page in pages]
    start = records[1].index(b"WARC/1.0", 10)
    records[1] = records[1][:start] + records[1][start:].replace(old, new, 1)
    (tmp_path / "a.warc").write_bytes(b"".join(records))
    items = read(tmp_path)
    assert titles(items) == ["Story 0", "Story 2", "Story 3"]
    (reason,) = reasons(items)
    assert reason.startswith("records could not be read: ")
    assert items[-1].line is None


def test_a_crawl_that_is_cut_gives_what_is_there(tmp_path, read, reasons, crawl, pages):
    for packed in (True, False):
        content = crawl(pages, packed=packed)
        (tmp_path / "a.warc").write_bytes(content[: len(content) - 40])
        items = read(tmp_path)
        assert titles(items) == ["Story 0", "Story 1", "Story 2"]
        assert reasons(items)[-1].startswith("records could not be read: ")


def test_a_body_that_is_a_bomb_is_rejected(tmp_path, read, reasons, crawl, pages):
    bomb = gzip.compress(b" " * (200 << 20))
    sent = [("https://x.example/bomb", bomb)]
    (tmp_path / "a.warc.gz").write_bytes(crawl(sent, Content_Encoding="gzip") + crawl(pages))
    items = read(tmp_path)
    assert "is longer than 64 MB" in reasons(items)[0]
    assert len(titles(items)) == 4


def test_a_wacz_is_its_crawl_and_not_its_lists(tmp_path, read, crawl, pages):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("datapackage.json", json.dumps({"profile": "data-package"}))
        archive.writestr("pages/pages.jsonl", '{"format": "json-pages-1.0", "text": "no"}\n')
        archive.writestr("indexes/index.cdx.gz", gzip.compress(b"x"))
        archive.writestr("archive/b.warc.gz", crawl(pages[2:]))
        archive.writestr("archive/a.warc.gz", crawl(pages[:2]))
    (tmp_path / "a.wacz").write_bytes(out.getvalue())
    items = read(tmp_path)
    assert titles(items) == ["Story 0", "Story 1", "Story 2", "Story 3"]
    assert items[0].file == f"{tmp_path}/a.wacz/archive/a.warc.gz"


def test_a_crawl_packed_as_a_whole(tmp_path, read, crawl, pages):
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(crawl(pages, packed=False)))
    assert len(titles(read(tmp_path))) == 4


def test_bodies_in_other_states_and_records_of_other_kinds(tmp_path, read, reasons, crawl, pages):
    (url, body), html = pages[0], "text/html"
    squeezed = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bare = squeezed.compress(body.encode()) + squeezed.flush()
    resource = f"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: {url}\r\nContent-Type: {html}"
    size = len(body.encode())
    for content in (
        crawl([(url, body)], Content_Encoding="gzip"),  # expanded before it was stored
        crawl([(url, body)], Content_Encoding="br"),
        crawl([(url, zstandard.compress(body.encode()))], Content_Encoding="zstd"),
        crawl([(url, bare)], Content_Encoding="deflate"),
        crawl([(url, body)], kind=""),
        f"{resource}\r\nContent-Length: {size}\r\n\r\n{body}\r\n\r\n".encode(),
    ):
        (tmp_path / "a.warc").write_bytes(content)
        assert titles(read(tmp_path)) == ["Story 0"]
    other = crawl([(url, "body { color: red }")], kind="", packed=False)
    feed = crawl([(url, "<rss><channel/></rss>")], kind="application/rss+xml", packed=False)
    (tmp_path / "a.warc").write_bytes(other + feed)
    (reason,) = reasons(read(tmp_path))
    assert reason.startswith(f"record of {url}: a feed; give its address")


def test_records_behind_a_damaged_one_keep_their_numbers(tmp_path, read, crawl, pages):
    first, second, third = (crawl([page]) for page in pages[:3])
    broken = bytearray(second)
    start = broken.index(b"\x1f\x8b\x08", 10)
    broken[start + 12] ^= 0xFF
    (tmp_path / "a.warc.gz").write_bytes(first + broken + third)
    assert [item.line for item in read(tmp_path)] == [2, 6, None]


def zeroed(content: bytes, at: int, count: int) -> bytes:
    return content[:at] + bytes(count) + content[at + count :]


@pytest.mark.parametrize("packed", [True, False], ids=["members", "plain"])
@pytest.mark.parametrize("rebuild", [False, True], ids=["build", "rebuild"])
def test_articles_of_a_damaged_crawl_stay(tmp_path, hashed_settings, crawl, page, packed, rebuild):
    records = [
        crawl([(f"https://x.example/{n}", page(path=f"/{n}", title=f"Story {n}"))], packed=packed)
        for n in range(8)
    ]
    whole, source = b"".join(records), tmp_path / "a.warc"
    source.write_bytes(whole)
    archive = tmp_path / "archive"
    assert build_archive(archive, [source], settings=hashed_settings).articles == 8
    starts = [sum(map(len, records[:n])) for n in range(9)]
    for damaged in (
        zeroed(whole, starts[3], starts[6] - starts[3]),  # three in a row
        zeroed(whole, starts[5] + 7, len(whole) - starts[5] - 7),  # to the end
        zeroed(whole, starts[6], len(whole) - starts[6]),  # from where one begins, to the end
        zeroed(whole, starts[2], 3),
        whole[: starts[4] + 40],
        *(zeroed(whole, starts[n] + 60, 8) for n in (2, 3, 4)),
    ):
        source.write_bytes(damaged)
        report = build_archive(archive, [source], rebuild=rebuild)
        assert (report.removed, report.articles) == (0, 8)
        assert report.kept + report.read == 8
        assert report.rejected or not report.kept
    source.write_bytes(b"".join(records[:6]))
    assert build_archive(archive, [source]).removed == 2

"""Real files of each format, written by the tests."""

import gzip
import io
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from index.sources import ReadOptions, read_articles
from index.types import Article, Rejection, SourcedArticle

Items = list[SourcedArticle | Rejection]
SENTENCES = (
    "The ferry Ostrel ran aground off Selm on Monday with 40 passengers.",
    "The coastguard said that nobody was hurt and that tugs were on their way.",
    "The shipping company will look into the cause, its director told reporters in the harbour.",
)


@pytest.fixture(scope="session")
def read() -> Callable[..., Items]:
    """Read sources to the end: ``read(path, …, map={…}, date_order=…)``."""

    def read_all(*sources: Path | str, map: dict[str, str] | None = None, **said: object) -> Items:
        return list(read_articles(sources, ReadOptions(map or {}, **said)))

    return read_all


@pytest.fixture(scope="session")
def write() -> Callable[[Path, str | bytes], Path]:
    """Write a file, and the folders above it."""

    def write_file(path: Path, content: str | bytes) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


@pytest.fixture(scope="session")
def read_one(
    read: Callable[..., Items], write: Callable[..., Path]
) -> Callable[..., SourcedArticle | Rejection]:
    """Write a file and read the one thing in it: ``read_one(path, content)``."""

    def read_written(path: Path, content: str | bytes) -> SourcedArticle | Rejection:
        (item,) = read(write(path, content))
        return item

    return read_written


@pytest.fixture(scope="session")
def articles() -> Callable[[Items], list[Article]]:
    return lambda items: [i.article for i in items if isinstance(i, SourcedArticle)]


@pytest.fixture(scope="session")
def reasons() -> Callable[[Items], list[str]]:
    return lambda items: [i.reason for i in items if isinstance(i, Rejection)]


@pytest.fixture(scope="session")
def page() -> Callable[..., str]:
    """A page as papers make them, with menus, boxes and a footer around the article."""

    def make(
        path: str = "/2024/ferry", title: str = "Ferry runs aground off Selm", head: str = ""
    ) -> str:
        paragraphs = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
        return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title} | Harbour Courier</title>
<meta property="og:title" content="{title}">
<meta property="og:site_name" content="Harbour Courier"><meta name="author" content="Ina Vold">
<meta property="article:published_time" content="2024-03-04T10:30:00+02:00">
<link rel="canonical" href="https://courier.example{path}">{head}</head>
<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>{title}</h1>{paragraphs}</article>
<aside><h2>Sign up</h2><p>Get our newsletter.</p></aside>
<footer>© 2024 Harbour Courier. Cookie settings.</footer></body></html>"""

    return make


@pytest.fixture(scope="session")
def crawl() -> Callable[..., bytes]:
    """A WARC of pages by address, as a crawler writes it."""

    def make(
        pages: Iterable[tuple[str, str | bytes]],
        *,
        packed: bool = True,
        kind: str = "text/html; charset=utf-8",
        status: str = "200 OK",
        **headers: str,
    ) -> bytes:
        out = io.BytesIO()
        writer = WARCWriter(out, gzip=packed)
        writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "tests"}))
        for url, body in pages:
            content = body if isinstance(body, bytes) else body.encode()
            named = [(name.replace("_", "-"), value) for name, value in headers.items()]
            http = StatusAndHeaders(status, [("Content-Type", kind), *named], protocol="HTTP/1.1")
            with io.BytesIO(content) as payload:
                record = writer.create_warc_record(
                    url, "response", payload=payload, http_headers=http
                )
                writer.write_record(record)
                record.raw_stream.close()
        return out.getvalue()

    return make


@pytest.fixture(scope="session")
def packed() -> Callable[[bytes], bytes]:
    return lambda content: gzip.compress(content, mtime=0)

"""Fetching a URL: from a real server, and never from an address that is not public."""

import gzip
import threading
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.addresses import is_public
from index.build import add_articles, build_archive
from index.sources import ReadOptions, read_articles
from index.sources.fetch import FetchError, FetchLimits, fetch

BODY = "The ferry Ostrel ran aground off Selm on Monday with 40 passengers."
MEGABYTE = 1 << 20


def only_this_server(address) -> bool:
    """The guard, opened for the tests' server: other addresses of this machine stay shut."""
    return str(address) == "127.0.0.1"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        site.asked.append(self.path)
        status, headers, body = site.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for part in [body] if isinstance(body, bytes) else body():
                self.wfile.write(part)
                self.wfile.flush()
        except OSError:
            pass  # the client had enough

    def log_message(self, *_: object) -> None:
        pass


class Site:
    """What a server answers, by path, and what it was asked for."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        self.answers: dict[str, tuple] = {}
        self.asked: list[str] = []

    def put(self, path: str, body, kind: str = "text/html", status: int = 200, **headers) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (status, {"Content-Type": kind, **named}, body)
        return self.url + path

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        return self.put(path, b"", status=status, Location=to)


@pytest.fixture
def site() -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.site = Site(server.server_port)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.site  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


def fetched(url: str, **limits: float) -> bytes:
    with fetch(url, only_this_server, FetchLimits(**limits)) as found:  # type: ignore[arg-type]
        return found.body.read()


def test_a_body_comes_with_its_kind_and_where_it_was(site):
    site.put("/b", "Café".encode("cp1252"), "text/HTML; charset=windows-1252")
    url = site.redirect("/a", "b")
    with fetch(url, only_this_server) as found:
        assert found.url == f"{site.url}/b"
        assert (found.content_type, found.charset) == ("text/html", "windows-1252")
        assert (found.body.read(), found.size) == (b"Caf\xe9", 4)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", ""),
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("[::1]", "::1"),
        ("[::ffff:127.0.0.1]", "::ffff:"),
        ("10.0.0.1", "10.0.0.1"),
        ("169.254.169.254", "169.254.169.254"),
        ("224.0.0.1", "224.0.0.1"),
        ("[fe80::1]", "fe80::1"),
        ("[64:ff9b::7f00:1]", "64:ff9b::"),
    ],
)
def test_addresses_that_are_not_public_are_refused(site, host, shown):
    site.put("/", b"secret")
    with pytest.raises(FetchError, match="no public address: refused") as raised:
        with fetch(f"http://{host}:{site.port}/"):
            pass
    assert shown in str(raised.value)
    assert site.asked == []


def test_a_redirect_to_an_address_that_is_not_allowed_is_refused(site):
    url = site.redirect("/a", f"http://127.0.0.2:{site.port}/b")
    with pytest.raises(FetchError, match=r"leads to 127\.0\.0\.2, which is no public address"):
        fetched(url)
    assert site.asked == ["/a"]


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://x/", "data:text/html,x"]
)
def test_a_redirect_to_another_scheme_is_refused(site, to):
    with pytest.raises(FetchError, match="only http and https are"):
        fetched(site.redirect("/a", to))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("file:///etc/passwd", "only http and https are"),
        ("ftp://example.org/", "only http and https are"),
        ("http://", "names no host"),
        ("http://user:word@example.org/", "with a password in it"),
        ("http://[::1", "is no URL"),
        ("http://x:99999/", "is no URL"),
        (f"http://{'x' * 300}.example/", "is no URL"),
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url, message):
    with pytest.raises(FetchError, match=message):
        fetched(url)


def test_the_connection_goes_to_the_address_that_was_checked(site):
    checked = []

    def note(address) -> bool:
        checked.append(str(address))
        return only_this_server(address)

    # A name is looked up once: what is checked is what is connected to.
    site.put("/", b"x")
    with fetch(f"http://127.0.0.1:{site.port}/", note) as found:
        assert found.size == 1
    assert checked == ["127.0.0.1"]


@pytest.mark.parametrize("to", ["http://[", "https://[bad]/", "//[::1"])
def test_a_redirect_to_no_url_is_an_error_of_its_own(site, to):
    with pytest.raises(FetchError, match=r"redirects to no URL|is no URL"):
        fetched(site.redirect("/a", to))


def test_redirects_end(site):
    with pytest.raises(FetchError, match="more than 5 redirects"):
        fetched(site.redirect("/a", "/a"))
    assert len(site.asked) == 6


def test_a_body_over_the_limit_is_not_read_on(site):
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * MEGABYTE

    with pytest.raises(FetchError, match="is larger than 2 MB"):
        fetched(site.put("/", endless), body_bytes=2 * MEGABYTE)


def test_a_body_that_ends_inside_its_gzip_is_an_error(site):
    content = gzip.compress(b"Headline" + bytes(range(256)) * 99)
    for length in (len(content) // 2, len(content) - 1, 5):
        with pytest.raises(FetchError, match="is sent in part"):
            fetched(site.put("/", content[:length], Content_Encoding="gzip"))
    assert fetched(site.put("/", b"", Content_Encoding="gzip")) == b""


def test_deflate_comes_with_its_header_and_without(site):
    squeezed = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    for content in (zlib.compress(b"fits"), squeezed.compress(b"fits") + squeezed.flush()):
        assert fetched(site.put("/", content, Content_Encoding="deflate")) == b"fits"


def test_a_gzip_bomb_is_not_expanded_beyond_the_limit(site):
    bomb = gzip.compress(b" " * (300 * MEGABYTE))
    with pytest.raises(FetchError, match="is larger than 4 MB"):
        fetched(site.put("/", bomb, Content_Encoding="gzip"), body_bytes=4 * MEGABYTE)
    small = site.put("/small", gzip.compress(b"fits"), Content_Encoding="gzip")
    assert fetched(small) == b"fits"


def drip() -> Iterator[bytes]:
    for _ in range(200):
        time.sleep(0.05)
        yield b"x"


@pytest.mark.parametrize("limits", [{"seconds": 0.5}, {"seconds": 0.5, "wait_seconds": 60}])
def test_a_server_that_drips_is_left(site, limits):
    started = time.monotonic()
    with pytest.raises(FetchError, match="answers too slowly"):
        fetched(site.put("/", drip), **limits)
    assert time.monotonic() - started < 5


def test_a_server_that_is_silent_is_left(site):
    def silent() -> Iterator[bytes]:
        time.sleep(2)
        yield b""

    with pytest.raises(FetchError, match="answers too slowly"):
        fetched(site.put("/", silent), wait_seconds=0.2)


def test_other_answers_and_encodings_are_refused(site):
    with pytest.raises(FetchError, match="answers 404; check the address"):
        fetched(f"{site.url}/none")
    with pytest.raises(FetchError, match="encoding that was not asked for"):
        fetched(site.put("/", b"x", Content_Encoding="br"))
    with pytest.raises(FetchError, match="is sent damaged"):
        fetched(site.put("/", b"x" * 99, Content_Encoding="gzip"))


def test_nobody_listens(site):
    with pytest.raises(FetchError, match="cannot be fetched"):
        fetched("http://127.0.0.1:1/")


def test_https_is_spoken_to_nobody_who_does_not(site):
    with pytest.raises(FetchError, match="cannot be fetched"):  # it speaks no TLS at all
        fetched(f"https://127.0.0.1:{site.port}/")


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "100.64.0.1", "0.0.0.0",
     "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::",
     "::1", "fe80::1", "fc00::1", "ff02::1", "ff0e::1", "2001:db8::1", "::ffff:10.0.0.1",
     "::ffff:127.0.0.1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::a00:1", "::127.0.0.1",
     "2001:0:4136:e378:8000:63bf:80ff:fffe", "fec0::1", "192.88.99.1", "192.0.0.8", "3fff::1"],
)  # fmt: skip
def test_addresses_that_are_not(address):
    assert not is_public(ip_address(address))


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_no_private_address_is_public_in_any_disguise(address):
    number = int(address)
    disguises = [
        f"::ffff:{address}",
        f"64:ff9b::{address}",
        f"2002:{number >> 16:x}:{number & 0xFFFF:x}::",
    ]
    assert not any(is_public(ip_address(disguise)) for disguise in disguises)


# What the readers make of it

FEED = """<rss version="2.0"><channel><title>Courier</title>{}</channel></rss>"""


def entry(number: int) -> str:
    link = f"<link>https://courier.example/{number}</link>"
    return f"<item><title>N{number}</title>{link}<description>{BODY} {number}</description></item>"


def opened() -> ReadOptions:
    return ReadOptions(address_allowed=only_this_server)


def test_what_has_dropped_out_of_a_feed_stays_in_the_archive(site, tmp_path, hashed_settings):
    for numbers, expected in (((1, 2), (2, 0, 0)), ((2, 3), (1, 1, 0))):
        body = FEED.format("".join(map(entry, numbers))).encode()
        url = site.put("/feed.xml", body, "application/rss+xml")
        report = build_archive(tmp_path / "a", [url], settings=hashed_settings, options=opened())
        assert (report.new, report.unchanged, report.removed) == expected
    assert report.articles == 3
    assert add_articles(tmp_path / "a", [url], options=opened()).unchanged == 2


def test_pages_and_packed_files_at_a_url(site, page):
    plain = page().replace("canonical", "x")
    url = site.put("/2024/ferry", plain.encode())
    (item,) = read_articles([url], opened())
    assert (item.file, item.article.url) == (url, url)
    packed = gzip.compress(f'{{"text": "{BODY}"}}\n'.encode())
    url = site.put("/dump.jsonl.gz", packed, "application/octet-stream")
    (item,) = read_articles([url], opened())
    assert item.article.text == BODY


def test_the_pages_of_a_sitemap_at_a_url_are_fetched_from_its_host_alone(site, page):
    site.put("/1", page(path="/1").encode())
    other = f"http://127.0.0.2:{site.port}/1"
    urls = [f"{site.url}/1", "/missing", other, f"{site.url}/1", f"{site.url}/sitemap.xml"]
    listing = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    url = site.put("/sitemap.xml", f"<urlset>{listing}</urlset>".encode(), "text/xml")
    article, missing, elsewhere, itself = read_articles([url], opened())
    assert article.article.url == "https://courier.example/1"
    assert (article.file, missing.file) == (f"{site.url}/1", f"{site.url}/missing")
    assert missing.reason == f"{site.url}/missing answers 404; check the address"
    assert "is on another host" in elsewhere.reason
    assert "is listed more than once" in itself.reason
    assert site.asked == ["/sitemap.xml", "/1", "/missing"]


def test_a_news_sitemap_at_a_url_tells_what_its_pages_do_not(site, page):
    site.put("/1", page(path="/1").replace("2024-03-04T10:30:00+02:00", "").encode())
    entry = (
        f"<url><loc>{site.url}/1</loc><n:news xmlns:n='http://www.google.com/schemas/"
        "sitemap-news/0.9'><n:publication_date>2024-03-02</n:publication_date></n:news></url>"
    )
    url = site.put("/news.xml", f"<urlset>{entry}</urlset>".encode(), "text/xml")
    (item,) = read_articles([url], opened())
    assert item.article.published == "2024-03-02"


def test_a_page_does_not_make_others_be_fetched(site, page):
    refresh = f'<meta http-equiv="refresh" content="0; {site.url}/y">'
    head = f'<link rel="stylesheet" href="{site.url}/x.css">{refresh}'
    url = site.put("/a", page(head=head).encode())
    assert len(list(read_articles([url], opened()))) == 1
    assert site.asked == ["/a"]


def test_without_injection_a_url_on_this_machine_is_rejected(site, tmp_path, run):
    url = site.put("/feed.xml", FEED.format(entry(1)).encode())
    done = run("build", url, "--archive", tmp_path / "a", "--embedder", "hashed-words")
    assert "0 articles in the archive" in done.stdout
    assert "no public address: refused" in (tmp_path / "a" / "rejected.jsonl").read_text()
    assert site.asked == []

"""RSS and Atom."""

import json
from pathlib import Path

import pytest

from index.build import add_articles, build_archive
from index.settings import Settings
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog

HASHED = Settings(embedder="hashed-words")
BODY = "The ferry Ostrel ran aground off Selm on Monday with 40 passengers."

RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Harbour &amp; Courier</title><link>https://courier.example/</link>
<language>en-gb</language>
<item><title>Ferry &amp;amp; sandbank</title><link>https://courier.example/a?utm_source=rss</link>
<guid isPermaLink="false">1</guid><pubDate>Mon, 04 Mar 2024 10:30:00 EST</pubDate>
<description>Short.</description><dc:creator>Ina Vold</dc:creator>
<content:encoded><![CDATA[<p>{BODY}</p><script>x()</script><p>Second &eacute;.</p>]]>
</content:encoded></item>
<item><title>Summary only</title><guid>77</guid><description>&lt;p&gt;{BODY}&lt;/p&gt;</description>
</item>
<item><title>Nothing in it</title><link>https://courier.example/c</link></item>
</channel></rss>"""

ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Radio Sorva</title>
<entry xml:lang="de"><title type="html">Sturm &lt;b&gt;im&lt;/b&gt; Hafen</title>
<id>tag:sorva.example,2024:1</id><updated>2024-04-01T08:00:00Z</updated>
<author><name>A. Berg</name></author><author><name>B. Lund</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{BODY}</p><p>Zwei.</p></div>
</content></entry></feed>"""


def test_rss_gives_the_full_text_where_the_feed_has_it(tmp_path, read):
    (tmp_path / "feed.xml").write_text(RSS, "utf-8")
    full, summary, rejected = read(tmp_path / "feed.xml")
    assert full.article.title == "Ferry & sandbank"
    assert full.article.text == f"{BODY}\n\nSecond é."
    assert full.article.published == "2024-03-04T15:30:00Z"
    assert full.article.source == "Harbour & Courier"
    assert full.article.author == "Ina Vold"
    assert full.article.language == "en-gb"
    assert summary.article.text == BODY
    assert summary.article.url is None  # a bare number is no address
    assert [full.line, summary.line, rejected.line] == [1, 2, 3]
    assert rejected.reason.startswith("no text")


def test_atom_gives_authors_language_and_the_id_of_an_entry_without_link(tmp_path, read):
    (tmp_path / "feed").write_text(ATOM, "utf-8")
    (item,) = read(tmp_path / "feed")
    assert item.article.id == "tag:sorva.example,2024:1"
    assert item.article.title == "Sturm im Hafen"
    assert item.article.text == f"{BODY}\n\nZwei."
    assert item.article.author == "A. Berg, B. Lund"
    assert item.article.published == "2024-04-01T08:00:00Z"
    assert (item.article.source, item.article.language) == ("Radio Sorva", "de")


def test_an_entry_and_the_page_it_links_to_have_one_id(tmp_path, read, page):
    (tmp_path / "feed.xml").write_text(RSS, "utf-8")
    (tmp_path / "page.html").write_text(page(path="/a#top"), "utf-8")
    feed, saved = read(tmp_path / "feed.xml")[0], read(tmp_path / "page.html")[0]
    assert feed.article.id == saved.article.id


def test_the_same_number_in_two_feeds_is_two_articles(tmp_path, read):
    other = RSS.replace("https://courier.example/", "https://other.example/")
    for name, content in (("a.xml", RSS), ("b.xml", other)):
        (tmp_path / name).write_text(content, "utf-8")
    assert read(tmp_path / "a.xml")[1].article.id != read(tmp_path / "b.xml")[1].article.id


def test_a_feed_that_is_cut_gives_what_is_there_and_says_so(tmp_path, read):
    (tmp_path / "feed.xml").write_text(RSS[: RSS.index("<item><title>Nothing")], "utf-8")
    *items, complaint = read(tmp_path / "feed.xml")
    assert [item.article.title for item in items] == ["Ferry & sandbank", "Summary only"]
    assert complaint.kept
    assert complaint.reason.startswith("the feed is damaged, entries may be missing")


def test_a_feed_without_entries_is_rejected(tmp_path, read):
    (tmp_path / "feed.xml").write_text("<rss version='2.0'><channel/></rss>", "utf-8")
    (rejected,) = read(tmp_path / "feed.xml")
    assert rejected.reason == "a feed without entries"


def test_an_address_in_a_feed_is_never_opened(tmp_path, read, reasons):
    # feedparser takes a string that looks like an address for one to fetch.
    secret = tmp_path / "secret.xml"
    secret.write_text(RSS, "utf-8")
    (tmp_path / "feed.xml").write_text(f"<rss><!-- -->file://{secret}</rss>", "utf-8")
    assert reasons(read(tmp_path / "feed.xml")) == ["a feed without entries"]


PAGE_TEXT = " ".join(f"The ferry Ostrel lay off Selm on day {n} of the week." for n in range(9))


@pytest.fixture
def own(tmp_path) -> Path:
    """A page's text, and a feed with a summary of it; the feed sorts first."""
    url = "https://courier.example/ferry"
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "z.jsonl").write_text(json.dumps({"url": url, "text": PAGE_TEXT}))
    (tmp_path / "feed").mkdir()
    entry = f"<title>Ferry</title><link>{url}</link><description>It ran aground.</description>"
    (tmp_path / "feed" / "a.xml").write_text(
        f"<rss version='2.0'><channel><item>{entry}</item></channel></rss>"
    )
    return tmp_path


def stored_texts(archive: Path) -> list[str]:
    catalog = Catalog(ArchiveFolder(archive).current().catalog, read_only=True)
    found = [article.text for article in catalog.articles()]
    catalog.close()
    return found


def test_a_summary_never_takes_the_place_of_the_full_text(own):
    archive = own / "archive"
    build_archive(archive, [own / "pages"], settings=HASHED)
    for report in (
        add_articles(archive, [own / "feed"]),
        build_archive(archive, [own / "feed"]),
    ):
        assert (report.unchanged, report.touched, report.rejected) == (1, 0, 0)
    assert stored_texts(archive) == [PAGE_TEXT]


def test_a_summary_beside_the_full_text_is_rejected(own):
    archive = own / "archive"
    for expected in ((1, 0), (0, 1)):
        report = build_archive(archive, [own / "feed", own / "pages"], settings=HASHED)
        assert (report.new, report.unchanged, report.rejected) == (*expected, 1)
    assert stored_texts(archive) == [PAGE_TEXT]


def unreadable(page: Path) -> None:
    page.unlink()
    page.symlink_to(page)


def without_an_article(page: Path) -> None:
    page.write_text("<html><body></body></html>")


@pytest.mark.parametrize("rebuild", [False, True], ids=["build", "rebuild"])
@pytest.mark.parametrize("damage", [unreadable, without_an_article])
def test_a_summary_does_not_take_the_place_of_a_page_that_cannot_be_read(own, damage, rebuild):
    archive, page = own / "archive", own / "pages" / "z.jsonl"
    sources = [own / "feed", own / "pages"]
    build_archive(archive, sources, settings=HASHED)
    damage(page)
    report = build_archive(archive, sources, rebuild=rebuild)
    assert (report.read, report.changed, report.kept, report.articles) == (0, 0, 1, 1)
    assert stored_texts(archive) == [PAGE_TEXT]
    assert add_articles(archive, sources).touched == 0
    page.unlink()
    build_archive(archive, sources)
    assert stored_texts(archive) == ["It ran aground."]


def test_the_full_text_takes_the_place_of_a_summary_and_goes_with_its_file(own):
    archive = own / "archive"
    sources = [own / "feed", own / "pages"]
    build_archive(archive, [own / "feed"], settings=HASHED)
    assert build_archive(archive, sources).changed == 1
    assert stored_texts(archive) == [PAGE_TEXT]
    (own / "pages" / "z.jsonl").unlink()
    assert build_archive(archive, sources).changed == 1
    assert stored_texts(archive) == ["It ran aground."]

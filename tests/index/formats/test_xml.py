"""The agencies' XML; RSS and Atom."""

import json
from pathlib import Path

import pytest

from index.build import add_articles, build_archive
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog

BODY = "The ferry Ostrel ran aground off Selm on Monday with 40 passengers."
MORE = (
    "The coastguard said that nobody was hurt and that tugs were on their way to the harbour. "
    "The shipping company will look into the cause, its director told reporters in the harbour."
)
NITF = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nitf SYSTEM "http://www.nitf.org/IPTC/NITF/3.4/specification/dtd/nitf-3-4.dtd">
<nitf xml:lang="en"><head><title>ferry-1</title><docdata><doc-id id-string="sorva-20240304-1"/>
<date.issue norm="20240304T103000+0200"/></docdata></head>
<body><body.head><hedline><hl1>Ferry <em>Ostrel</em> aground</hl1></hedline>
<byline>By <person>Ina Vold</person>, Selm</byline><distributor><org>Sorva Press</org></distributor>
</body.head><body.content><block><p>{BODY}</p>
<media><media-caption>The ferry.</media-caption></media><p>It&rsquo;s&nbsp;safe.</p></block>
</body.content><body.end><tagline>sp/iv</tagline></body.end></body></nitf>"""


def item(guid: str, content: str, meta: str = "", version: str = "1") -> str:
    return f"""<newsItem guid="{guid}" version="{version}" xml:lang="en"><itemMeta>
<itemClass qcode="ninat:text"/><provider qcode="x:1"><name>Sorva Press</name></provider>
<versionCreated>2024-03-04T12:00:00+02:00</versionCreated>
<firstCreated>2024-03-04T10:30:00+02:00</firstCreated>{meta}</itemMeta>
<contentMeta><headline>Ferry aground</headline><by>Ina Vold</by>
<language tag="en-GB"/></contentMeta>
<contentSet>{content}</contentSet></newsItem>"""


HTML = f"""<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml">
<head><title>not this</title></head><body><p>{BODY}</p><p>Second.</p></body></html></inlineXML>"""
PLAIN = f"""<inlineData contenttype="text/plain">{BODY}</inlineData>"""


def message(*items: str) -> str:
    namespace = "http://iptc.org/std/nar/2006-10-01/"
    return f'<newsMessage xmlns="{namespace}"><itemSet>{"".join(items)}</itemSet></newsMessage>'


def test_nitf(tmp_path, read):
    (tmp_path / "a.xml").write_text(NITF, "utf-8")
    (found,) = read(tmp_path / "a.xml")
    assert found.article.id == "sorva-20240304-1"
    assert found.article.title == "Ferry Ostrel aground"
    assert found.article.text == f"{BODY}\n\nIt’s safe."
    assert found.article.published == "2024-03-04T08:30:00Z"
    assert found.article.author == "Ina Vold"
    assert (found.article.source, found.article.language) == ("Sorva Press", "en")


def test_newsml_g2_with_markup_plain_text_and_nitf_inside(tmp_path, read, articles):
    nitf = f"<inlineXML>{NITF[NITF.index('<nitf') :].replace('&rsquo;', '’')}</inlineXML>"
    content = message(item("urn:1", HTML), item("urn:2", PLAIN), item("urn:3", nitf))
    (tmp_path / "a.xml").write_text(content, "utf-8")
    first, second, third = articles(read(tmp_path / "a.xml"))
    assert [a.id for a in (first, second, third)] == ["urn:1", "urn:2", "urn:3"]
    assert first.text == f"{BODY}\n\nSecond."
    assert (second.text, second.title) == (BODY, "Ferry aground")
    assert third.text == f"{BODY}\n\nIt’s safe."
    assert first.published == "2024-03-04T08:30:00Z"
    assert (first.source, first.author, first.language) == ("Sorva Press", "Ina Vold", "en-GB")


@pytest.mark.parametrize(
    ("meta", "reason"),
    [
        ('<pubStatus qcode="stat:canceled"/>', "the agency has it canceled"),
        ('<pubStatus qcode="stat:withheld"/>', "the agency has it withheld"),
        ('<itemClass qcode="ninat:picture"/>', "not a text but a picture"),
    ],
)
def test_what_the_agency_took_back_or_is_no_text_is_rejected(
    tmp_path, read, reasons, articles, meta, reason
):
    bad = item("urn:1", HTML, meta)
    if "picture" in meta:
        bad = bad.replace('<itemClass qcode="ninat:text"/>', "")
    (tmp_path / "a.xml").write_text(message(bad, item("urn:2", HTML)), "utf-8")
    items = read(tmp_path / "a.xml")
    assert reasons(items) == [reason]
    assert [a.id for a in articles(items)] == ["urn:2"]


def test_each_version_of_an_item_is_an_article(tmp_path, read, articles):
    changed = HTML.replace("40 passengers", "60 passengers")
    content = message(item("urn:1", HTML), item("urn:1", changed, version="3"))
    (tmp_path / "a.xml").write_text(content, "utf-8")
    first, third = articles(read(tmp_path / "a.xml"))
    assert (first.id, first.published) == ("urn:1", "2024-03-04T08:30:00Z")
    assert (third.id, third.published) == ("urn:1#3", "2024-03-04T10:00:00Z")


def test_the_newest_version_of_an_item_supersedes_the_first(tmp_path, hashed_settings):
    story = f"<p>{BODY} {MORE}</p>"
    for version in ("1", "2"):
        text = story.replace("40 passengers", f"{version}0 passengers")
        content = item("urn:1", HTML.replace(f"<p>{BODY}</p>", text), version=version)
        (tmp_path / f"{version}.xml").write_text(message(content), "utf-8")
    archive = tmp_path / "archive"
    report = build_archive(
        archive, [tmp_path / "1.xml", tmp_path / "2.xml"], settings=hashed_settings
    )
    assert (report.new, report.rejected, report.copies) == (2, 0, 0)
    catalog = Catalog(ArchiveFolder(archive).current().catalog, read_only=True)
    family = catalog.family("urn:1")
    catalog.close()
    assert [member.id for member in family] == ["urn:1", "urn:1#2"]


def test_each_revision_of_nitf_is_an_article(tmp_path, read, articles):
    key = '<du-key generation="1" version="2" key="ferry"/>'
    (tmp_path / "a.xml").write_text(NITF.replace("<date.issue", key + "<date.issue"), "utf-8")
    assert articles(read(tmp_path))[0].id == "sorva-20240304-1#2"


def test_entities_are_not_resolved(tmp_path, read):
    secret = tmp_path / "secret"
    secret.write_text("the password")
    doctype = (
        f'<!DOCTYPE nitf [<!ENTITY file SYSTEM "file://{secret}"><!ENTITY word "swapped">'
        '<!ENTITY % dtd SYSTEM "http://127.0.0.1:9/x.dtd"> %dtd;]>'
    )
    content = doctype + NITF[NITF.index("<nitf") :].replace("40", "&file; &word; 40")
    (tmp_path / "a.xml").write_text(content, "utf-8")
    (found,) = read(tmp_path / "a.xml")
    text = getattr(found, "reason", "") or found.article.text
    assert "password" not in text
    assert "swapped" not in text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (NITF[:400], "not XML ("),
        ("<newsMessage/>", "no news item in it"),
        ("<nitf/>", "no text"),
        ("<?xml version='1.0'?><NewsML/>", "XML of a kind that cannot be read (<newsml>)"),
        ("<nitf>" + "<p>" * 300, "not XML ("),
        ("<nitf>" + "<p/>" * 200_001, "more than 100000 tags"),
    ],
)
def test_xml_without_an_article_is_rejected(tmp_path, read, content, reason):
    (tmp_path / "a.xml").write_text(content, "utf-8")
    (rejected,) = read(tmp_path / "a.xml")
    assert rejected.reason.startswith(reason)


@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_nitf_that_the_agency_took_back_is_rejected(tmp_path, read, reasons, status):
    content = NITF.replace("<docdata>", f'<docdata management-status="{status}">')
    (tmp_path / "a.xml").write_text(content, "utf-8")
    assert reasons(read(tmp_path / "a.xml")) == [f"the agency has it {status}"]


def test_nitf_that_is_usable_is_read(tmp_path, read, articles):
    content = NITF.replace("<docdata>", '<docdata management-status="usable">')
    (tmp_path / "a.xml").write_text(content, "utf-8")
    assert len(articles(read(tmp_path / "a.xml"))) == 1


# RSS and Atom

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


def test_a_summary_never_takes_the_place_of_the_full_text(hashed_settings, own):
    archive = own / "archive"
    build_archive(archive, [own / "pages"], settings=hashed_settings)
    for report in (
        add_articles(archive, [own / "feed"]),
        build_archive(archive, [own / "feed"]),
    ):
        assert (report.unchanged, report.touched, report.rejected) == (1, 0, 0)
    assert stored_texts(archive) == [PAGE_TEXT]


def test_a_summary_beside_the_full_text_is_rejected(hashed_settings, own):
    archive = own / "archive"
    for expected in ((1, 0), (0, 1)):
        report = build_archive(archive, [own / "feed", own / "pages"], settings=hashed_settings)
        assert (report.new, report.unchanged, report.rejected) == (*expected, 1)
    assert stored_texts(archive) == [PAGE_TEXT]


def unreadable(page: Path) -> None:
    page.unlink()
    page.symlink_to(page)


def without_an_article(page: Path) -> None:
    page.write_text("<html><body></body></html>")


@pytest.mark.parametrize("rebuild", [False, True], ids=["build", "rebuild"])
@pytest.mark.parametrize("damage", [unreadable, without_an_article])
def test_a_summary_does_not_take_the_place_of_a_page_that_cannot_be_read(
    hashed_settings, own, damage, rebuild
):
    archive, page = own / "archive", own / "pages" / "z.jsonl"
    sources = [own / "feed", own / "pages"]
    build_archive(archive, sources, settings=hashed_settings)
    damage(page)
    report = build_archive(archive, sources, rebuild=rebuild)
    assert (report.read, report.changed, report.kept, report.articles) == (0, 0, 1, 1)
    assert stored_texts(archive) == [PAGE_TEXT]
    assert add_articles(archive, sources).touched == 0
    page.unlink()
    build_archive(archive, sources)
    assert stored_texts(archive) == ["It ran aground."]


def test_the_full_text_takes_the_place_of_a_summary_and_goes_with_its_file(hashed_settings, own):
    archive = own / "archive"
    sources = [own / "feed", own / "pages"]
    build_archive(archive, [own / "feed"], settings=hashed_settings)
    assert build_archive(archive, sources).changed == 1
    assert stored_texts(archive) == [PAGE_TEXT]
    (own / "pages" / "z.jsonl").unlink()
    assert build_archive(archive, sources).changed == 1
    assert stored_texts(archive) == ["It ran aground."]

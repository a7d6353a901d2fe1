"""The agencies' XML."""

import pytest

from index.build import build_archive
from index.settings import Settings
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


def test_the_newest_version_of_an_item_supersedes_the_first(tmp_path):
    story = f"<p>{BODY} {MORE}</p>"
    for version in ("1", "2"):
        text = story.replace("40 passengers", f"{version}0 passengers")
        content = item("urn:1", HTML.replace(f"<p>{BODY}</p>", text), version=version)
        (tmp_path / f"{version}.xml").write_text(message(content), "utf-8")
    archive = tmp_path / "archive"
    report = build_archive(
        archive, [tmp_path / "1.xml", tmp_path / "2.xml"], settings=Settings("hashed-words")
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

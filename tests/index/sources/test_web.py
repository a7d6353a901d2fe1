"""Sitemaps and plain lists of URLs: the pages saved beside them, and nothing else."""

import json
import os
import re

import pytest

from index.build import build_archive

BODY = "The ferry Ostrel ran aground off Selm on Monday with 40 passengers."


def listing(*urls: str, root: str = "urlset") -> str:
    entries = "".join(f"<url><loc> {url} </loc><lastmod>2024</lastmod></url>" for url in urls)
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0"?><{root} xmlns="{namespace}">{entries}</{root}>'


@pytest.fixture
def saved(tmp_path, page):
    """A folder of pages without addresses of their own, as different tools save them."""
    for name in ("news/1.html", "courier.example/news/2/index.html", "3"):
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            page(title=f"Story {path.as_posix()[-1]}").replace("canonical", "x"), "utf-8"
        )
    return tmp_path / "site"


@pytest.mark.parametrize("plain", [False, True])
def test_listed_pages_are_found_beside_the_list(saved, read, plain):
    urls = [f"https://courier.example/news/{n}" for n in (1, 2, 3, 4)]
    content = "\n".join(urls) + "\n" if plain else listing(*urls)
    path = saved / ("list.txt" if plain else "sitemap.xml")
    path.write_text(content, "utf-8")
    *found, missing = read(path)
    assert [item.article.url for item in found] == urls[:3]
    assert [item.file for item in found] == [
        f"{path}/news/1.html", f"{path}/courier.example/news/2/index.html", f"{path}/3"
    ]  # fmt: skip
    assert missing.reason.startswith("https://courier.example/news/4 is listed and not saved")


NEWS = (
    '<news:news xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><news:publication>'
    "<news:name>Sorva Radio</news:name><news:language>en</news:language></news:publication>"
    "<news:publication_date>2024-03-02T07:00+01:00</news:publication_date>"
    "<news:title>Ferry still stuck - Sorva Radio</news:title></news:news>"
)


def news_listing(*urls: str, news: str = NEWS) -> str:
    picture = (
        '<image:image xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><image:loc>'
        "https://courier.example/1.jpg</image:loc><image:title>A picture</image:title>"
        "</image:image>"
    )
    return listing(*urls).replace("<lastmod>", f"{picture}{news}<lastmod>")


def bare(page: str) -> str:
    """A page that says nothing of itself."""
    page = re.sub(r"<title>.*?</title>|<meta property.*?>|</?h1>", "", page)
    return page.replace("© 2024 Harbour Courier.", "")


def test_a_news_sitemap_tells_what_a_page_does_not(saved, read):
    path = saved / "news/1.html"
    path.write_text(bare(path.read_text("utf-8")), "utf-8")
    urls = [f"https://courier.example/news/{n}" for n in (1, 2)]
    (saved / "sitemap.xml").write_text(news_listing(*urls), "utf-8")
    told, own = (item.article for item in read(saved / "sitemap.xml"))
    assert told.title == "Ferry still stuck"
    assert told.published == "2024-03-02T06:00:00Z"
    assert told.source == "Sorva Radio"
    assert told.url == urls[0]
    assert own.title.startswith("Story ")
    assert (own.published, own.source) == ("2024-03-04T08:30:00Z", "Harbour Courier")


def test_each_page_of_a_news_sitemap_has_its_own(saved, read):
    for name in ("news/1.html", "3"):
        path = saved / name
        path.write_text(bare(path.read_text("utf-8")), "utf-8")
    entries = news_listing("https://courier.example/news/1", "https://courier.example/3")
    first, news, rest = entries.partition("</news:news>")
    rest = re.sub(r"<news:news .*</news:news>", "", rest)
    (saved / "sitemap.xml").write_text(first + news + rest, "utf-8")
    told, untold = (item.article for item in read(saved / "sitemap.xml"))
    assert (told.source, untold.source) == ("Sorva Radio", "courier.example")
    assert untold.published is None


@pytest.mark.parametrize("day", ["yesterday", "", "2024-13-45", "x" * 5000])
def test_what_a_news_sitemap_says_wrongly_counts_for_nothing(saved, read, day):
    path = saved / "news/1.html"
    path.write_text(bare(path.read_text("utf-8")), "utf-8")
    news = NEWS.replace("2024-03-02T07:00+01:00", day).replace("Sorva Radio", " ")
    (saved / "sitemap.xml").write_text(
        news_listing("https://courier.example/news/1", news=news), "utf-8"
    )
    (item,) = read(saved / "sitemap.xml")
    assert (item.article.published, item.article.source) == (None, "courier.example")


def test_a_clear_date_of_the_list_comes_before_an_ambiguous_one_of_the_page(saved, read):
    path = saved / "news/1.html"
    text = path.read_text("utf-8").replace("2024-03-04T10:30:00+02:00", "02/03/2024")
    path.write_text(text, "utf-8")
    (saved / "sitemap.xml").write_text(news_listing("https://courier.example/news/1"), "utf-8")
    (item,) = read(saved / "sitemap.xml")
    assert item.article.published == "2024-03-02T06:00:00Z"


def test_a_packed_page_and_a_packed_list_are_told_of_too(saved, read, packed):
    path = saved / "news/1.html"
    content = bare(path.read_text("utf-8")).encode()
    path.write_bytes(packed(content))
    whole = news_listing("https://courier.example/news/1").encode()
    (saved / "sitemap.xml.gz").write_bytes(packed(whole))
    (item,) = read(saved / "sitemap.xml.gz")
    assert item.article.source == "Sorva Radio"


def test_a_list_of_lists(saved, read, articles):
    (saved / "part.xml").write_text(listing("https://courier.example/news/1"), "utf-8")
    (saved / "all.xml").write_text(
        listing("https://courier.example/part.xml", root="sitemapindex"), "utf-8"
    )
    assert len(articles(read(saved / "all.xml"))) == 1


def test_lists_may_be_packed(saved, read, articles, packed):
    part = packed(listing("https://courier.example/news/1").encode())
    (saved / "part.xml.gz").write_bytes(part)
    whole = listing("https://courier.example/part.xml.gz", root="sitemapindex").encode()
    (saved / "all.xml.gz").write_bytes(packed(whole))
    for name in ("part.xml.gz", "all.xml.gz"):
        (article,) = articles(read(saved / name))
        assert article.url == "https://courier.example/news/1"


def test_the_pictures_of_a_page_are_no_pages(saved, read):
    picture = "<image:image><image:loc>https://courier.example/3</image:loc></image:image>"
    content = listing("https://courier.example/news/1").replace("<lastmod>", picture + "<lastmod>")
    content = content.replace("<urlset", '<urlset xmlns:image="http://www.google.com/schemas/i"')
    (saved / "sitemap.xml").write_text(content, "utf-8")
    (item,) = read(saved / "sitemap.xml")
    assert item.article.url == "https://courier.example/news/1"


def test_a_list_that_leads_to_itself_ends(saved, read, reasons):
    urls = [f"https://courier.example/a.xml?{n}" for n in range(50)]
    (saved / "a.xml").write_text(listing(*urls), "utf-8")
    items = read(saved / "a.xml")
    assert len(items) < 200
    assert "which was read already" in reasons(items)[0]


def test_no_list_leads_out_of_its_folder(saved, read, articles, page):
    secret = saved.parent / "secret.html"
    secret.write_text(page(), "utf-8")
    os.symlink(secret, saved / "link.html")
    os.symlink(saved.parent, saved / "up")
    urls = ["https://x.example/../secret.html", "https://x.example/%2e%2e/secret.html",
            "https://x.example/link.html", "https://x.example/up/secret.html",
            f"https://x.example/{secret}", f"file://{secret}", "https://../secret.html",
            "https://x.example/a%00b", "https://[x", "../secret.html"]  # fmt: skip
    (saved / "sitemap.xml").write_text(listing(*urls), "utf-8")
    items = read(saved / "sitemap.xml")
    assert articles(items) == []
    assert len(items) == len(urls)


def test_in_a_folder_or_an_archive_a_list_is_not_followed(saved, read, articles, reasons):
    (saved / "sitemap.xml").write_text(listing("https://courier.example/news/1"), "utf-8")
    items = read(saved)
    assert len(articles(items)) == 3  # as files of the folder, once each
    assert [reason[:15] for reason in reasons(items)] == ["a list of pages"]


def test_a_list_of_too_many_pages_is_rejected(tmp_path, read, reasons):
    (tmp_path / "a.txt").write_text("".join(f"http://x.example/{n}\n" for n in range(50_001)))
    assert reasons(read(tmp_path / "a.txt")) == ["lists more than 50000 pages; split it"]


def test_an_entity_bomb_is_rejected(tmp_path, read, reasons):
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = (
        f'<!DOCTYPE urlset [<!ENTITY a0 "ha">{lines}]><urlset><url><loc>&a9;</loc></url></urlset>'
    )
    (tmp_path / "a.xml").write_text(bomb)
    (reason,) = reasons(read(tmp_path / "a.xml"))
    assert reason


def test_a_page_that_left_the_list_leaves_the_archive(saved, tmp_path, hashed_settings):
    urls = [f"https://courier.example/news/{n}" for n in (1, 2)]
    for listed, expected in ((urls, (2, 0)), (urls[:1], (0, 1))):
        (saved / "sitemap.xml").write_text(listing(*listed), "utf-8")
        report = build_archive(
            tmp_path / "archive", [saved / "sitemap.xml"], settings=hashed_settings
        )
        assert (report.new, report.removed) == expected


def test_a_url_in_an_article_makes_no_list_of_it(tmp_path, read, articles):
    (tmp_path / "a.txt").write_text(f"https://x.example/1\n{BODY}")
    (tmp_path / "b.jsonl").write_text(json.dumps({"text": BODY, "url": "https://x.example/2"}))
    assert len(articles(read(tmp_path))) == 2

"""Sitemaps and plain lists of URLs: the pages saved beside them, and nothing else."""

import json
import os

import pytest

from index.build import build_archive
from index.settings import Settings

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
    assert len(read(tmp_path / "a.xml")) == 1


def test_a_page_that_left_the_list_leaves_the_archive(saved, tmp_path):
    urls = [f"https://courier.example/news/{n}" for n in (1, 2)]
    settings = Settings(embedder="hashed-words")
    for listed, expected in ((urls, (2, 0)), (urls[:1], (0, 1))):
        (saved / "sitemap.xml").write_text(listing(*listed), "utf-8")
        report = build_archive(tmp_path / "archive", [saved / "sitemap.xml"], settings=settings)
        assert (report.new, report.removed) == expected


def test_a_url_in_an_article_makes_no_list_of_it(tmp_path, read, articles):
    (tmp_path / "a.txt").write_text(f"https://x.example/1\n{BODY}")
    (tmp_path / "b.jsonl").write_text(json.dumps({"text": BODY, "url": "https://x.example/2"}))
    assert len(articles(read(tmp_path))) == 2

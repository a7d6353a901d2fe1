"""HTML pages as saved from the web, and headlines without the outlet behind them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.formats.page import Outlet, without_outlet

SECOND = "The coastguard said that nobody was hurt and that tugs were on their way."


def test_a_saved_page_gives_its_article_and_nothing_around_it(tmp_path, read, page):
    (tmp_path / "a.html").write_text(page(), "utf-8")
    (item,) = read(tmp_path / "a.html")
    article = item.article
    assert article.title == "Ferry runs aground off Selm"
    assert article.text.split("\n\n")[1] == SECOND
    assert len(article.text.split("\n\n")) == 3
    assert article.published == "2024-03-04T08:30:00Z"
    assert article.source == "Harbour Courier"
    assert article.author == "Ina Vold"
    assert article.url == "https://courier.example/2024/ferry"
    assert article.language == "en"
    assert (item.file, item.line) == (str(tmp_path / "a.html"), None)


def test_a_page_is_told_by_its_content(tmp_path, read, articles, page):
    for name in ("page", "page.txt", "page.jsonl", "page.php"):
        (tmp_path / name).write_text(f"\n<!-- saved -->\n{page(path=f'/{name}')}", "utf-8")
    assert len(articles(read(tmp_path))) == 4


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("iso-8859-1", "iso-8859-1"),
        ("cp1252", "iso-8859-1"),  # what the web calls Latin-1
        ("utf-8", "iso-8859-1"),  # wrong, and common
        ("cp1252", "x-unknown"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("windows-1251", "windows-1251"),
        ("shift_jis", "shift_jis"),
    ],
)
def test_a_page_is_read_in_its_encoding(tmp_path, read, page, encoding, said):
    title = {"windows-1251": "Паром сел на мель", "shift_jis": "フェリー座礁"}.get(encoding, "Café")
    text = page(title=title).replace('charset="utf-8"', f'charset="{said}"')
    (tmp_path / "a.html").write_bytes(text.encode(encoding, errors="ignore"))
    (item,) = read(tmp_path / "a.html")
    assert item.article.title == title


def test_the_date_is_what_the_page_says_of_its_publication(tmp_path, read, page):
    linked = (
        '<script type="application/ld+json">{"@type": "NewsArticle", '
        '"dateModified": "2025-01-01", "datePublished": "2024-03-05T12:00:00+01:00"}</script>'
    )
    (tmp_path / "a.html").write_text(page(head=linked), "utf-8")
    assert read(tmp_path / "a.html")[0].article.published == "2024-03-05T11:00:00Z"
    undated = page().replace("2024-03-04T10:30:00+02:00", "")
    (tmp_path / "a.html").write_text(undated, "utf-8")
    assert read(tmp_path / "a.html")[0].article.published is None  # not the year in the footer


@pytest.mark.parametrize("path", ["/", "", "javascript:alert(1)"])
def test_a_canonical_address_that_is_nobodys_is_not_taken(tmp_path, read, page, path):
    text = page().replace("https://courier.example/2024/ferry", path and f"https://x.example{path}")
    (tmp_path / "a.html").write_text(text.replace("https://x.examplejava", "java"), "utf-8")
    assert read(tmp_path / "a.html")[0].article.url is None


def test_the_pictures_of_a_page_saved_whole_count_for_nothing(tmp_path, read, page):
    picture = f'<img src="data:image/png;base64,{"A" * (12 << 20)}">'
    (tmp_path / "a.html").write_text(page().replace("<article>", f"<article>{picture}"), "utf-8")
    (item,) = read(tmp_path / "a.html")
    assert item.article.text.split("\n\n")[1] == SECOND


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<html><body></body></html>", "no article found in the page"),
        ("<html>", "no article found in the page"),
        ("<!-- only a comment -->", "an empty page"),
        ("", "an empty page"),
        ("<html><body>" + "<p>" * 100_001, "more than 100000 tags"),
        (f"<html><p {' '.join(f'a{i}' for i in range(1001))}>x", "a tag with more than 1000"),
        (f"<html><p>{'x' * (9 << 20)}", "a page longer than 8 MB"),
    ],
)
def test_a_page_without_an_article_is_rejected(tmp_path, read, content, reason):
    (tmp_path / "a.html").write_text(content, "utf-8")
    (rejected,) = read(tmp_path / "a.html")
    assert rejected.reason.startswith(reason)


ITEM_LIST = (
    '<script type="application/ld+json">{"@type": "ItemList", "itemListElement": [{"@type": '
    '"NewsArticle", "headline": "Old tale", "datePublished": "2019-01-02"}]}</script>'
)
OLD = '{"@type": "NewsArticle", "headline": "Old tale", "datePublished": "2019-01-02"}'
DAY = '"datePublished": "2024-03-05T12:00:00+01:00"'


@pytest.mark.parametrize(
    "linked",
    [
        '{"@type": "NewsArticle", "hasPart": [{"@type": "VideoObject", "datePublished": '
        f'"2020-05-05"}}], {DAY}}}',
        f'{{"@graph": [{{"@type": "WebSite"}}, {{"@type": ["Report", "Article"], {DAY}}}]}}',
        f'{{"@type": "WebPage", "mainEntity": {{"@type": "BlogPosting", {DAY}}}}}',
        f'[{OLD}, {{"@type": "LiveBlogPosting", "mainEntityOfPage": {{"@id": '
        f'"http://www.courier.example/2024/ferry?x=1#a"}}, {DAY}}}]',
        f'[{OLD}, {{"@type": "Article", "headline": "Ferry  runs aground off SELM", {DAY}}}]',
        f'//<![CDATA[\n{{"@type": "NewsArticle",\n{DAY}, "description": "two\nlines"}};\n//]]>',
        f'<!-- {{"@type": "NewsArticle", {DAY}}} -->',
    ],
)
def test_the_date_of_the_page_and_not_of_what_it_links_to(tmp_path, read, page, linked):
    script = f'{ITEM_LIST}<script type="application/ld+json">{linked}</script>'
    (tmp_path / "a.html").write_text(page(head=script), "utf-8")
    assert read(tmp_path / "a.html")[0].article.published == "2024-03-05T11:00:00Z"


def test_dates_of_other_stories_alone_are_none_of_the_page(tmp_path, read, page):
    others = f'<script type="application/ld+json">[{OLD}, {OLD}]</script>'
    undated = page(head=ITEM_LIST + others).replace("2024-03-04T10:30:00+02:00", "")
    (tmp_path / "a.html").write_text(undated, "utf-8")
    assert read(tmp_path / "a.html")[0].article.published is None


def test_a_page_that_tells_of_no_article_has_its_own_date(tmp_path, read, page):
    own = '<script type="application/ld+json">{"@type": "WebPage", "datePublished": "2024-03-05"}'
    undated = page(head=own + "</script>").replace("2024-03-04T10:30:00+02:00", "")
    (tmp_path / "a.html").write_text(undated, "utf-8")
    assert read(tmp_path / "a.html")[0].article.published == "2024-03-05"


@pytest.mark.parametrize(
    "said",
    [
        '<meta name="date" content="03/04/2021">',
        '<script type="application/ld+json">{"@type": "Article", "datePublished": "03/04/2021"}'
        "</script>",
        '<p class="date">03/04/2021</p>',
    ],
)
def test_an_ambiguous_day_of_a_page_goes_by_the_setting(tmp_path, read, reasons, page, said):
    undated = page().replace("2024-03-04T10:30:00+02:00", "")
    place = "<article>" if "<p" in said else "</head>"
    (tmp_path / "a.html").write_text(undated.replace(place, f"{said}{place}"), "utf-8")
    items = read(tmp_path / "a.html")
    assert items[0].article.published is None
    assert reasons(items) == ["ambiguous date '03/04/2021'; say --date-order dmy, mdy or ymd"]
    (item,) = read(tmp_path / "a.html", date_order="mdy")
    assert item.article.published == "2021-03-04"


def test_a_clear_date_comes_before_an_ambiguous_one(tmp_path, read, page):
    (tmp_path / "a.html").write_text(page(head='<meta name="pubdate" content="03/04/2024">'))
    assert read(tmp_path / "a.html")[0].article.published == "2024-03-04T08:30:00Z"


def test_the_day_of_a_change_is_not_that_of_publication(tmp_path, read, page):
    changed = page().replace("article:published_time", "article:modified_time")
    (tmp_path / "a.html").write_text(changed, "utf-8")
    assert read(tmp_path / "a.html")[0].article.published is None


def test_characters_that_are_none_hinder_nothing(tmp_path, read, page):
    said = f'<meta name="x" content="a\x0b\x1f"><meta name="y" content="\x01{"b" * 3000}">'
    odd = f'<p <x="1" "y\'={"z" * 3000}>Odd.</p>'
    content = (
        page(head=said).replace("<title>", "<title>\x02").replace("<article>", f"<article>{odd}")
    )
    (tmp_path / "a.html").write_text(content, "utf-8")
    assert read(tmp_path / "a.html")[0].article.published == "2024-03-04T08:30:00Z"


@pytest.mark.parametrize(
    "note",
    [
        "<!-- saved from url=(0030)https://courier.example/ferry -->",
        "<!--\n Page saved with SingleFile \n url: https://courier.example/ferry \n-->",
    ],
)
def test_the_address_that_a_browser_noted(tmp_path, read, page, note):
    plain = page().replace("canonical", "x")
    for content in (
        plain.replace("<head>", f"{note}<head>"),
        plain.replace("<html", f"{note}<html"),
    ):
        (tmp_path / "a.html").write_text(content, "utf-8")
        assert read(tmp_path / "a.html")[0].article.url == "https://courier.example/ferry"
    (tmp_path / "a.html").write_text(page().replace("<head>", f"{note}<head>"), "utf-8")
    assert read(tmp_path / "a.html")[0].article.url == "https://courier.example/2024/ferry"


PUBLISHERS = (
    '<meta property="og:site_name" content="Harbour Courier">',
    '<meta name="application-name" content="Harbour Courier">',
    '<meta name="twitter:site" content="@HarbourCourier">',
    '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle",'
    ' "publisher": {"@type": "Organization", "name": "Harbour Courier"}}</script>',
    '<script type="application/ld+json">{"@graph": [{"@type": "Article", "publisher": {"@id": '
    '"#us"}}, {"@type": "Organization", "@id": "#us", "name": "The Harbour Courier"}]}</script>',
    '<script type="application/ld+json">{"@type": "WebSite", "name": "Harbour Courier"}</script>',
    '<link rel="canonical" href="https://www.harbour-courier.example/1">',
)


@pytest.mark.parametrize("shown", PUBLISHERS)
def test_the_outlet_of_a_page_is_not_part_of_its_headline(tmp_path, read, page, shown):
    text = page(title="Selm – a ferry aground | Harbour Courier")
    text = re.sub(
        r'<meta property="og:site_name".*?>|<link rel="canonical".*?>|<h1>.*</h1>', "", text
    )
    (tmp_path / "a.html").write_text(text.replace("</head>", f"{shown}</head>"), "utf-8")
    assert read(tmp_path / "a.html")[0].article.title == "Selm – a ferry aground"


def test_the_publisher_of_another_story_is_not_that_of_the_page(tmp_path, read, page):
    other = '{"@type": "NewsArticle", "headline": "%s tale", "publisher": {"name": "Sorva Radio"}}'
    script = f'<script type="application/ld+json">[{other % "Old"}, {other % "New"}]</script>'
    title = "Who owns the waves? - Sorva Radio"
    text = page(title=title, head=script).replace(f"<h1>{title}</h1>", "")
    (tmp_path / "a.html").write_text(text, "utf-8")
    assert read(tmp_path / "a.html")[0].article.title == title


# Headlines, which lose the name of the outlet behind them, and nothing else.

BBC = Outlet.of(["BBC News"], "https://www.bbc.co.uk/news/1")
REUTERS = Outlet.of(["Reuters", "@Reuters"], "https://www.reuters.com/world/1")
GUARDIAN = Outlet.of([], "https://www.theguardian.com/uk/1")  # known by its address alone
COURIER = Outlet.of(["Harbour Courier"], None)


@pytest.mark.parametrize(
    ("title", "outlet", "headline"),
    [
        ("Ferry aground - BBC News", BBC, "Ferry aground"),
        ("Ferry aground – BBC NEWS", BBC, "Ferry aground"),
        ("Ferry  aground |BBC News", BBC, "Ferry aground"),
        ("Ferry aground - Selm - BBC News", BBC, "Ferry aground - Selm"),
        ("Ferry aground - BBC News | bbc.co.uk", BBC, "Ferry aground"),
        ("Israel-Gaza war - live updates - BBC News", BBC, "Israel-Gaza war - live updates"),
        ("Strike at BBC News - BBC News", BBC, "Strike at BBC News"),
        ("Ferry aground | Reuters", REUTERS, "Ferry aground"),
        ("Ferry aground - Reuters.com", REUTERS, "Ferry aground"),
        ("Ferry aground :: Reuters News", REUTERS, "Ferry aground"),
        ("Ferry aground — www.reuters.com", REUTERS, "Ferry aground"),
        ("Ferry aground | The Guardian", GUARDIAN, "Ferry aground"),
        ("Ferry aground - The Guardian", GUARDIAN, "Ferry aground"),
        ("Ferry aground | Guardian", Outlet.of(["The Guardian"], None), "Ferry aground"),
        ("Ferry aground - HarbourCourier", COURIER, "Ferry aground"),
        ("Ferry aground - Harbour Courier", Outlet.of(["@HarbourCourier"], None), "Ferry aground"),
        ("Ferry aground | BBC News", Outlet.of([], "http://news.bbc.co.uk/2/hi/1.stm"),
         "Ferry aground"),
        ("Ferry aground | ABC", Outlet.of([], "https://www.abc.net.au/1"), "Ferry aground"),
        ("Ferry aground - AP | Associated Press", Outlet.of(["AP | Associated Press"], None),
         "Ferry aground"),
        ("Fähre gestrandet - L’Équipe", Outlet.of(["L'Équipe"], None), "Fähre gestrandet"),
        ("Ferry aground - eldiario.es", Outlet.of(["eldiario.es"], None), "Ferry aground"),
    ],
)  # fmt: skip
def test_the_outlet_behind_a_headline_goes(title: str, outlet: Outlet, headline: str) -> None:
    assert without_outlet(title, outlet, ()) == headline


@pytest.mark.parametrize(
    ("title", "outlet"),
    [
        # Dashes of the headline's own.
        ("Spider-Man returns - again", BBC),
        ("Covid-19: Wales-England border shut", BBC),
        ("'We will not go back' - Blinken", BBC),
        ("Ferry aground – what we know", BBC),
        ("Ferry aground - rescue under way", BBC),
        ("Profit warning | Markets", BBC),
        # The outlet is what the story is about.
        ("Ferry company sues BBC News", BBC),
        ("Who owns Reuters?", REUTERS),
        ("Chief leaves Mirror-Reuters", REUTERS),
        ("BBC News - what went wrong", BBC),
        ("BBC News", BBC),
        ("… - BBC News", BBC),
        # Another outlet, or a part of this one that nothing on the page names.
        ("Ferry aground - Sky News", BBC),
        ("Ferry aground - BBC Sport", BBC),
        ("Ferry aground - BBC", BBC),
        # A word that is the name of the outlet too.
        ("Candidate to stand as - independent", Outlet.of(["The Independent"], None)),
        ("Fires burn under - the sun", Outlet.of(["The Sun"], "https://www.thesun.co.uk/1")),
        # What stands in a host's name may be a place.
        ("Ferries cancelled - Scotland", Outlet.of([], "https://www.scotland.org/1")),
        ("Snow emergency declared - Boston", Outlet.of(["Boston.com"], "https://www.boston.com/1")),
        ("Ready, set | Go", Outlet.of([], "https://abcnews.go.com/1")),
        ("Storm nears - Europe", Outlet.of(["Newsweek"], "https://europe.newsweek.com/1")),
        ("Ferry aground - News", BBC),
        ("Ferry aground | Com", REUTERS),
        # Nothing is known.
        ("Ferry aground - BBC News", Outlet.of([None, "", "https://facebook.com/x"], None)),
        ("Ferry aground - BBC News", Outlet.of(["x" * 81], "http://[broken")),
    ],
)
def test_what_is_the_headline_s_own_stays(title: str, outlet: Outlet) -> None:
    assert without_outlet(title, outlet, ()) == title


def test_what_the_heading_has_word_for_word_stays() -> None:
    title = "A life in print - Harbour Courier"
    assert without_outlet(title, COURIER, ["A Life in Print - Harbour  Courier"]) == title
    assert without_outlet(title, COURIER, ["A life in print"]) == "A life in print"


@given(st.text("ab -|Harbour Courier", max_size=60))
def test_a_headline_is_only_ever_cut_at_its_end(title: str) -> None:
    folded = " ".join(title.split())
    headline = without_outlet(title, COURIER, ())
    assert folded.startswith(headline)
    assert bool(headline) == bool(folded)
    assert without_outlet(headline, COURIER, ()) == headline

"""Rendering: what an article says is text on the page, and never part of the page."""

import html
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.types import Article, Span
from rag.types import Answer, Citation, Conflict, Filters, Inference, Passage, Query, Sentence
from ui.chat.page import (
    answered,
    chips,
    conversation,
    exchange,
    failure,
    label,
    overview,
    problem,
    progress,
    understood,
)
from ui.chat.passages import LONGEST_SHOWN, escaped, surroundings, whole

TEXT = (
    "The council met on Monday. It heard the harbour master. "
    "A valve had been closed since February, the report says. "
    "The operator denied that. The inquiry goes on.\n\n"
    "A second part is due in June. Nobody was hurt."
)
QUOTE = "A valve had been closed since February, the report says."
ARTICLE = Article(
    id="a1",
    title="Valve was shut",
    text=TEXT,
    published="2026-04-30T08:00:00Z",
    source="Harbour Post",
    url="https://example.org/valve?a=1&b=2",
    language="en",
)
ATTACKS = (
    "<script>alert(1)</script>",
    "</bdi></p></div><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' onfocus='alert(1)' autofocus x='",
    "![t](http://evil.example/t.png) [x](javascript:alert(1))",
    "${alert(1)} {{constructor}} {{{value}}} `",
    "&lt;script&gt; &#60;script&#62;",
    "-->]]></style></textarea><svg onload=alert(1)>",
)
properties = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Page(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.marked: list[str] = []
        self._in_mark = False
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "mark":
            self._in_mark = True
            self.marked.append("")

    def handle_endtag(self, tag):
        self.tags.append((f"/{tag}", {}))
        if tag == "mark":
            self._in_mark = False

    def handle_data(self, data):
        self.text += data
        if self._in_mark:
            self.marked[-1] += data

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data!r}")

    def handle_decl(self, decl):
        raise AssertionError(f"a declaration: {decl!r}")

    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(attributes)) for tag, attributes in self.tags]

    def values(self, attribute: str) -> list[str | None]:
        return [attributes[attribute] for _, attributes in self.tags if attribute in attributes]


def query(question="Why?", standalone=None, inferred=()):
    inferences = tuple(Inference("dates", text) for text in inferred)
    return Query(question, standalone or question, (question,), inferred=inferences)


def passage(article=ARTICLE, rank=1, also_in=()):
    return Passage(article, 0, len(article.text), article.text, 0.9, rank, {"words": 1}, also_in)


def answer(article=ARTICLE, quote=QUOTE, text=QUOTE, also_in=(), **changes):
    start = article.text.index(quote)
    citation = Citation(1, article, start, start + len(quote), quote, also_in)
    made = Answer("Why?", query(), (Sentence(text, (1,)),), (citation,), (passage(article),))
    return replace(made, **changes)


def refusal(*passages, reason="Nothing in it names a cause."):
    return Answer("Why?", query(), (), (), passages, refused=True, reason=reason)


def attacked(attack: str) -> Answer:
    """An answer with an attack in every field that comes from outside."""
    article = Article("a1", attack, attack, attack, attack, attack, attack, attack)
    copy = replace(article, id="a2")
    return Answer(
        question=attack,
        query=query(attack, attack + "?", (attack,)),
        sentences=(
            Sentence(attack, (1,)),
            Sentence(f"{attack} end", (1,), ours=(Span(0, len(attack)),)),
            Sentence(f"{attack} end", (2,), short=Span(0, len(attack))),
        ),
        citations=(
            Citation(1, article, 0, len(attack), attack, (copy,)),
            Citation(2, article, 0, len(attack), attack, (), copy, of="title"),
        ),
        conflicts=(Conflict(attack, (1,)), Conflict(attack, (2,))),
        passages=(passage(article, also_in=(copy,)),),
    )


def whole_page(made: Answer, text: str) -> str:
    return "".join(
        (
            overview(3, text, text, [text]),
            conversation([exchange(text, answered(made, "1"))]),
            answered(replace(made, refused=True, reason=text), "2"),
            progress(made.query, made.passages),
            failure(text),
            problem(text),
            label(text),
            chips(Filters(text, text, (text,))),
        )
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_every_field_adds_no_element_and_no_attribute(attack):
    plain = Page(whole_page(attacked("plain"), "plain"))
    page = Page(whole_page(attacked(attack), attack))
    assert page.shape() == plain.shape()


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_shown_as_it_was_written(attack):
    assert attack in Page(whole_page(attacked(attack), attack)).text


@properties
@given(
    st.text(min_size=1)
    | st.text(alphabet=st.sampled_from("<>\"'&=/ ax!-`${}()\n\t\u202e\x00"), min_size=1)
)
def test_no_text_whatever_adds_an_element_or_an_attribute(text):
    text = text.strip() or "x"
    assert shape_without_language(text) == shape_without_language("plain")


def shape_without_language(text):
    """Shape of the page but for ``lang``, which a text that is a language's code may set."""
    shape = Page(whole_page(attacked(text), text)).shape()
    return [(tag, tuple(name for name in names if name != "lang")) for tag, names in shape]


def test_the_highlight_is_exactly_the_quote():
    page = Page(answered(answer(), "1"))
    assert page.marked == [QUOTE, QUOTE]  # among its neighbours, and in the whole article


@properties
@given(st.text(min_size=1, max_size=300), st.data())
def test_the_highlight_is_the_quote_wherever_it_lies(text, data):
    text = text.replace("\r", "\n")  # a parser reads both as the same
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    cited = answer(replace(ARTICLE, text=text), quote=text[start:end])
    expected = html.unescape(escaped(cited.citations[0].quote))
    assert set(Page(answered(cited, "1")).marked) == {expected}


def test_a_quote_stands_among_the_sentences_around_it():
    shown = surroundings(answer().citations[0])
    assert Page(shown).text == TEXT[: TEXT.index("\n")] + " …"


def test_a_quote_in_the_middle_says_that_text_comes_before_it():
    shown = surroundings(answer(quote="Nobody was hurt.").citations[0])
    assert Page(shown).text == (
        "… The inquiry goes on.\n\nA second part is due in June. Nobody was hurt."
    )


def test_of_a_headline_that_is_quoted_the_text_is_shown_without_a_mark():
    of_title = Citation(1, ARTICLE, 0, len(ARTICLE.title), ARTICLE.title, of="title")
    page = answered(replace(answer(text=ARTICLE.title), citations=(of_title,)), "x1")
    assert "<mark>" not in page.partition("na-whole")[2]
    assert TEXT[: TEXT.index(" The inquiry")].split(". ")[0] in Page(page).text


def test_a_remark_is_shown_alone():
    remark = replace(answer(), sentences=(Sentence("Hello!", ()),), citations=())
    shown = Page(answered(remark, "x1"))
    assert shown.text.strip() == "Hello!"


def test_the_whole_article_is_in_the_passage():
    assert TEXT in Page(answered(answer(), "1")).text


def test_a_marker_opens_its_passage_and_says_which():
    page = Page(answered(answer(), "7"))
    (panel,) = [attributes for tag, attributes in page.tags if "popover" in attributes]
    marker = next(a for _, a in page.tags if a.get("class") == "na-marker")
    assert panel["id"] == marker["popovertarget"] == "cite-7-1"
    assert marker["aria-label"] == "Source 1: Valve was shut, Harbour Post, 30 April 2026"
    assert panel["aria-labelledby"] in page.values("id")


def test_a_marker_without_a_citation_is_left_out():
    made = answer()
    page = Page(answered(replace(made, sentences=(Sentence(QUOTE, (1, 9)),)), "1"))
    assert "[9]" not in page.text


def test_a_marker_stays_with_the_word_before_it_unless_that_is_long():
    assert '<span class="na-tail">says.<button' in answered(answer(), "1")
    assert '<span class="na-tail"><button' in answered(answer(text="x" * 500), "1")


# What a sentence is made of: the words that answer, and what no article says


def told(text: str, ours: tuple[str, ...] = (), short: str = "") -> Answer:
    """An answer of one sentence, with these parts of it ours and this one its short answer."""
    sentence = Sentence(
        text, (1,), tuple(span_of(text, part) for part in ours), span_of(text, short)
    )
    return answer(sentences=(sentence,))


def span_of(text: str, part: str) -> Span | None:
    start = text.index(part)
    return Span(start, start + len(part)) if part else None


def test_the_words_that_answer_are_marked():
    page = answered(told(QUOTE, short="February"), "1")
    assert 'since <mark class="na-short">February</mark>, the' in page


def test_words_that_answer_at_the_end_are_marked_up_to_their_end():
    page = answered(told("It was shut by the harbour master.", short="the harbour master"), "1")
    assert (
        'by <mark class="na-short">the harbour </mark>'
        '<span class="na-tail"><mark class="na-short">master</mark>.<button' in page
    )


def test_what_is_ours_is_set_apart_in_one_piece():
    """A note that is cut in two would be put together the wrong way round in Arabic."""
    text = "No: They met on Monday [27 April 2026]."
    page = answered(told(text, ("No:", " [27 April 2026]"), "Monday"), "1")
    assert '<bdi><span class="na-ours" dir="auto">No:</span> They met on ' in page
    assert '<span class="na-tail"><span class="na-ours" dir="auto">[27 April 2026]</span>.' in page
    assert text in Page(page).text


@properties
@given(st.text(min_size=1, max_size=40), st.data())
def test_no_span_whatever_changes_the_text(text, data):
    def some_span():
        start = data.draw(st.integers(0, len(text) - 1))
        return Span(start, data.draw(st.integers(start, len(text))))

    ours = tuple(some_span() for _ in range(data.draw(st.integers(0, 3))))
    made = answer(sentences=(Sentence(text.replace("\r", "\n"), (), ours, some_span()),))
    page = Page(answered(made, "1"))
    assert page.text.startswith(html.unescape(escaped(text.replace("\r", "\n"))))


def test_forms_with_a_line_each_are_lists_and_others_are_not():
    two = (Sentence("4 May: It closed.", (1,), (Span(0, 6),)), Sentence("5 May: It opened.", (1,)))
    for form, lines in (("timeline", 2), ("latest", 2), ("fact", 0)):
        made = answer(sentences=two, query=replace(query(), form=form))
        shown = answered(made, "1")
        shown = shown[: shown.index("<section")]
        assert shown.count("<li>") == lines
        assert ('<ul class="na-answer' in shown) == (lines > 0)
    single = answer(sentences=two[:1], query=replace(query(), form="timeline"))
    assert '<p class="na-answer">' in answered(single, "1")


# What articles do not agree on


def test_a_conflict_names_each_value_with_who_tells_it():
    newer = replace(ARTICLE, id="a3", published="2026-05-02")
    post = replace(ARTICLE, id="a2", source="Selm Echo", published=None)
    cited = answer().citations[0]
    made = answer(
        citations=(
            replace(cited, superseded_by=newer),
            replace(cited, marker=2, article=post),
            Citation(3, post, 0, 5, "Valve", of="title"),
        ),
        conflicts=(Conflict("5,500", (1, 9)), Conflict("14,000", (2, 3))),
    )
    page = answered(made, "1")
    box = page[page.index('<section class="na-conflicts"') : page.index("</section>")]
    assert Page(box).text == (
        "Outlets differ5,500 [1] Harbour Post, 30 April 2026, corrected14,000 [2][3] Selm Echo"
    )
    assert Page(box).values("popovertarget") == ["cite-1-1", "cite-1-2", "cite-1-3"]
    assert page.index("na-answer") < page.index("na-conflicts") < page.index("na-sources")


def test_where_articles_agree_there_is_no_box():
    assert "na-conflicts" not in answered(answer(), "1")


def test_a_quote_of_a_headline_is_shown_as_one_with_the_article_open_below_it():
    cited = Citation(1, ARTICLE, 0, 5, "Valve", of="title")
    page = answered(answer(citations=(cited,)), "1")
    sheet = page[page.index("<div popover") :]
    assert '<p class="na-label">Headline</p><blockquote' in sheet
    assert "<mark>Valve</mark> was shut</blockquote><details open>" in sheet
    assert Page(sheet).marked == ["Valve"]
    assert f'lang="en">{escaped(TEXT[:30])}' in sheet  # from the top
    assert "Headline" not in answered(answer(), "1")
    assert "<details>" in answered(answer(), "1")


def test_ids_of_two_exchanges_differ():
    first, second = (Page(answered(answer(), name)).values("id") for name in "12")
    assert not set(first) & set(second)


def test_an_article_cited_twice_is_listed_once():
    made = answer()
    again = replace(made.citations[0], marker=2, start=0, end=26, quote=TEXT[:26])
    page = answered(replace(made, citations=(*made.citations, again)), "1")
    listed = page[page.index("<section") : page.index("</section>")]
    assert listed.count("<li>") == 1
    assert listed.count("Valve was shut</bdi></button>") == 1
    assert "[1]" in listed and "[2]" in listed


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "java\tscript://example.org/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.org/x",
        "example.org",
        "http://",
        "https://[::1",
        "",
        None,
    ],
)
def test_what_is_not_plainly_a_web_address_is_no_link(url):
    page = Page(answered(answer(replace(ARTICLE, url=url)), "1"))
    assert page.values("href") == []


def test_a_web_address_is_a_link_that_gives_nothing_away():
    page = Page(answered(answer(), "1"))
    (link,) = [attributes for tag, attributes in page.tags if tag == "a"]
    assert link == {
        "href": "https://example.org/valve?a=1&b=2",
        "target": "_blank",
        "rel": "noopener noreferrer nofollow",
    }
    assert "Original at example.org" in page.text


def test_a_link_names_the_host_it_leads_to_and_not_the_one_it_feigns():
    url = 'https://bbc.co.uk@evil.example/"onclick="x'
    page = Page(answered(answer(replace(ARTICLE, url=url)), "1"))
    assert page.values("href") == [url]
    assert page.values("onclick") == []
    assert "Original at evil.example" in page.text


def test_a_direction_override_stays_inside_its_own_element():
    title = "abc \u202e def"
    page = answered(answer(replace(ARTICLE, title=title)), "1")
    assert page.count(title) == page.count(f"<bdi>{title}</bdi>") + page.count(f"1: {title},")


def test_control_characters_and_lone_surrogates_can_be_sent():
    page = failure("a\x00b\x1bc\ud800d\x85e")
    assert "abc?de" in page
    page.encode("utf-8")


def test_also_in_names_each_outlet_once():
    copies = tuple(replace(ARTICLE, id=name, source=name) for name in ("Echo", "Echo", "Star"))
    assert "Also in Echo, Star" in Page(answered(answer(also_in=copies), "1")).text


def test_what_is_not_known_is_left_out():
    bare = Article(id="b", title="", text=TEXT)
    page = Page(answered(answer(bare), "1"))
    assert "None" not in page.text
    assert "Untitled article" in page.text


def test_a_refusal_says_so_and_names_the_nearest_coverage():
    other = replace(ARTICLE, id="a2", title="Ferry sails", source="Echo", published=None)
    page = answered(refusal(passage(), passage(rank=2), passage(other, 3)), "1")
    text = Page(page).text
    assert 'class="na-refusal"' in page
    assert "The archive does not say" in text
    assert "Nothing in it names a cause." in text
    listed = page[: page.index("</section>")]
    assert listed.count("<li>") == 2  # an article found twice is named once
    assert Page(listed).text.index("Valve was shut") < Page(listed).text.index("Ferry sails")
    assert "Harbour Post, 30 April 2026" in Page(listed).text
    assert "na-answer" not in page and "<mark>" not in page


def test_the_nearest_coverage_is_named_in_its_order():
    others = [replace(ARTICLE, id=f"a{n}", title=f"Ferry {n}") for n in range(6)]
    passages = [passage(other, rank) for rank, other in enumerate([*others, others[0]], start=1)]
    page = answered(refusal(*passages), "1")
    listed = Page(page[: page.index("</section>")]).text
    places = [listed.index(f"Ferry {n}") for n in range(5)]
    assert places == sorted(places)
    assert "Ferry 5" not in listed


def test_a_refusal_without_coverage_names_none():
    assert "Nearest coverage" not in answered(refusal(), "1")


def test_an_answer_does_not_look_like_a_refusal():
    assert "na-refusal" not in answered(answer(), "1")


def test_a_question_as_typed_needs_no_note():
    assert understood(query("Why?")) == ""


def test_what_was_understood_is_shown():
    note = understood(query("And why?", "Why did it sink?", ("from 2026-01-01",)))
    assert Page(note).text == "Understood as: Why did it sink?from 2026-01-01"


def test_a_reading_has_buttons_where_its_exchange_is_done():
    read = replace(
        query("Why?"),
        inferred=(
            Inference("dates", "published <b>2024</b>"),
            Inference("near", "rather from 2024"),
            Inference("outlets", "not reported by Echo", used=False),
        ),
    )
    page = Page(understood(read, "7", [Inference("spelling", "“a” read as “b”")]))
    assert page.values("data-again") == ["7:dates", "7:near"]
    assert page.values("data-change") == ["7:dates"]
    assert "Asked without: “a” read as “b”" in page.text
    assert "<b>" not in understood(read, "7")
    assert Page(understood(read)).values("data-again") == []


def test_what_was_understood_is_shown_once():
    note = understood(query("And why?", "Why?!", ("read as: Why?!",)))
    assert Page(note).text == "read as: Why?!"


def test_progress_tells_what_is_read():
    step = progress(query(), (passage(), passage(rank=2)))
    assert Page(step).text == "Reading 2 passages from Harbour Post…"


def test_the_overview_counts_and_names():
    page = overview(1234, "2019-01-04", "2021-03-05", ["A", "B", "C", "D", "E"])
    assert Page(page).text == (
        "1,234 articles · 4 January 2019 to 5 March 2021 · A, B, C and 2 other outlets"
    )


def test_the_overview_of_an_empty_archive_is_short():
    assert Page(overview(0, None, None, [])).text == "0 articles"


def test_chips_name_each_limit_and_nothing_otherwise():
    assert chips(Filters()) == ""
    page = Page(chips(Filters("2019-01-01", None, ("Echo",))))
    assert page.text == "From 1 January 2019Echo"


def test_a_long_article_is_shown_around_its_quote():
    text = f"{'a ' * 50_000}The valve was shut.{' b' * 50_000}"
    start = text.index("The valve")
    shown = whole(text, start, start + 19, mark=True)
    assert "<mark>The valve was shut.</mark>" in shown
    assert shown.startswith("… ") and shown.endswith(" …")
    assert LONGEST_SHOWN <= len(shown) < LONGEST_SHOWN + 100
    assert whole("Short & sweet.", 0, 5, mark=False) == "Short &amp; sweet."
    all_of_it = "a " * (LONGEST_SHOWN // 2)
    assert whole(all_of_it, LONGEST_SHOWN - 9, LONGEST_SHOWN - 1, mark=False) == all_of_it

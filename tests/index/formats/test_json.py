"""JSON with articles anywhere in it, JSON Lines, mapped fields."""

import json

import pytest

from index.types import Article, SourcedArticle

BODY = "The ferry Ostrel ran aground off Selm on Monday with 40 passengers."
MEGABYTE = 1 << 20
AGENCY = {"title": "headline", "published": "firstcreated", "text": "body_nitf", "author": "by"}


def write_json(path, value):
    path.write_text(json.dumps(value), "utf-8")
    return path


def test_nested_articles_are_found_and_mapped(tmp_path, read):
    story = {
        "headline": "Ferry <b>aground</b>",
        "firstcreated": "2024-03-04T10:30:00+02:00",
        "body_nitf": f"<block><p>{BODY}</p><p>Second.</p></block>",
        "by": ["Ina Vold", "Per Lund"],
        "language": "en",
    }
    items = [{"item": story}, {"item": {"headline": "No body"}}, {"item": story | {"id": 2}}]
    path = write_json(tmp_path / "a.json", {"meta": {"text": "no"}, "data": {"items": items}})
    first, rejected, third = read(path, map=AGENCY)
    assert first.article.title == "Ferry aground"
    assert first.article.text == f"{BODY}\n\nSecond."
    assert first.article.published == "2024-03-04T08:30:00Z"
    assert first.article.author == "Ina Vold, Per Lund"
    assert rejected.reason == "no field 'body_nitf'; the fields found are 'headline'"
    assert [first.line, rejected.line, third.line] == [1, 2, 3]
    assert third.article.id == "2"


@pytest.mark.parametrize(
    ("value", "mapped", "lines"),
    [
        ([{"text": BODY}, {"text": "b"}], {}, [1, 2]),
        ({"text": BODY, "comments": [{"text": "c"}]}, {}, [1]),
        ([{"comments": [{"text": "c"}], "text": BODY}], {}, [1]),
        ({"articles": [{"text": BODY}], "text_of_query": "x"}, {}, [1]),
        ({"hits": {"hits": [{"_source": {"text": BODY}}]}}, {}, [1]),
        ([{"parts": ["One.", "Two."]}], {"text": "parts"}, [1]),
        ([{"parts": [{"html": "<p>One.</p>"}]}], {"text": "parts.0.html"}, [1]),
        ({"a": [{"text": "no"}], "b": {"c": [{"text": BODY}]}}, {"articles": "b.c"}, [1]),
        ([[{"text": BODY}], [{"text": "b"}]], {}, [1, 2]),
        ([{"text": BODY}, 7, None, {"text": "b"}], {}, [1, 2, 3, 4]),
    ],
)
def test_records_are_found_where_they_stand(tmp_path, read, value, mapped, lines):
    items = read(write_json(tmp_path / "a.json", value), map=mapped)
    assert [item.line for item in items] == lines
    assert items[0].article.text in (BODY, "One.", "One.\n\nTwo.")


@pytest.mark.parametrize("wrap", [lambda r: r, lambda r: [r], lambda r: {"hits": [{"_source": r}]}])
def test_a_text_that_is_longer_than_the_head_is_found(tmp_path, read, articles, wrap):
    record = {"title": "A long read", "text": f"{BODY} " * 20_000}
    (article,) = articles(read(write_json(tmp_path / "a.json", wrap(record))))
    assert article.title == "A long read"
    assert len(article.text) > 1 << 20


def test_a_value_without_end_is_rejected_behind_what_was_read(tmp_path, read, monkeypatch):
    monkeypatch.setattr("index.formats.json.MAX_VALUE_BYTES", 2 << 20)
    parts = [f'{{"text": "{BODY}", "pad": "{"x" * (1 << 20)}"}}'] * 4
    (tmp_path / "a.json").write_text(f'[{", ".join(parts)}, {{"text": "{"x" * (3 << 20)}')
    *found, rejected = read(tmp_path / "a.json")
    assert len(found) == 4
    assert rejected.reason == "a value longer than 2 MB; leave it out"


def test_documents_one_after_the_other_and_json_lines_by_another_name(tmp_path, read, articles):
    one = json.dumps({"text": BODY}, indent=1)
    (tmp_path / "a.json").write_text(f"\ufeff{one}\n{one}", "utf-8")
    (tmp_path / "b").write_text(f'{{"text": "{BODY}"}}\n{{"text": "b"}}\n', "utf-8")
    assert len(articles(read(tmp_path))) == 4


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('[{"text": "a"}, {"text": ', "not JSON behind record 1"),
        ('{"body": "a"}', "no field 'text' in the first article"),
        ("[" * 5000, "nested deeper than 100 levels"),
        ("[]", "no field 'text'"),
        ('["' + "x" * 100, "no field 'text'"),
        ('[{"text": "a"}]' + "}" * 9, "not JSON behind record 1"),
    ],
)
def test_json_that_ends_badly_is_rejected_behind_what_was_read(tmp_path, read, content, reason):
    (tmp_path / "a.json").write_text(content, "utf-8")
    assert read(tmp_path / "a.json")[-1].reason.startswith(reason)


def test_a_record_that_is_too_large_is_rejected_and_the_next_is_read(tmp_path, read):
    value = [{"text": BODY}, {"x": [0] * 200_001, "text": "b"}, {"text": "c"}]
    first, large, last = read(write_json(tmp_path / "a.json", value))
    assert (first.article.text, last.article.text) == (BODY, "c")
    assert large.reason == "too large for one article"


def test_maps_hold_for_json_lines_and_csv_too(tmp_path, read, articles):
    write_json(tmp_path / "a.jsonl", {"head": "Ferry", "body": f"<p>{BODY}</p>"})
    (tmp_path / "b.csv").write_text(f'Head,Body\nFerry,"<p>{BODY}</p>"\n', "utf-8")
    found = articles(read(tmp_path, map={"title": "head", "text": "body"}))
    assert [(a.title, a.text) for a in found] == [("Ferry", BODY)] * 2


@pytest.mark.parametrize("before", ["", "\ufeff", "\n\n"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_is_known_by_the_columns_that_are_mapped(tmp_path, read, mark, before):
    rows = [["Überschrift", "Fließtext"], ["Ferry", BODY]]
    table = before + "\n".join(mark.join(row) for row in rows)
    (tmp_path / "export").write_text(table, "utf-8")
    (item,) = read(tmp_path / "export", map={"title": "überschrift", "text": "Fließtext"})
    assert (item.article.title, item.article.text) == ("Ferry", BODY)


def test_a_line_of_prose_is_no_header(tmp_path, read):
    line = "A title, the text, " + "word " * 40_000
    for name in ("export", "export.txt"):
        (tmp_path / name).write_text(line)
        (item,) = read(tmp_path / name)
        assert item.article.text.startswith("A title, the text")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Mayor&#8217;s &amp; council&rsquo;s", "Mayor’s & council’s"),
        ("Mayor&#x2019;s&nbsp;caf&eacute;", "Mayor’s café"),
        ("Profits &lt; losses", "Profits < losses"),
        ("R&D; Q&A, AT&T, &copy 2024; ?a=1&copy=2", "R&D; Q&A, AT&T, &copy 2024; ?a=1&copy=2"),
        ("&nosuchname; &#8217", "&nosuchname; &#8217"),
        ("<em>Mayor&#8217;s</em> &amp; council", "Mayor’s & council"),
    ],
)
def test_mapped_fields_have_characters_and_no_references(tmp_path, read, given, shown):
    post = {"title": {"rendered": given}, "body": f"Mayor&#8217;s first.\n\n{BODY}"}
    mapped = {"title": "title.rendered", "text": "body"}
    (item,) = read(write_json(tmp_path / "a.json", [post]), map=mapped)
    assert item.article.title == shown
    assert item.article.text == f"Mayor’s first.\n\n{BODY}"  # its paragraphs stay


def test_unmapped_text_keeps_every_character(tmp_path, read):
    (item,) = read(write_json(tmp_path / "a.jsonl", {"text": "<p>5 < 6 &amp; so on"}))
    assert item.article.text == "<p>5 < 6 &amp; so on"


def test_an_empty_file_is_called_empty(tmp_path, read, reasons):
    for content in ("", " \n"):
        (tmp_path / "a.json").write_text(content)
        assert reasons(read(tmp_path)) == ["the file is empty; leave it out"]


def test_json_lines_give_their_fields_and_unknown_ones_are_ignored(tmp_path, read, write_lines):
    record = {
        "id": "wn-1",
        "title": "Bases attacked",
        "text": f"{BODY}\n\nMore followed.",
        "published": "2024-08-06",
        "source": "Rudaw",
        "url": "https://example.org/1",
        "author": None,
        "language": "en",
    }
    (item,) = read(write_lines(tmp_path / "a.jsonl", record | {"section": ["world"]}))
    assert item == SourcedArticle(Article(**record), str(tmp_path / "a.jsonl"), 1)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": ', "not JSON ("),
        ("[]", "not a JSON object"),
        ('{"body": "x"}', "no field 'text'; the fields found are 'body'"),
        ('{"text": 5}', "field 'text' is a number; it has to be a string"),
        ('{"text": null}', "no text: the article has no words"),
        ('{"text": "x", "title": ["y"]}', "field 'title' is a list; it has to be a string"),
        ('{"text": "x", "id": true}', "field 'id' is true or false; it has to be a string"),
        ('{"text": "x", "id": "a\\u0007"}', "field 'id' holds control characters ('a\\x07')"),
        (f'{{"text": "x", "id": "{"a" * 201}"}}', "field 'id' has 201 characters; at most 200"),
        ("[" * 5000, "not JSON ("),
        ('{"text": "\\ud800"' + "[" * 100_000, "not JSON ("),
    ],
)
def test_a_line_that_is_not_an_article_is_rejected_with_its_number(
    tmp_path, read, write, line, reason
):
    rejected, read_on = read(write(tmp_path / "a.ndjson", f'\n{line}\n\n{{"text": "x"}}'))
    assert rejected.line == 2
    assert rejected.reason.startswith(reason)
    assert not rejected.kept
    assert read_on.line == 4


def test_half_a_surrogate_pair_is_removed(tmp_path, read_one):
    assert read_one(tmp_path / "a.jsonl", '{"text": "so\\uD83D it is"}').article.text == "so it is"


def test_a_line_over_the_limit_is_rejected_and_the_next_is_read(tmp_path, read):
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        for _ in range(66):
            file.write(b" " * MEGABYTE)
        file.write(b'\n{"text": "caf\xe9"}\n')
    too_long, not_utf8 = read(path)
    assert (too_long.line, not_utf8.line) == (1, 2)
    assert too_long.reason == "line longer than 64 MB; split it into one article each"
    assert f"offset {66 * MEGABYTE + 1 + 13}" in not_utf8.reason

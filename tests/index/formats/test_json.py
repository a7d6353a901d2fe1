"""Nested JSON, Parquet, field maps."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow
import pytest
from pyarrow import parquet

from index.errors import SettingsError
from index.formats.place import ReadOptions, parse_field_map

BODY = "The ferry Ostrel ran aground off Selm on Monday with 40 passengers."
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


def test_parquet_rows(tmp_path, read):
    moment = datetime(2024, 3, 4, 10, 30, tzinfo=UTC)
    table = {
        "headline": ["A", "B", "C"],
        "body": [{"html": f"<p>{BODY}</p>"}, {"html": None}, None],
        "published": [moment, None, None],
        "tags": [["x"], [], None],
    }
    parquet.write_table(pyarrow.table(table), tmp_path / "a.bin")
    first, *rejected = read(tmp_path / "a.bin", map={"title": "headline", "text": "body.html"})
    assert (first.article.title, first.article.text) == ("A", BODY)
    assert first.article.published == "2024-03-04T10:30:00Z"
    assert [item.line for item in rejected] == [2, 3]
    parquet.write_table(pyarrow.table({"text": [BODY], "published": [date(2024, 3, 4)]}),
                        tmp_path / "a.bin")  # fmt: skip
    assert read(tmp_path / "a.bin")[0].article.published == "2024-03-04"


def test_parquet_ids_that_are_numbers_and_several_authors(tmp_path, read, articles):
    for ids in ([1.0, 2.0], [Decimal(1), Decimal(2)], [1, 2]):
        table = {"id": ids, "text": [BODY, f"{BODY} And"], "author": [["Ina", "Vold"], []]}
        parquet.write_table(pyarrow.table(table), tmp_path / "a.parquet")
        found = articles(read(tmp_path))
        assert [(a.id, a.author) for a in found] == [("1", "Ina, Vold"), ("2", None)]


def test_parquet_without_articles_is_rejected(tmp_path, read, reasons):
    parquet.write_table(pyarrow.table({"body": ["x"]}), tmp_path / "a.parquet")
    assert reasons(read(tmp_path)) == ["no column 'text'; the columns found are body"]
    parquet.write_table(
        pyarrow.table({"text": pyarrow.array([], "string")}), tmp_path / "a.parquet"
    )
    assert reasons(read(tmp_path)) == ["the table has no rows; leave it out"]
    content = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(content[: len(content) // 2])
    assert reasons(read(tmp_path))[0].startswith("not whole Parquet (")


def test_the_map_of_the_command_line():
    assert parse_field_map(["title=headline, text = body.0.html", "id=guid"]) == {
        "title": "headline",
        "text": "body.0.html",
        "id": "guid",
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("title", "'title' is no field=path; write --map title=headline"),
        ("=x", "'=x' is no field=path"),
        ("headline=title", "no field 'headline' to map to; the fields are id, title"),
        ("title=a..b", "title=a..b is no path"),
        ("title=a,title=b", "the field 'title' is mapped twice"),
    ],
)
def test_a_map_that_is_none_is_an_error(given, message):
    with pytest.raises(SettingsError, match=message.replace(".", r"\.")):
        ReadOptions(parse_field_map([given]))


def test_an_unknown_date_order_is_an_error():
    with pytest.raises(SettingsError, match="no date order 'dym'; the orders are dmy, mdy, ymd"):
        ReadOptions(date_order="dym")


def test_an_empty_file_is_called_empty(tmp_path, read, reasons):
    for content in ("", " \n"):
        (tmp_path / "a.json").write_text(content)
        assert reasons(read(tmp_path)) == ["the file is empty; leave it out"]

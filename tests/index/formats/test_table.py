"""CSV, TSV, Parquet."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow
import pytest
from pyarrow import parquet

from index.types import Rejection

BODY = "The ferry Ostrel ran aground off Selm on Monday with 40 passengers."
MEGABYTE = 1 << 20


def test_csv_columns_are_found_in_any_order_and_case(tmp_path, read, write, articles):
    content = f'Source, TEXT ,Id,pages\r\nRudaw,"{BODY}\r\n\r\nHe said ""no"", twice.",7,2\r\n'
    (article,) = articles(read(write(tmp_path / "a.csv", content)))
    assert (article.id, article.source, article.title) == ("7", "Rudaw", BODY)
    assert article.text == f'{BODY}\n\nHe said "no", twice.'
    assert (article.author, article.published) == (None, None)


def test_tsv_is_parted_by_tabs(tmp_path, read_one):
    item = read_one(tmp_path / "a.tsv", "title\ttext\nBases, attacked\tOne, two\n")
    assert (item.article.title, item.article.text) == ("Bases, attacked", "One, two")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_what_parts_the_header_parts_the_rows(tmp_path, read_one, name, mark):
    content = (
        f'\ufeff"id"{mark}"title"{mark}text\r\n7{mark}Bases{mark}"One{mark} two\r\nand ""3"""\r\n'
    )
    article = read_one(tmp_path / name, content).article
    assert (article.id, article.title) == ("7", "Bases")
    assert article.text == " ".join(f'One{mark} two and "3"'.split())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id;title;body\n1;2;3\n", "no column 'text'; the columns found are 'id;title;body'"),
        ("text,Text\na,b\n", "several columns are called 'text'"),
        ('te"xt,"a"b\n', "not CSV in line 1 ("),
        ("text,title\n", "the file has a header and no rows"),
        ("", "the file is empty"),
    ],
)
def test_a_csv_file_without_articles_is_rejected_once(tmp_path, read_one, content, reason):
    assert read_one(tmp_path / "a.csv", content).reason.startswith(reason)


def test_a_row_that_is_not_utf8_is_rejected_and_the_others_are_read(tmp_path, read, write):
    items = read(write(tmp_path / "a.csv", b'id,text\n1,a\n2,"caf\n\xe9"\n3,c\n'))
    assert [item.line for item in items] == [2, 3, 5]  # of the row, which ends on line 4
    assert items[1].last_line == 4
    assert "byte 0xe9 at offset 19" in items[1].reason


def test_rows_are_rejected_with_their_line_and_the_others_are_read(tmp_path, read, write, articles):
    content = (
        'title,text\nA,"one\ntwo"\nB,three, four\n\nC,"Smoking" gun\nD,\nE,five\nF,"never closed\n'
    )
    items = read(write(tmp_path / "a.csv", content))
    assert [item.line for item in items] == [2, 4, 6, 7, 8, 9]
    assert [article.title for article in articles(items)] == ["A", "E"]
    reasons = [item.reason for item in items if isinstance(item, Rejection)]
    assert reasons[0].startswith("3 cells under 2 column names")
    assert reasons[1].startswith("not CSV in line 6 (',' expected after '\"')")
    assert reasons[2].startswith("no text")
    assert reasons[3].startswith("not CSV in line 9 (unexpected end of data)")


def test_cells_larger_than_the_csv_module_takes_by_default_are_read(
    tmp_path, read, write, articles
):
    (article,) = articles(read(write(tmp_path / "a.csv", f"text\n{'word ' * 100_000}\n")))
    assert len(article.text) == 499_999


def test_a_quote_that_is_never_closed_does_not_swallow_a_large_file(
    tmp_path, read, write, articles
):
    row = f'"{"x" * MEGABYTE}'
    rows = [row] + [row[1:]] * 20 + ["last"]
    items = read(write(tmp_path / "a.csv", "text\n" + "\n".join(rows) + "\n"))
    assert items[0].reason.startswith("not CSV in lines 2 to 17 (field larger than field limit")
    assert articles(items)[-1].text == "last"


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

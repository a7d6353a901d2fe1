"""What every format has in common: headline, length, dates, ids."""

import pytest

from index.types import SourcedArticle

BODY = "The Iraqi joint operations command condemned the attack."


def test_an_article_without_title_is_headed_by_its_first_words(
    tmp_path, read, write_lines, articles
):
    long = "word " * 30
    (short, cut, unbroken) = articles(
        read(
            write_lines(
                tmp_path / "a.jsonl",
                {"text": f"{BODY}\n\nMore.", "title": ""},
                {"text": long},
                {"text": "x" * 150, "title": None},
            )
        )
    )
    assert short.title == BODY
    assert short.text == f"{BODY}\n\nMore."
    assert cut.title == ("word " * 20).strip() + "…"
    assert unbroken.title == "x" * 99 + "…"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "Title\n{}"),
        ("a.jsonl", '{{"text": "{}"}}\n'),
        ("a.json", '[{{"title": "Title", "text": "{}"}}]'),
        ("a.csv", "title,text\nTitle,{}\n"),
    ],
)
def test_an_article_longer_than_any_book_is_rejected(
    tmp_path, read_one, monkeypatch, name, content
):
    monkeypatch.setattr("index.formats.record.MAX_ARTICLE_CHARS", 20_000)
    longest = "é" * 20_000
    assert isinstance(read_one(tmp_path / name, content.format(longest[:-6])), SourcedArticle)
    rejected = read_one(tmp_path / name, content.format(longest + "!"))
    assert rejected.reason.endswith(
        "characters, and an article has 20,000 at most; split it into its articles"
    )


@pytest.mark.parametrize(
    ("given", "normalised"),
    [
        ("2024-08-06", "2024-08-06"),
        (" 20240806 ", "2024-08-06"),
        ("2024-08-06T18:30:00Z", "2024-08-06T18:30:00Z"),
        ("2024-08-06T18:30:00.999", "2024-08-06T18:30:00Z"),
        ("2024-08-06 18:30", "2024-08-06T18:30:00Z"),
        ("2024-08-06T01:30:00+03:00", "2024-08-05T22:30:00Z"),
        ("0001-01-01T00:00:00", "0001-01-01T00:00:00Z"),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_normalised_to_a_day_or_to_utc(tmp_path, read, write_lines, given, normalised):
    (item,) = read(write_lines(tmp_path / "a.jsonl", {"text": BODY, "published": given}))
    assert item.article.published == normalised


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("August 2024", "'August 2024'"),
        ("yesterday", "'yesterday'"),
        ("2024-08", "'2024-08'"),
        ("2024-02-30", "'2024-02-30'"),
        ("0001-01-01T00:00:00+14:00", "'0001-01-01T00:00:00+14:00'"),
        (2024, "(a number)"),
        (True, "(true or false)"),
    ],
)
def test_an_unreadable_date_is_reported_and_the_article_is_kept(
    tmp_path, read, write_lines, given, shown
):
    kept, complaint = read(write_lines(tmp_path / "a.jsonl", {"text": BODY, "published": given}))
    assert kept.article.published is None
    assert complaint.kept
    assert complaint.line == 1
    assert complaint.reason == (
        f"unreadable date {shown}; write it as 2024-08-06 or 2024-08-06T18:30:00Z"
    )


def test_ids_are_taken_as_given(tmp_path, read, write_lines, articles):
    path = write_lines(tmp_path / "a.jsonl", {"id": " a ", "text": "x"}, {"id": 17, "text": "x"})
    assert [article.id for article in articles(read(path))] == ["a", "17"]


def test_an_article_without_id_has_the_same_one_in_every_format_and_run(
    tmp_path, read, write, write_lines, articles
):
    write(tmp_path / "a.txt", f"Bases attacked\r\n{BODY}\r\n")
    write(tmp_path / "b.csv", f"title,text\nBases attacked,{BODY}\n")
    write_lines(tmp_path / "c.jsonl", {"id": None, "title": "Bases attacked ", "text": BODY})
    ids = {article.id for article in articles(read(tmp_path))}
    assert ids == {"1e6921c111ebf9ed"}


def test_a_url_makes_the_id_whatever_the_text(tmp_path, read, write_lines, articles):
    url = "https://example.org/1"
    path = write_lines(
        tmp_path / "a.jsonl", {"url": url, "text": "x"}, {"url": url, "text": "y"}, {"text": "x"}
    )
    first, second, other = (article.id for article in articles(read(path)))
    assert first == second != other

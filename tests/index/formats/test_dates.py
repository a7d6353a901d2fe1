"""Dates in any usual form; their precision; what is ambiguous."""

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.formats.dates import AmbiguousDateError, normalise_date


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("6 August 2024", "2024-08-06"),
        ("Aug. 6, 2024", "2024-08-06"),
        ("Tuesday, August 6th, 2024", "2024-08-06"),
        ("6 août 2024", "2024-08-06"),
        ("Dienstag, 6. August 2024, 18:30 Uhr", "2024-08-06T18:30:00Z"),
        ("6 августа 2024", "2024-08-06"),
        ("2024年8月6日", "2024-08-06"),
        ("٦ أغسطس ٢٠٢٤", "2024-08-06"),
        ("Tue, 06 Aug 2024 18:30:00 GMT", "2024-08-06T18:30:00Z"),
        ("Tue, 06 Aug 2024 18:30:00 -0400", "2024-08-06T22:30:00Z"),
        ("Tue, 06 Aug 2024 18:30:00 EST", "2024-08-06T23:30:00Z"),
        ("Tue, 06 Aug 2024 18:30:00 BST", "2024-08-06T17:30:00Z"),
        ("Tue, 06 Aug 2024 18:30:00 CET", "2024-08-06T17:30:00Z"),
        ("Tue, 06 Aug 2024 18:30:00 CEST", "2024-08-06T16:30:00Z"),
        ("Tue, 06 Aug 2024 18:30:00 IST", "2024-08-06T13:00:00Z"),
        ("Tue, 06 Aug 2024 18:30:00 AEST", "2024-08-06T08:30:00Z"),
        ("Tue, 06 Aug 2024 18:30:00 PDT", "2024-08-07T01:30:00Z"),
        ("Tue, 06 Aug 2024 18:30:00 +02:00", "2024-08-06T16:30:00Z"),
        ("Tue, 06 Aug 2024 18:30:00 +0200 (CEST)", "2024-08-06T16:30:00Z"),
        ("Tue, 06 Aug 2024 18:30:00", "2024-08-06T18:30:00Z"),
        ("06 Aug 2024 18:30", "2024-08-06T18:30:00Z"),
        (
            "Tue Aug 06 2024 18:30:00 GMT+0200 (Central European Summer Time)",
            "2024-08-06T16:30:00Z",
        ),
        ("2024-08-06T18:30:00[Europe/Berlin]", "2024-08-06T16:30:00Z"),
        ("2024-08-06T18:30:00+02:00[Europe/Berlin]", "2024-08-06T16:30:00Z"),
        ("2024-01-06 18:30 America/New_York", "2024-01-06T23:30:00Z"),
        ("18890806183000", "1889-08-06T18:30:00Z"),
        ("20240806183000", "2024-08-06T18:30:00Z"),
        ("202408061830", "2024-08-06T18:30:00Z"),
        ("2024080618", "2024-08-06T18:00:00Z"),
        ("2024-08-06+02:00", "2024-08-06"),
        ("2024-08-06-05:00", "2024-08-06"),
        ("2024-08-06 +0200", "2024-08-06"),
        ("2024-08-06Z", "2024-08-06"),
        ("06 Aug 24 18:30 GMT", "2024-08-06T18:30:00Z"),
        ("Tue, 06 Aug 24 18:30:00 GMT", "2024-08-06T18:30:00Z"),
        ("Tue, 6 Aug 24 18:30:00 EST", "2024-08-06T23:30:00Z"),
        ("6 Aug 24 18:30:00 +0200", "2024-08-06T16:30:00Z"),
        ("Sun, 06 Nov 94 08:49 PST", "1994-11-06T16:49:00Z"),
        ("6 August 24 18:30 CEST", "2024-08-06T16:30:00Z"),
        ("6-Aug-24", "2024-08-06"),
        ("Tuesday, 06-Aug-24 18:30:00 GMT", "2024-08-06T18:30:00Z"),
        ("1722969000.5", "2024-08-06T18:30:00Z"),
        ("Aug. 6, 2024 6:30 p.m. ET", "2024-08-06T22:30:00Z"),
        ("Jan. 6, 2024 6:30 p.m. ET", "2024-01-06T23:30:00Z"),
        ("6 August 2024 18.30 BST", "2024-08-06T17:30:00Z"),
        ("2024-08-06T18:30:00 EST", "2024-08-06T23:30:00Z"),
        ("2024-08-06 18:30:00 UTC", "2024-08-06T18:30:00Z"),
        ("20240806T183000Z", "2024-08-06T18:30:00Z"),
        ("20240806T183000-0500", "2024-08-06T23:30:00Z"),
        ("2024/8/6", "2024-08-06"),
        ("2024.08.06 18:30", "2024-08-06T18:30:00Z"),
        ("13/04/2021", "2021-04-13"),
        ("04/13/2021 2:05 PM", "2021-04-13T14:05:00Z"),
        ("03.04.2021", "2021-04-03"),
        ("03/03/2021", "2021-03-03"),
        ("1722960000", "2024-08-06T16:00:00Z"),
        ("1712013000", "2024-04-01T23:10:00Z"),  # no hour of 1712
        ("2024130618", "2034-02-21T10:30:18Z"),  # no hour of any day
        ("1722960000500", "2024-08-06T16:00:00Z"),
    ],
)
def test_usual_forms(given, expected):
    assert normalise_date(given) == expected


@pytest.mark.parametrize(
    ("given", "dmy", "mdy", "ymd"),
    [
        ("03/04/2021", "2021-04-03", "2021-03-04", None),
        ("3-4-2021 10:00", "2021-04-03T10:00:00Z", "2021-03-04T10:00:00Z", None),
        ("03/04/05", "2005-04-03", "2005-03-04", "2003-04-05"),
        ("13/04/2021", "2021-04-13", "2021-04-13", "2021-04-13"),
        ("2021/03/04", "2021-03-04", "2021-03-04", "2021-03-04"),
    ],
)
def test_ambiguous_dates_go_by_the_setting(given, dmy, mdy, ymd):
    assert normalise_date(given, "dmy") == dmy
    assert normalise_date(given, "mdy") == mdy
    if ymd is None:
        with pytest.raises(AmbiguousDateError):
            normalise_date(given, "ymd")
    else:
        assert normalise_date(given, "ymd") == ymd


@pytest.mark.parametrize("given", ["03/04/2021", "3/4/21", "01-02-2003 04:05"])
def test_ambiguous_dates_without_a_setting_are_reported_and_the_article_kept(tmp_path, read, given):
    (tmp_path / "a.csv").write_text(f"text,published\nA ferry.,{given}\n")
    kept, complaint = read(tmp_path / "a.csv")
    assert kept.article.published is None
    assert complaint.reason == f"ambiguous date '{given}'; say --date-order dmy, mdy or ymd"
    assert complaint.kept
    assert len(read(tmp_path / "a.csv", date_order="dmy")) == 1


@pytest.mark.parametrize(
    "given",
    ["yesterday", "2 hours ago", "May", "May 2024", "2024", "2024-08", "2024-02-30", "31/31/2024",
     "noon", "6 Aug 18:30", "6 Aug 24", "2024-02-30+02:00",
     "202413061830", "99 Aug 24 18:30 GMT", "x" * 100, "0", "9" * 30,
     "0001-01-01T00:00:00+14:00", "12345678901234",
     "Tue, 06 Aug 2024 18:30:00 XYZ", "2024-08-06T18:30:00[Nowhere/Land]", "6-Aux-24",
     "0 xx 0 yy 0 xx 0 yy 0 xx 0 yy 0 xx 0 yy 2024"],
)  # fmt: skip
def test_what_is_no_date(given):
    with pytest.raises(ValueError, match=r".") as raised:
        normalise_date(given)
    assert not isinstance(raised.value, AmbiguousDateError)


@settings(deadline=None)  # the first date in words loads the languages
@given(st.text(alphabet="0123456789 /.-:,TZapmGMTJan", max_size=30) | st.text(max_size=30))
def test_any_text_is_a_date_or_a_value_error(text):
    try:
        found = normalise_date(text)
    except ValueError:
        return
    assert normalise_date(found) == found


def test_a_date_reads_the_same_whatever_was_read_before():
    command = "from index.formats.dates import normalise_date as n; print([n(d) for d in {}])"
    french, english = "6 mai 2024 18:30", "6 May 2024 at 18:30"
    for order in ([french, english], [english, french]):
        done = subprocess.run(
            [sys.executable, "-c", command.format(order)],
            capture_output=True, text=True, check=True, env={**os.environ, "TZ": "Asia/Tokyo"},
        )  # fmt: skip
        assert done.stdout.strip() == str(["2024-05-06T18:30:00Z"] * 2)

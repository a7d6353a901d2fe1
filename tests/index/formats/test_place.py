"""What a user says of how to read: field maps, the order of dates."""

import pytest

from index.errors import SettingsError
from index.formats.place import ReadOptions, parse_field_map


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

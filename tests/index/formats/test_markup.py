"""In which encoding a page is read: not always in the one that it names."""

import pytest

from index.formats.markup import decode_page
from index.formats.place import UnreadableError

CAFE = "Le café où l’équipe s’est réunie a été fermé."


def named(label: str, text: str) -> str:
    return f'<html><meta charset="{label}"><p>{text}</p></html>'


@pytest.mark.parametrize("label", ["utf-8", "UTF8", "iso-8859-1", "gb2312"])
def test_one_bad_byte_does_not_spoil_the_page(label):
    content = named(label, f"{CAFE} Zoë BAD.").encode().replace(b"BAD", b"Mayor\x92s")
    assert decode_page(content, None) == named(
        label, f"{CAFE} Zoë Mayor\N{REPLACEMENT CHARACTER}s."
    )
    assert decode_page(content, label) == decode_page(content, None)


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("gb2312", "gbk", "总理朱镕基说"),  # 镕 is not in GB 2312
        ("gb2312", "gb18030", "价格为€20，𠮷野家"),
        ("shift_jis", "cp932", "①ローマ数字のⅢと髙島屋"),
        ("x-sjis", "cp932", "～から㈱まで"),
        ("euc-kr", "cp949", "뷁과 똠방각하"),
        ("big5", "big5hkscs", "喺香港嘅新聞"),
        ("iso-8859-9", "cp1254", "“Şırnak” – 20 €"),
        ("latin1", "cp1252", "“Café” – 20 €"),
        ("windows-1251", "cp1251", "Паром сел на мель"),
    ],
)
def test_a_label_means_what_it_means_on_the_web(label, encoding, text):
    assert decode_page(named(label, text).encode(encoding), None) == named(label, text)
    assert decode_page(text.encode(encoding), label) == text


def test_a_quote_that_was_cut_is_no_two_letters():
    content = named("utf-8", "The mayorQUOTEs boat").encode().replace(b"QUOTE", b"\xe2\x80")
    assert decode_page(content, None) == named("utf-8", "The mayor\N{REPLACEMENT CHARACTER}s boat")


def test_damage_in_an_encoding_of_one_byte_is_marked():
    text = named("windows-1251", "Паром BAD сел на мель")
    content = text.encode("cp1251").replace(b"BAD", b"\x98")  # none of its characters
    assert decode_page(content, None) == text.replace("BAD", "\N{REPLACEMENT CHARACTER}")


def test_utf_8_under_a_wrong_name_is_read():
    for label in ("windows-1251", "koi8-r", "gbk", "euc-kr"):
        text = named(label, "Паром сел на мель у острова")
        assert decode_page(text.encode(), None) == text


def test_damage_in_an_encoding_of_several_bytes_is_marked():
    text = named("gb2312", "总理朱镕基昨日在北京说，" * 20)
    content = text.encode("gbk") + b"<p>\xff</p>"
    assert decode_page(content, None) == f"{text}<p>\N{REPLACEMENT CHARACTER}</p>"


@pytest.mark.parametrize("mark", ['"', "'"])
def test_an_xml_declaration_names_the_encoding_too(mark):
    text = f'<?xml version="1.0" encoding={mark}windows-1251{mark}?><html><p>Паром</p></html>'
    assert decode_page(text.encode("cp1251"), None) == text
    named_twice = text.replace("<p>", '<meta charset="koi8-r"><p>')
    assert decode_page(named_twice.encode("koi8-r"), None) == named_twice  # the element's word


def test_a_western_page_that_is_said_to_be_utf_8_is_read():
    text = named("utf-8", "“The mayor’s café” – 20 €")
    assert decode_page(text.encode("cp1252"), None) == text


@pytest.mark.parametrize("label", ["utf-8", "gb2312", "euc-kr"])
def test_text_in_no_encoding_that_is_named_is_rejected(label):
    content = named(label, "Паром сел на мель у острова Сельм. " * 3).encode("koi8-r")
    if label == "utf-8":
        with pytest.raises(UnreadableError, match="its text is not in utf-8, which it names"):
            decode_page(content, None)
    broken = content + "Ø".encode("cp1252") + b"<p>\xff<p>\xfe<p>\xff"
    with pytest.raises(UnreadableError, match="which it names"):
        decode_page(broken * 2, None)


@pytest.mark.parametrize(
    "label", ["utf-7", "base64", "rot13", "idna", "punycode", "utf-16", "x-unknown", "\0"]
)
def test_labels_that_name_no_encoding_of_the_web_are_passed_over(label):
    assert decode_page(CAFE.encode(), label) == CAFE
    assert decode_page(CAFE.encode("cp1252"), label) == CAFE


def test_a_page_with_a_bad_byte_is_quoted_as_it_stands(tmp_path, read, page):
    content = page(title="Café").encode().replace(b"<h1>Caf", b"<h1>\x92 Caf")
    (tmp_path / "a.html").write_bytes(content)
    (item,) = read(tmp_path / "a.html")
    assert item.article.title == "Café"

"""The latest of a matter comes first, then what led to it."""

from rag.answer import latest


def test_the_newest_report_of_a_matter_comes_first(composing, said):
    lines = said(composing(latest, "What is the latest on the dock strike at Norhaven?"))
    assert [(lead, article) for lead, article, _ in lines] == [
        ("20 May 2026:", "deal"),
        ("11 May 2026:", "talks"),
        ("4 May 2026:", "walkout"),
    ]


def test_the_newest_of_all(composing, said):
    lines = said(composing(latest, "What is the latest news?"))
    assert [article for _, article, _ in lines] == ["blast", "denial", "ambush"]


def test_silence_about_what_no_article_tells(composing):
    assert not composing(latest, "What is the latest on the Zorbian comet?").lines

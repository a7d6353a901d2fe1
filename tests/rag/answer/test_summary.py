"""A summary covers a story without saying a thing twice; a period is summed up by its stories."""

from rag.answer import summary
from rag.types import Filters


def test_a_story_its_newest_state_first(composing, said):
    lines = said(composing(summary, "Summarise the dock strike at Norhaven"))
    assert lines[0][:2] == ("20 May 2026:", "deal")
    articles = [article for _, article, _ in lines]
    assert {"deal", "talks", "walkout"} == set(articles)
    assert articles == sorted(articles, key=["deal", "talks", "walkout"].index)
    assert len({words for _, _, words in lines}) == len(lines) <= 6
    assert not any(words.startswith(("“", "She", "Photo")) for _, _, words in lines)


def test_one_article_needs_no_days(composing, said):
    (lead, article, _), *_ = said(composing(summary, "Sum up the opening of the museum of salt"))
    assert (lead, article) == ("", "museum")


def test_the_stories_of_a_period_most_told_first(composing, said):
    lines = said(
        composing(summary, "What happened in May?", filters=Filters("2026-05-01", "2026-05-31"))
    )
    assert lines[0][:2] == ("4 May 2026, 4 articles:", "walkout")
    june = Filters("2026-06-01", "2026-06-30")
    lines = said(composing(summary, "What happened?", filters=june))
    assert lines[0][0] == "12 June 2026, 2 articles:"
    assert {article for _, article, _ in lines} == {"ambush", "blast", "museum"}


def test_a_period_begins_with_its_first_day(composing, said):
    lines = said(composing(summary, "What happened on 5 May 2026?"))
    assert "walkout" not in [article for _, article, _ in lines]
    lines = said(composing(summary, "What happened on 4 May 2026?"))
    assert "walkout" in [article for _, article, _ in lines]


def test_silence_about_what_no_article_tells(composing):
    assert not composing(summary, "Summarise the Zorbian war").lines

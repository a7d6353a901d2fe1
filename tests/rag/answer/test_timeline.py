"""A timeline has a line for each news of the story, under its day, in order."""

from rag.answer import timeline


def test_a_story_day_by_day(composing, said):
    lines = said(composing(timeline, "How did the dock strike at Norhaven develop?"))
    assert [(lead, article) for lead, article, _ in lines] == [
        ("4 May 2026:", "walkout"),
        ("11 May 2026:", "talks"),
        ("20 May 2026:", "deal"),
    ]
    # Neither the dateline nor the credit of a photograph.
    assert lines[0][2].startswith("Some 900 dockers")
    assert lines[1][2].startswith("Talks to end")


def test_the_newest_first_where_they_are_asked_for(composing, said):
    lines = said(composing(timeline, "Timeline of the dock strike, the latest reports first"))
    assert [article for _, article, _ in lines] == ["deal", "talks", "walkout"]


def test_a_day_is_not_noted_twice(composing):
    first, second, _ = composing(timeline, "Timeline of the dock strike at Norhaven").lines
    assert first.notes == ()  # Monday is the day that stands before it
    assert [note for _, note in second.notes] == ["10 May 2026"]


def test_silence_about_another_strike(composing):
    assert not composing(timeline, "Timeline of the Zorbian miners' strike").lines

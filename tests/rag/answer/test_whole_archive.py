"""Answers that look through the whole archive: counts, lists, what it holds, small talk."""

from dataclasses import replace

import pytest

from index.types import Span
from rag import Archive
from rag.answer import about, count, listing, talk
from rag.answer.support import assemble, verify
from rag.question import understand
from rag.question.asked import Question
from rag.types import Draft, Filters


@pytest.fixture
def told(found, snapshot):
    """Compose, verify and assemble: ``told(count.compose, "How many …?", "count")``."""

    def tell(compose, question, form, **said):
        query, evidence = found(question, form, **said)
        draft = compose(query, evidence, ())
        return assemble(query, verify(draft, snapshot.article), evidence)

    return tell


def lead(sentence):
    first = sentence.ours[0]
    return sentence.text[first.start : first.end]


def test_a_count_is_of_all_articles_and_says_when_and_whose(told):
    answer = told(count.compose, "How many articles are there on the regatta?", "count")
    assert lead(answer.sentences[0]) == (
        "4 articles name “regatta”, of which 1 is a copy: 3 in March 2026, 1 in April 2026; "
        "Harbour Courier 2, Vardena Gazette 1, Radio Sorva 1. The newest:"
    )
    assert answer.short == "4 articles"
    short = answer.sentences[0].short
    assert answer.sentences[0].text[short.start : short.end] == "4 articles"
    assert [c.quote for c in answer.citations] == [
        "Council pays for harbour wall",
        "Marlin wins regatta",
        "Ada Brandt leads the regatta off Selm",
    ]
    assert all(c.of == "title" for c in answer.citations)
    assert [a.id for a in answer.citations[1].also_in] == ["r3"]


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("how often is Brandt mentioned?", "1 article"),
        ("Count the reports from March that mention the regatta", "3 articles"),
        ("how many writeups on the regatta do you have", "4 articles"),
        ("How many articles were published in May?", "2 articles"),
        ("How many articles did the Vardena Gazette publish?", "3 articles"),
        ("How many outlets reported the regatta?", "2 outlets"),
        ("How many outlets mention the regatta?", "3 outlets"),
    ],
)
def test_what_is_counted_is_told_from_the_asking(told, question, short):
    assert told(count.compose, question, "count").short == short


def test_of_what_no_article_names_there_is_no_count(told):
    answer = told(count.compose, "How many articles are there on the Quuxville strike?", "count")
    assert answer.refused
    assert answer.reason.startswith("No article names “Quuxville strike”; searched were the 10")


def test_where_a_limit_leaves_none_the_refusal_says_so(told):
    answer = told(count.compose, "How many reports of April mention the strike?", "count")
    assert answer.reason.startswith(
        "No article that is published from 2026-04-01 to 2026-04-30 names “strike”;"
    )
    answer = told(listing.compose, "All of the articles published on 4 April", "list")
    assert answer.reason.startswith("No article that is published from 2026-04-04 to 2026-04-04 is")


def test_the_rarest_words_of_a_matter_are_never_let_go(told):
    asked = "How many articles mention the Ostrel ferry and the explosion?"
    assert told(count.compose, asked, "count").refused


def test_a_day_that_a_user_set_limits_a_count(told):
    limits = Filters(published_from="2026-03-21")
    answer = told(count.compose, "How many articles on the regatta?", "count", filters=limits)
    assert answer.short == "2 articles"


def test_outlets_are_listed_by_their_first_report(told):
    answer = told(listing.compose, "Which outlets reported the regatta?", "list")
    assert [lead(sentence) for sentence in answer.sentences] == [
        "2 outlets, 3 articles name “regatta”, of which 1 is a copy, 3 to 21 March 2026. "
        "Harbour Courier, 3 March 2026, the first of 2:",
        "Radio Sorva, 21 March 2026:",
    ]
    assert answer.short == "2 outlets"


def test_articles_are_listed_newest_first_a_copy_with_its_original(told):
    answer = told(listing.compose, "List all articles about the regatta", "list")
    assert lead(answer.sentences[0]).endswith("3 outlets, 3 March to 2 April 2026. "
                                              "Vardena Gazette, 2 April 2026:")  # fmt: skip
    assert [c.article.id for c in answer.citations] == ["r4", "r2", "r1"]


def test_a_mention_is_listed_with_its_sentence(told):
    answer = told(listing.compose, "Every time Ada Brandt was mentioned", "list")
    assert [(c.quote, c.of) for c in answer.citations] == [
        ("In the lead is Ada Brandt, as last year.", "text")
    ]


def test_a_long_list_says_how_many_more_there_are(archive_of):
    records = [
        {"id": f"a{n}", "title": f"Wolf seen, day {n}", "text": f"A wolf was seen near farm {n}."}
        for n in range(10, 25)
    ]
    with Archive.open(archive_of(*records)) as archive, archive._held() as held:
        query = understand(Question("List all articles about the wolf"))
        evidence = held.retriever.retrieve(query, 12)
        draft = listing.compose(query, evidence, ())
    assert len(draft.lines) == 12
    assert draft.lines[-1].notes == ((len(draft.lines[-1].quoted), "and 3 more"),)


def test_the_archive_tells_of_itself(told):
    answer = told(about.compose, "What is in here?", "about")
    assert lead(answer.sentences[0]).startswith(
        "10 articles of 3 outlets, published 3 March to 2 May 2026 (Harbour Courier 4, Radio "
    )
    assert answer.citations[0].quote == "United fall behind"
    assert answer.citations[-1].quote == "Ada Brandt leads the regatta off Selm"
    assert answer.short == "10 articles"


@pytest.mark.parametrize(
    ("said", "friendly"),
    [
        ("hi", "Hello!"),
        ("Thanks a lot!", "You are welcome."),
        ("you're useless, thanks", "I am sorry."),
        ("ok, see you later", "Goodbye"),
        ("I love boats", "I can only tell"),
    ],
)
def test_small_talk_is_answered_without_a_citation(told, said, friendly):
    answer = told(talk.compose, said, "talk")
    assert not answer.refused
    assert answer.text.startswith(friendly)
    assert not answer.citations
    (sentence,) = answer.sentences
    assert sentence.ours == (Span(0, len(sentence.text)),)


def test_what_can_be_asked_is_shown_by_a_question_about_an_article(told):
    assert told(talk.compose, "hi", "talk").text.endswith("“What is reported about Ada Brandt?”")


def test_no_other_form_may_leave_out_its_quotes(found, snapshot):
    query, evidence = found("Who won the regatta?", "fact")
    remark = verify(Draft(remark="The Marlin won."), snapshot.article)
    assert assemble(query, remark, evidence).refused


def test_of_an_archive_without_articles_a_remark_says_so(found):
    query, evidence = found("What is in here?", "about")
    draft = about.compose(query, replace(evidence, holdings=None), ())
    assert draft == Draft(remark="The archive is empty: it has no article to answer from.")

"""Drafts held against what is stored, and the answer that is made of what holds."""

import logging

from index.types import Article, Span
from rag.answer.support import NOTHING_HELD, assemble, verify
from rag.types import Draft, Evidence, Line, Passage, Query, Quoted, Value

TEXT = "The bridge opened on Monday.\nIt cost 4 million pounds. The mayor cut the ribbon."
STORED = {"a": Article("a", "Bridge opens", TEXT)}


def passage(text=TEXT, article_id="a"):
    article = Article(article_id, "Bridge opens", text)
    return Passage(article, 0, len(text), text, 0.9, 1, {"words": 1})


def line(words, text=TEXT, article_id="a", **ours):
    start = text.index(words)
    return Line((Quoted(passage(text, article_id), Span(start, start + len(words))),), **ours)


def answer(*lines, **more):
    evidence = Evidence((passage(),), (), None, {})
    return assemble(Query("How much?", "How much?", ("How much?",)), Draft(lines, **more), evidence)


def test_keeps_a_line_that_stands_in_the_article():
    draft = Draft((line("It cost 4 million pounds."),))
    assert verify(draft, STORED.__getitem__) == draft


def test_drops_and_logs_a_line_of_other_words_than_are_stored(caplog):
    good = line("The bridge opened on Monday.")
    bad = line("It cost 5 million pounds.", TEXT.replace("4 million", "5 million"))
    with caplog.at_level(logging.WARNING, "newsarchive"):
        checked = verify(Draft((good, bad)), STORED.__getitem__)
    assert checked.lines == (good,)
    assert "5 million" in caplog.text


def test_drops_a_line_of_an_article_that_is_not_stored():
    draft = Draft((line("It cost 4 million pounds.", article_id="gone"),))
    checked = verify(draft, STORED.__getitem__)
    assert checked.lines == ()
    assert checked.refusal == NOTHING_HELD


def test_drops_a_line_without_a_quote():
    assert verify(Draft((Line(()),)), STORED.__getitem__).refusal == NOTHING_HELD


def test_values_that_are_left_alone_differ_from_nothing():
    held = Value("4 million", line("It cost 4 million pounds."))
    gone = Value("9 million", line("It cost 9 million pounds.", "It cost 9 million pounds.", "b"))
    checked = verify(Draft((held.line,), values=(held, gone)), STORED.__getitem__)
    assert checked.values == ()


def test_a_headline_is_held_against_the_stored_headline():
    quoted = Quoted(passage(), Span(0, 6), "title")
    draft = Draft((Line((quoted,)),))
    assert verify(draft, STORED.__getitem__) == draft
    other = {"a": Article("a", "Ferry sinks", TEXT)}
    assert verify(draft, other.__getitem__).refusal == NOTHING_HELD


def test_a_refusal_stays_as_it_is():
    refusal = Draft(refusal="Nothing that was found mentions it.")
    assert verify(refusal, STORED.__getitem__) is refusal


def test_reads_each_article_once():
    read = []

    def load(article_id):
        read.append(article_id)
        return STORED[article_id]

    draft = Draft((line("It cost 4 million pounds."), line("The mayor cut the ribbon.")))
    verify(draft, load)
    assert read == ["a"]


def test_what_is_ours_is_set_apart_and_the_words_that_answer_are_found():
    words = "The bridge opened on Monday."
    one = line(words, lead="Yes:", notes=((27, "4 March 2024"),), short=Span(18, 27))
    (sentence,) = answer(one, short="on Monday").sentences
    assert sentence.text == "Yes: The bridge opened on Monday [4 March 2024]."
    assert [sentence.text[s.start : s.end] for s in sentence.ours] == ["Yes:", " [4 March 2024]"]
    assert sentence.text[sentence.short.start : sentence.short.end] == "on Monday"


def test_the_same_words_have_one_marker_and_white_space_is_one_space():
    words = line("on Monday.\nIt cost 4 million pounds.")
    both = answer(words, words)
    assert [one.markers for one in both.sentences] == [(1,), (1,)]
    assert both.sentences[0].text == "on Monday. It cost 4 million pounds."
    assert len(both.citations) == 1

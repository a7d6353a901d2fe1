import logging

from index.types import Article, Span
from rag.answer.support import NOTHING_HELD, verify
from rag.types import Draft, Passage

TEXT = "The bridge opened on Monday.\nIt cost 4 million pounds. The mayor cut the ribbon."
STORED = {"a": TEXT}


def passage(text=TEXT, article_id="a"):
    article = Article(article_id, "Bridge opens", text)
    return Passage(article, 0, len(text), text, 0.9, 1, {"words": 1})


def span(text, words):
    start = text.index(words)
    return Span(start, start + len(words))


def picked(words, text=TEXT, article_id="a", shown=None):
    source = passage(text, article_id)
    return (shown or " ".join(words.split())), ((source, span(text, words)),)


def test_keeps_a_sentence_that_stands_in_the_article():
    draft = Draft((picked("It cost 4 million pounds."),))
    assert verify(draft, STORED.__getitem__) == draft


def test_white_space_may_be_folded():
    sentence = picked("on Monday.\nIt cost 4 million pounds.")
    assert sentence[0] == "on Monday. It cost 4 million pounds."
    assert verify(Draft((sentence,)), STORED.__getitem__).picked == (sentence,)


def test_drops_and_logs_a_sentence_with_another_word(caplog):
    good = picked("The bridge opened on Monday.")
    bad = picked("It cost 4 million pounds.", shown="It cost 5 million pounds.")
    with caplog.at_level(logging.WARNING, "newsarchive"):
        checked = verify(Draft((good, bad)), STORED.__getitem__)
    assert checked.picked == (good,)
    assert "5 million" in caplog.text


def test_drops_what_the_store_no_longer_holds():
    changed = TEXT.replace("4 million", "9 million")
    draft = Draft((picked("It cost 4 million pounds."),))
    assert verify(draft, {"a": changed}.__getitem__).refusal == NOTHING_HELD


def test_drops_a_sentence_of_an_article_that_is_not_stored():
    draft = Draft((picked("It cost 4 million pounds.", article_id="gone"),))
    checked = verify(draft, STORED.__getitem__)
    assert checked.picked == ()
    assert checked.refusal == NOTHING_HELD


def test_drops_a_sentence_without_a_source():
    assert verify(Draft((("The bridge opened.", ()),)), STORED.__getitem__).refusal == NOTHING_HELD


def test_a_sentence_may_rest_on_two_spans_only_in_their_words():
    source = passage()
    spans = tuple((source, span(TEXT, words)) for words in ("The bridge opened", "cut the ribbon."))
    joined = ("The bridge opened cut the ribbon.", spans)
    half = ("The bridge opened", spans)
    assert verify(Draft((joined, half)), STORED.__getitem__).picked == (joined,)


def test_a_refusal_stays_as_it_is():
    refusal = Draft(refusal="Nothing that was found mentions it.")
    assert verify(refusal, STORED.__getitem__) is refusal


def test_reads_each_article_once():
    read = []

    def load(article_id):
        read.append(article_id)
        return TEXT

    draft = Draft((picked("It cost 4 million pounds."), picked("The mayor cut the ribbon.")))
    verify(draft, load)
    assert read == ["a"]

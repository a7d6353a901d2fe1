"""What counts as a right answer, and the scores of answers and rankings by hand."""

from math import log2

import pytest

from index.types import Article
from rag.evaluation.scoring import (
    MEASURES,
    RankedArticles,
    ShortScores,
    fold,
    fold_space,
    mean,
    meets,
    percentile,
    rank_articles,
    score_citations,
    score_rankings,
    score_refusals,
    score_short,
    short_words,
    stands_in,
    word_f1,
)
from rag.types import Passage

# Expected words


@pytest.mark.parametrize(
    ("alternative", "text"),
    [
        ("carbon monoxide", "It was Carbon Monoxide."),
        ("Vázquez", "VAZQUEZ resigned"),
        ("Lodz", "in Łódź"),
        ("seven-gill", "a sevengill shark"),
        ("seven gill", "a seven-gill shark"),
        ("MK-Ultra", "the MKUltra files"),
        ("U.S.", "a US ship"),
        ("collision", "two collisions"),
        ("4,200", "about 4200 people"),
        ("4200", "about 4,200 people"),
        ("18-23", "from 18–23 August"),
        ("6.3", "a magnitude of 6.3."),
        ("9 million", "SEK9 million"),
        ("36%", "36 per cent"),
        ("東京", "今日の東京で"),
    ],
)
def test_expected_words_are_found(alternative, text):
    assert stands_in(alternative, text)


@pytest.mark.parametrize(
    ("alternative", "text"),
    [
        ("Ren", "the children"),
        ("63", "in 1963"),
        ("63", "630 people"),
        ("63", "6.63 metres"),
        ("6", "6.63 metres"),
        ("200", "4,200 people"),
        ("18-23", "in 1823"),
        ("1:59:40", "1:59"),
        ("Houthis claimed", "the Houthis, who claimed"),
    ],
)
def test_other_words_are_not(alternative, text):
    assert not stands_in(alternative, text)


def test_folding_keeps_numbers_themselves():
    assert fold("Café—No. 4,200, 6.3% and 1,2") == "cafe no 4200 6.3 and 1 2"
    assert fold("twenty-one 18-23", "") == "twentyone 18 23"


def test_an_answer_meets_every_list_by_any_alternative():
    must = (("twenty", "20 people"), ("Samoa",))
    assert meets("In Samoa 20 people died.", must, ("Fiji",))
    assert meets("In Samoa they died.", must, ()).missing == (("twenty", "20 people"),)
    assert meets("20 people in Samoa, not Fiji.", must, ("Fiji",)).said == ("Fiji",)


# Short answers


def test_short_answers_are_folded_as_squad_does():
    assert short_words("The U.S. “top” envoy, an ex-Senator") == (
        *("us", "top", "envoy", "exsenator"),
    )
    assert short_words("the A, an –") == ()
    assert short_words("5,500") == ("5500",)


def test_a_short_answer_is_held_against_the_best_alternative():
    scores = score_short("About seven people", ("7", "seven people."))
    assert scores is not None
    assert (scores.exact, scores.f1) == (0, pytest.approx(2 * 2 / (3 + 2)))
    assert score_short("Seven people", ("7", "the seven people")) == ShortScores(1, 1)
    assert score_short("", ("7",)) == ShortScores(0, 0)
    assert score_short("seven", ()) is None


def test_words_shared_by_hand():
    assert word_f1("when did they disband".split(), "when did the band disband".split()) == (
        pytest.approx(6 / 9)
    )
    assert word_f1("aab", "a") == pytest.approx(2 / 4)
    assert word_f1(["who"], ["what"]) == 0


# Rankings


def article(name: str) -> Article:
    return Article(id=name, title=name, text=f"Text of {name}.")


def passage(name: str, *copies: str) -> Passage:
    return Passage(article(name), 0, 4, "Text", 0.5, 1, {}, tuple(map(article, copies)))


def test_measures_of_three_questions_computed_by_hand():
    ranked = {
        "first": RankedArticles(("a", "x"), frozenset("a")),
        "second and fourth": RankedArticles(("x", "b", "y", "c"), frozenset("bc")),
        "eleventh": RankedArticles((*(f"x{n}" for n in range(10)), "d"), frozenset("d")),
    }
    scores = score_rankings(ranked)
    # Discounted gain of ranks 2 and 4 over that of ranks 1 and 2.
    ndcg = (1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3))
    assert ndcg == pytest.approx(0.65092, abs=1e-5)
    assert scores["first"] == pytest.approx(dict.fromkeys(MEASURES, 1.0))
    assert scores["second and fourth"] == pytest.approx(
        {"hit@1": 0, "hit@5": 1, "recall@10": 1, "MRR@10": 1 / 2, "nDCG@10": ndcg}
    )
    assert scores["eleventh"] == pytest.approx(dict.fromkeys(MEASURES, 0.0))
    assert mean(score["MRR@10"] for score in scores.values()) == pytest.approx((1 + 1 / 2) / 3)
    assert ranked["eleventh"].gold_rank == 11


def test_nothing_found_scores_zero_and_no_gold_is_left_out():
    ranked = {
        "nothing found": RankedArticles((), frozenset("a")),
        "no gold": RankedArticles(("a",), frozenset()),
    }
    assert score_rankings(ranked) == {"nothing found": dict.fromkeys(MEASURES, 0.0)}
    assert score_rankings({}) == {}


def test_an_article_ranks_by_its_best_passage():
    ranked = rank_articles([passage("a"), passage("b"), passage("a"), passage("c")], ["c"])
    assert ranked.found == ("a", "b", "c")
    assert ranked.gold_rank == 3


def test_a_copy_counts_as_the_gold_article():
    ranked = rank_articles([passage("x"), passage("copy", "gold")], ["gold"])
    assert ranked == RankedArticles(("x", "gold"), frozenset({"gold"}))


def test_a_gold_article_that_was_found_stays_found():
    ranked = rank_articles([passage("g2"), passage("g1", "g2")], ["g1", "g2"])
    assert ranked == RankedArticles(("g2",), frozenset({"g2"}))
    assert ranked.gold_rank == 1


def test_gold_articles_with_one_text_are_one_to_find():
    ranked = rank_articles([passage("a", "b"), passage("c")], ["b", "a", "d"])
    assert ranked == RankedArticles(("b", "c"), frozenset("bd"))


# Refusals and citations


def test_refusal_scores_by_hand():
    refused_rightly, refused_wrongly = [(False, True)] * 2, [(True, True)]
    answered_rightly, answered_wrongly = [(True, False)] * 3, [(False, False)]
    scores = score_refusals(refused_rightly + refused_wrongly + answered_rightly + answered_wrongly)
    assert scores.precision == pytest.approx(2 / 3)
    assert scores.recall == pytest.approx(2 / 3)
    assert scores.f1 == pytest.approx(2 / 3)
    assert scores.false_rate == pytest.approx(1 / 4)


@pytest.mark.parametrize(
    ("outcomes", "precision", "recall", "f1", "false_rate"),
    [
        ([], None, None, None, None),
        ([(True, False)], None, None, None, 0.0),
        ([(True, True)], 0.0, None, 0.0, 1.0),
        ([(False, False)], None, 0.0, 0.0, None),
        ([(False, True)], 1.0, 1.0, 1.0, None),
    ],
)
def test_refusal_scores_divide_by_nothing(outcomes, precision, recall, f1, false_rate):
    scores = score_refusals(outcomes)
    assert (scores.precision, scores.recall) == (precision, recall)
    assert (scores.f1, scores.false_rate) == (f1, false_rate)


def test_citation_scores_count_articles_not_quotes():
    cited = [{"a"}, {"a"}, {"x"}, {"copy", "b"}]
    scores = score_citations(cited, ("a", "b", "c", "d"))
    assert scores.precision == pytest.approx(2 / 3)
    assert scores.recall == pytest.approx(2 / 4)


def test_citation_scores_divide_by_nothing():
    assert score_citations([], ("a",)).precision is None
    assert score_citations([], ("a",)).recall == 0
    assert score_citations([{"a"}], ()).precision is None


def test_white_space_and_invisible_characters_are_folded_as_cleaning_does():
    assert fold_space("a\u00a0 b\n\nc\u200bd\u00ad") == "a b cd"


def test_percentiles_are_values_that_occurred():
    times = [float(n) for n in range(1, 21)]
    assert (percentile(times, 0.5), percentile(times, 0.95)) == (10, 19)
    assert percentile([7.0], 0.95) == 7
    assert percentile([], 0.5) is None

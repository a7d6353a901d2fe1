"""Evaluation: what counts as a right answer, the scores by hand, sets that cannot be used."""

import io
import json
import tempfile
from math import log2

import orjson
import pytest
from rich.console import Console

from index.settings import Settings
from index.types import Article, Span
from rag.evaluation import EvaluationSetError, evaluate, print_report
from rag.evaluation.scoring import (
    MEASURES,
    RankedArticles,
    fold,
    fold_space,
    mean,
    meets,
    percentile,
    rank_articles,
    score_citations,
    score_rankings,
    score_refusals,
    stands_in,
)
from rag.evaluation.sets import Question, read_set
from rag.types import Draft, Passage

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


# Sets


ARTICLES = [
    {"id": "harbour", "title": "Harbour", "text": "The harbour at Port Vell closed. Ships wait.",
     "published": "2024-05-01", "source": "Gazette"},
    {"id": "whale", "title": "Whale", "text": "A stranded whale swam free. Volunteers cheered."},
    {"id": "mayor", "title": "Mayor", "text": "Mayor Ada Lund resigned. Her deputy takes over."},
]  # fmt: skip
QUESTIONS = [
    {"id": "q1", "question": "Which harbour closed?", "kind": "fact", "answerable": True,
     "must": [["Port Vell"]], "gold": ["harbour"]},
    {"id": "q2", "question": "What swam free, a stranded whale?", "kind": "fact",
     "must": [["dolphin"]], "must_not": ["stranded whale"], "gold": ["whale"]},
    {"id": "q3", "question": "Which mayor resigned?", "gold": ["mayor"]},
    {"id": "q4", "question": "Who bought the unicorn?", "kind": "unanswerable"},
    {"id": "q5", "question": "Which unicorn mayor resigned?", "kind": "fact", "must": [["Lund"]],
     "gold": ["mayor"]},
    {"id": "q6", "question": "Did the deputy mayor resign too?", "kind": "false_premise",
     "answerable": False, "gold": ["mayor"]},
    {"id": "q7", "question": "Did it go boom?", "kind": "fact", "must": [["boom"]],
     "gold": ["whale"]},
]  # fmt: skip


def lines(records) -> bytes:
    return b"".join(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in records)


@pytest.fixture
def set_dir(tmp_path):
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "articles.jsonl").write_bytes(lines(ARTICLES))
    (folder / "questions.jsonl").write_bytes(lines(QUESTIONS))
    return folder


def test_optional_fields_may_be_missing_or_null(set_dir):
    (set_dir / "questions.jsonl").write_bytes(
        b'{"id": "a", "question": "Who?"}\n\n'
        b'{"id": "b", "question": "Who?", "kind": null, "history": null, "must": null}\n'
    )
    first, second = read_set(set_dir).questions
    assert first == Question("a", "Who?")
    assert (second.kind, second.answerable, second.must, second.history) == ("other", True, (), ())


def test_halves_part_a_set_for_good(set_dir):
    # By the last hexadecimal digit that sha256sum prints for the id.
    digits = dict(zip(("q1", "q2", "q3", "q4", "q5", "q6", "q7"), "b11ab0f", strict=True))
    tiny = read_set(set_dir)
    for half, rest in (("even", 0), ("odd", 1)):
        chosen = [question.id for question in tiny.select(half, None)]
        assert chosen == [name for name, digit in digits.items() if int(digit, 16) % 2 == rest]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"id": "a"', r"questions\.jsonl, line 8: not JSON .*write one \{…\} on each line"),
        (b'["a"]', r"line 8: \[\"a\"\] is not a JSON object"),
        (b'{"id": "a"}', "line 8: question is missing or empty"),
        (b'{"id": 5, "question": "Who?"}', "line 8: id is 5; write a string"),
        (b'{"id": "q1", "question": "Who?"}', "line 8: the id 'q1' stands twice"),
        (b'{"id": "a", "question": "Who?", "must": ["x"]}', 'must holds "x"; write a list'),
        (b'{"id": "a", "question": "Who?", "must": [[]]}', "must holds a list without a letter"),
        (b'{"id": "a", "question": "Who?", "must": [["."]]}', "must holds a list without a letter"),
        (b'{"id": "a", "question": "Who?", "gold": ["x"]}', "gold names 'x', which articles.jsonl"),
        (b'{"id": "a", "question": "Who?", "asked": "May"}', "asked is 'May'; write a date"),
        (b'{"id": "a", "question": "Who?", "history": [{}]}', "history holds {}; write"),
        (b'{"id": "a", "question": "Who?", "answerable": 1}', "answerable is 1; write true or"),
        (
            b'{"id": "a", "question": "Who?", "kind": "unanswerable", "answerable": true}',
            "kind is 'unanswerable' and answerable is true",
        ),
    ],
)
def test_a_bad_line_is_named_with_what_mends_it(set_dir, line, message):
    with (set_dir / "questions.jsonl").open("ab") as file:
        file.write(line)
    with pytest.raises(EvaluationSetError, match=message):
        read_set(set_dir)


def test_a_folder_that_is_no_set_says_what_a_set_is(tmp_path):
    with pytest.raises(EvaluationSetError, match=r"articles\.jsonl cannot be read .*a set is"):
        evaluate(tmp_path)


def test_an_empty_file_is_refused(set_dir):
    (set_dir / "questions.jsonl").write_bytes(b"\n")
    with pytest.raises(EvaluationSetError, match=r"questions\.jsonl is empty"):
        read_set(set_dir)


@pytest.mark.parametrize(("half", "limit"), [("third", None), (None, 0)])
def test_impossible_selections_are_refused(set_dir, half, limit):
    with pytest.raises(EvaluationSetError, match="half is 'third'|limit is 0"):
        read_set(set_dir).select(half, limit)


# A whole evaluation


class FirstSentence:
    """Answers with the best passage's first sentence; refuses unicorns."""

    def draft(self, query, evidence):
        if "boom" in query.question:
            raise ValueError("went boom")
        if "unicorn" in query.question:
            return Draft(refusal="No article tells.")
        sentence = next(s for s in evidence.sentences if s.passage is evidence.passages[0])
        span = Span(sentence.start, sentence.end)
        return Draft(((sentence.text, ((sentence.passage, span),)),))


HASHED = Settings(embedder="hashed-words")


@pytest.fixture
def report(set_dir):
    return evaluate(set_dir, settings=HASHED, answerer=FirstSentence())


def test_figures_of_a_whole_evaluation_by_hand(report):
    overall = report.overall
    assert (overall.questions, overall.answerable, overall.judged) == (7, 5, 4)
    assert overall.errors == 1
    assert overall.accuracy == pytest.approx(1 / 4)  # q1; q2 and q5 and q7 failed, q3 is not judged
    assert overall.refusal.precision == pytest.approx(1 / 2)  # q4, and wrongly q5
    assert overall.refusal.recall == pytest.approx(1 / 2)  # q4 of q4 and q6
    assert overall.refusal.false_rate == pytest.approx(1 / 5)
    assert (overall.citation_precision, overall.citation_recall) == (1, 1)  # q1, q2, q3
    assert (overall.quotes, overall.verbatim) == (4, 1)  # and q6
    assert overall.words == pytest.approx((6 + 5 + 4 + 4) / 4)
    assert overall.ms_median is not None and overall.ms_median > 0
    assert (report.articles, report.missing_gold) == (3, 0)


def test_retrieval_is_scored_for_every_ranking(report):
    # Of the five answerable questions only q7 shares no word with its article.
    assert report.retrieval("words")["hit@1"] == pytest.approx(4 / 5)
    for ranking in ("fused", "vectors", "standalone"):
        assert report.retrieval(ranking)["recall@10"] >= 4 / 5
    assert report.retrieval("fused", kind="unanswerable")["hit@1"] is None


def test_the_packaged_embedder_is_evaluated_the_same_way(set_dir):
    report = evaluate(set_dir, answerer=FirstSentence(), limit=3)
    assert report.embedder == "all-MiniLM-L6-v2"
    assert report.retrieval("vectors")["hit@1"] == 1
    assert report.overall.citation_precision == 1


def test_failures_say_why(report):
    why = {result.question.id: result.faults for result in report.failures}
    assert why == {
        "q2": ("missing: ['dolphin']", "said: 'stranded whale'"),
        "q5": (report.results[4].faults[0],),
        "q6": ("answered an unanswerable one",),
        "q7": ("raised ValueError: went boom",),
    }
    assert why["q5"][0].startswith("refused: No article tells.")


def test_the_report_prints_and_is_json(report):
    out = io.StringIO()
    print_report(report, Console(file=out, width=120), failures=2)
    text = out.getvalue()
    assert "7 questions, 5 answerable" in text
    assert "1 questions raised an error" in text
    assert "Failed: 4 questions, 2 shown" in text
    assert "q2" in text and "q6" not in text
    as_json = orjson.loads(orjson.dumps(report.as_json()))
    assert as_json["overall"]["accuracy"] == 0.25
    assert [entry["id"] for entry in as_json["questions"]] == [q["id"] for q in QUESTIONS]


def test_a_set_without_unanswerable_questions_has_no_refusal_recall(set_dir):
    report = evaluate(set_dir, settings=HASHED, answerer=FirstSentence(), limit=3)
    assert report.overall.refusal.recall is None
    assert report.overall.refusal.false_rate == 0
    print_report(report, Console(file=io.StringIO()))


def test_a_gold_article_that_no_passage_shows_is_named_with_its_rank(set_dir):
    (set_dir / "questions.jsonl").write_bytes(
        lines([{"id": "q", "question": "Zzz?", "must": [["Vell"]], "gold": ["harbour"]}])
    )
    (set_dir / "articles.jsonl").write_bytes(
        lines(
            [*ARTICLES, *({"id": f"z{n}", "title": "Zzz", "text": f"Zzz {n}."} for n in range(20))]
        )
    )
    report = evaluate(set_dir, settings=HASHED, answerer=FirstSentence())
    rank = report.results[0].rankings["fused"].gold_rank
    assert rank is not None and rank > 12
    assert report.results[0].faults == (f"not retrieved (gold at rank {rank})", "missing: ['Vell']")


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interrupted_evaluation_leaves_nothing_behind(
    set_dir, tmp_path, monkeypatch, interruption
):
    class Interrupted:
        def draft(self, query, evidence):
            raise interruption

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with pytest.raises(interruption):
        evaluate(set_dir, settings=HASHED, answerer=Interrupted())
    assert list(scratch.iterdir()) == []


def test_an_archive_of_other_articles_is_refused(set_dir, tmp_path):
    from index.build import build_archive

    other = tmp_path / "other.jsonl"
    other.write_bytes(lines([{"id": "other", "title": "Other", "text": "Something else."}]))
    build_archive(tmp_path / "archive", [other], settings=HASHED)
    with pytest.raises(EvaluationSetError, match="holds none of the set's 3 gold articles"):
        evaluate(set_dir, archive_dir=tmp_path / "archive")


def test_a_quote_that_the_source_does_not_hold_is_a_defect(set_dir, tmp_path):
    from index.build import build_archive

    build_archive(tmp_path / "archive", [set_dir], settings=HASHED)
    changed = {**ARTICLES[0], "text": "The harbour at Port Vell is open. Ships wait."}
    (set_dir / "articles.jsonl").write_bytes(lines([changed, *ARTICLES[1:]]))
    report = evaluate(set_dir, archive_dir=tmp_path / "archive", answerer=FirstSentence())
    assert report.overall.verbatim == pytest.approx(3 / 4)
    assert report.results[0].faults == (
        "quote not in the article: 'The harbour at Port Vell closed.'",
    )


def test_questions_alone_are_enough_for_an_archive_that_is_there(set_dir, tmp_path):
    from index.build import build_archive

    build_archive(tmp_path / "archive", [set_dir], settings=HASHED)
    (set_dir / "articles.jsonl").unlink()
    report = evaluate(set_dir, archive_dir=tmp_path / "archive", answerer=FirstSentence())
    assert report.overall.accuracy == 0.25


def test_a_kind_may_be_any_word(set_dir):
    path = set_dir / "questions.jsonl"
    question = {"id": "odd", "question": "Who sang?", "kind": "[/x]", "must": [["nobody at all"]]}
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(question).encode())
    out = io.StringIO()
    print_report(evaluate(set_dir, settings=HASHED), Console(file=out, width=120))
    assert "[/x]: Who sang?" in out.getvalue()

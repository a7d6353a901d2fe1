"""A whole evaluation: its figures by hand, what it prints, what it refuses, sets taken together."""

import io
import json
import re
import tempfile
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from index.build import build_archive
from index.settings import Settings
from index.types import Span
from rag.evaluation import EvaluationSetError, evaluate, print_report
from rag.evaluation.report import print_reports
from rag.evaluation.results import TOGETHER, together
from rag.types import Draft, Line, Quoted, Value


class FirstSentence:
    """Answers with the best passage's first sentence; refuses unicorns."""

    def draft(self, query, evidence):
        if "boom" in query.question:
            raise ValueError("went boom")
        if "unicorn" in query.question:
            return Draft(refusal="No article tells.")
        sentence = next(s for s in evidence.sentences if s.passage is evidence.passages[0])
        return Draft((line(sentence),))


def line(sentence, short=None):
    return Line((Quoted(sentence.passage, Span(sentence.start, sentence.end)),), short=short)


@pytest.fixture
def report(set_dir, hashed_settings):
    return evaluate(set_dir, settings=hashed_settings, answerer=FirstSentence())


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


def test_the_report_prints_and_is_json(report, questions):
    out = io.StringIO()
    print_report(report, Console(file=out, width=120), failures=2)
    text = out.getvalue()
    assert "7 questions, 5 answerable" in text
    assert "1 questions raised an error" in text
    assert "Failed: 4 questions, 2 shown" in text
    assert "q2" in text and "q6" not in text
    as_json = orjson.loads(orjson.dumps(report.as_json()))
    assert as_json["overall"]["accuracy"] == 0.25
    assert [entry["id"] for entry in as_json["questions"]] == [q["id"] for q in questions]


def test_a_set_without_unanswerable_questions_has_no_refusal_recall(set_dir, hashed_settings):
    report = evaluate(set_dir, settings=hashed_settings, answerer=FirstSentence(), limit=3)
    assert report.overall.refusal.recall is None
    assert report.overall.refusal.false_rate == 0
    print_report(report, Console(file=io.StringIO()))


def test_a_gold_article_that_no_passage_shows_is_named_with_its_rank(
    set_dir, hashed_settings, write_lines, articles
):
    question = {"id": "q", "question": "Zzz?", "must": [["Vell"]], "gold": ["harbour"]}
    write_lines(set_dir / "questions.jsonl", question)
    others = [{"id": f"z{n}", "title": "Zzz", "text": f"Zzz {n}."} for n in range(20)]
    write_lines(set_dir / "articles.jsonl", *articles, *others)
    report = evaluate(set_dir, settings=hashed_settings, answerer=FirstSentence())
    rank = report.results[0].rankings["fused"].gold_rank
    assert rank is not None and rank > 12
    assert report.results[0].faults == (f"not retrieved (gold at rank {rank})", "missing: ['Vell']")


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interrupted_evaluation_leaves_nothing_behind(
    set_dir, tmp_path, monkeypatch, interruption, hashed_settings
):
    class Interrupted:
        def draft(self, query, evidence):
            raise interruption

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with pytest.raises(interruption):
        evaluate(set_dir, settings=hashed_settings, answerer=Interrupted())
    assert list(scratch.iterdir()) == []


def test_an_archive_of_other_articles_is_refused(set_dir, tmp_path, hashed_settings, write_lines):
    article = {"id": "other", "title": "Other", "text": "Something else."}
    other = write_lines(tmp_path / "other.jsonl", article)
    build_archive(tmp_path / "archive", [other], settings=hashed_settings)
    with pytest.raises(EvaluationSetError, match="holds none of the set's 3 gold articles"):
        evaluate(set_dir, archive_dir=tmp_path / "archive")


def test_a_quote_that_the_source_does_not_hold_is_a_defect(
    set_dir, tmp_path, hashed_settings, write_lines, articles
):
    build_archive(tmp_path / "archive", [set_dir], settings=hashed_settings)
    changed = {**articles[0], "text": "The harbour at Port Vell is open. Ships wait."}
    write_lines(set_dir / "articles.jsonl", changed, *articles[1:])
    report = evaluate(set_dir, archive_dir=tmp_path / "archive", answerer=FirstSentence())
    assert report.overall.verbatim == pytest.approx(3 / 4)
    assert report.results[0].faults == (
        "quote not in the article: 'The harbour at Port Vell closed.'",
    )


def test_questions_alone_are_enough_for_an_archive_that_is_there(
    set_dir, tmp_path, hashed_settings
):
    build_archive(tmp_path / "archive", [set_dir], settings=hashed_settings)
    (set_dir / "articles.jsonl").unlink()
    report = evaluate(set_dir, archive_dir=tmp_path / "archive", answerer=FirstSentence())
    assert report.overall.accuracy == 0.25


def test_a_kind_may_be_any_word(set_dir, hashed_settings):
    path = set_dir / "questions.jsonl"
    question = {"id": "odd", "question": "Who sang?", "kind": "[/x]", "must": [["nobody at all"]]}
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(question).encode())
    out = io.StringIO()
    print_report(evaluate(set_dir, settings=hashed_settings), Console(file=out, width=120))
    assert "[/x]: Who sang?" in out.getvalue()


# First sentences, short answers, conflicts, forms

SHIPS = [
    {"id": "a", "title": "Ships", "text": "Seven ships wait. The harbour closed."},
    {"id": "b", "title": "Ships", "text": "Nine ships wait. The harbour closed again."},
]
WAITING = [
    {"id": "q1", "question": "How many ships wait?", "must": [["seven"]], "must_not": ["closed"],
     "short": ["7", "the seven ships"], "form": "fact", "conflict": [["7", "seven"], ["nine"]],
     "gold": ["a"]},
    {"id": "q2", "question": "Did the harbour close?", "must": [["closed"]], "short": ["seven!"],
     "form": "timeline", "kind": "when", "gold": ["a"]},
    {"id": "q3", "question": "Which unicorn ships wait?", "must": [["tells"]], "short": ["ten"]},
    {"id": "q4", "question": "Which ships go boom?", "must": [["boom"]], "short": ["ten"],
     "form": "fact", "conflict": [["ten"]]},
    {"id": "q5", "question": "Who sold the unicorn?", "kind": "unanswerable", "short": ["ten"]},
]  # fmt: skip


class Differing(FirstSentence):
    """Answers with both sentences of article a, and says that b has another number."""

    def draft(self, query, evidence):
        draft = super().draft(query, evidence)
        if draft.refusal:
            return draft
        seven, closed, nine, _ = sorted(
            evidence.sentences, key=lambda one: (one.passage.article.id, one.start)
        )
        values = (Value("Seven", line(seven)), Value("Nine", line(nine)))
        return Draft((line(seven, Span(0, 5)), line(closed)), "Seven", values)


@pytest.fixture
def ships(tmp_path, write_lines, hashed_settings):
    write_lines(tmp_path / "ships" / "articles.jsonl", *SHIPS)
    folder = write_lines(tmp_path / "ships" / "questions.jsonl", *WAITING).parent
    return evaluate(folder, settings=hashed_settings, answerer=Differing())


def test_first_sentences_short_answers_conflicts_and_forms_by_hand(ships):
    overall = ships.overall
    assert (overall.judged, overall.accuracy) == (4, 1 / 4)  # q2; q1 says "closed" later on
    assert overall.direct == 1 / 4  # q1; q2 has "closed" in its second sentence alone
    assert overall.with_short == 4  # q5 is unanswerable
    assert overall.short_exact == 1 / 4  # q2
    assert overall.short_f1 == pytest.approx((2 / 3 + 1) / 4)
    assert (overall.conflicts, overall.conflict_recall) == (3, pytest.approx(2 / 3))
    assert (overall.with_form, overall.form_understood) == (3, pytest.approx(1 / 3))


def test_figures_by_form_are_of_the_questions_with_one(ships):
    assert list(ships.by_form) == ["fact", "timeline"]
    assert ships.by_form["fact"].questions == 2
    assert ships.by_form["fact"].direct == 1 / 2
    assert ships.by_form["timeline"].form_understood == 0
    assert ships.by_kind["when"].short_exact == 1
    as_json = orjson.loads(orjson.dumps(ships.as_json()))
    assert as_json["by_form"]["fact"]["conflict_recall"] == pytest.approx(2 / 3)
    first, second = as_json["questions"][:2]
    assert (first["right"], first["direct"], first["form_understood"]) == (False, True, True)
    assert (first["short"], first["conflicts"], first["conflicts_met"]) == (
        *("Seven", ["Seven", "Nine"], 2),
    )
    assert (second["direct"], second["short_exact"], second["form"]) == (False, 1, "fact")


def test_the_tables_fit_100_columns(ships):
    out = io.StringIO()
    print_report(ships, Console(file=out, width=100))
    text = out.getvalue()
    assert "…" not in text  # no heading and no figure is cut
    assert re.search(r"│ direct: right by the first sentence alone +│ +0\.250 │", text)
    assert re.search(r"│ conflict recall, of 3 values +│ +0\.667 │", text)
    by_form = text[text.index("Answers by form") :]
    assert re.search(r"│ fact +│ 2 │ +0\.000 │ +0\.500 │ +0\.000 │ 0\.333 │ +0\.667 │", by_form)


def test_a_set_that_names_no_form_has_no_table_of_forms(report):
    out = io.StringIO()
    print_report(report, Console(file=out, width=100))
    assert "Answers by form" not in out.getvalue()


def test_a_headline_is_quoted_word_for_word_too(set_dir, hashed_settings):
    class Headline:
        def draft(self, query, evidence):
            passage = evidence.passages[0]
            quoted = Quoted(passage, Span(0, len(passage.article.title)), "title")
            return Draft((Line((quoted,)),))

    report = evaluate(set_dir, settings=hashed_settings, answerer=Headline(), limit=3)
    assert (report.overall.quotes, report.overall.verbatim) == (3, 1)


# Several sets


def test_all_sets_together_weigh_each_question_alike(sets: Path, hashed_settings: Settings) -> None:
    reports = [evaluate(sets / name, settings=hashed_settings) for name in ("harbour", "zoo")]
    pooled = together(reports)
    assert (pooled.set_name, pooled.overall.questions, pooled.articles) == (TOGETHER, 5, 4)
    assert len({result.question.id for result in pooled.results}) == 5
    for ranking in ("fused", "words", "vectors"):
        one, other = (report.retrieval(ranking)["nDCG@10"] or 0.0 for report in reports)
        assert pooled.retrieval(ranking)["nDCG@10"] == pytest.approx((one + other) / 2)
    assert set(pooled.by_kind) == {"other", "number", "headline", "unanswerable"}
    out = io.StringIO()
    print_reports(reports, Console(file=out, width=140))
    assert out.getvalue().count("Retrieval (articles), 2 questions") == 2
    assert "Retrieval (articles), 4 questions" in out.getvalue()
    assert "no row differs from fused by more than chance" in out.getvalue()


def test_rankings_are_tested_against_fused(sets: Path, hashed_settings: Settings) -> None:
    report = evaluate(sets / "zoo", settings=hashed_settings)
    tests = report.tests()
    assert {ranking for ranking, _ in tests} == {"words", "vectors", "standalone"}
    assert all(test.difference.questions == 2 for test in tests.values())
    as_json = orjson.loads(orjson.dumps(report.as_json()))
    assert as_json["retrieval_questions"] == 2
    assert as_json["against_fused"]["words"]["hit@1"]["p_corrected"] == 1

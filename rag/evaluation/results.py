"""What an evaluation found: a result for each question, and the figures over many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from rag.evaluation.scoring import (
    MEASURES,
    CitationScores,
    RankedArticles,
    RefusalScores,
    ShortScores,
    Verdict,
    mean,
    percentile,
    ratio,
    score_refusals,
)
from rag.evaluation.sets import Question
from rag.evaluation.significance import Comparison, Scores, against, tests_json

# "standalone" is the fused ranking with each follow-up given as a person wrote it out, so the
# difference to "fused" is what understanding follow-ups costs.
STANDALONE = "standalone"
RANKINGS = ("fused", "words", "vectors", STANDALONE)
TOGETHER = "all sets together"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """What came of asking: the answer's words without markers and sources, and their checks.

    ``verdict`` is on the whole answer, ``first`` on its first sentence alone. ``short_scores`` is
    None where the set has no short answer. ``conflicts`` are the values that were shown to differ,
    ``conflicts_met`` how many of the set's are among them. ``broken_quotes`` are those of
    ``quotes`` that do not stand in the article word for word. ``read_gold`` tells whether a gold
    article was among the passages that were read.
    """

    text: str
    form: str
    refused: bool
    verdict: Verdict
    first: Verdict
    short: str
    short_scores: ShortScores | None
    conflicts: tuple[str, ...]
    conflicts_met: int
    citations: CitationScores
    quotes: int
    broken_quotes: tuple[str, ...]
    read_gold: bool
    ms: float


@dataclass(frozen=True, slots=True)
class Result:
    """A question with its rankings (by the names in ``RANKINGS``) and its answer.

    ``answer`` is None and ``rankings`` may lack entries where ``error`` says what was raised.
    """

    question: Question
    rankings: Mapping[str, RankedArticles]
    answer: AskedQuestion | None
    error: str = ""

    @property
    def refused(self) -> bool:
        """Whether the reply was a refusal."""
        return self.answer is not None and self.answer.refused

    @property
    def right(self) -> bool | None:
        """Whether the reply was right; None where nothing tells (an answer without ``must``)."""
        if self.answer is None:
            return False
        if not self.question.answerable:
            return self.refused
        if not self.question.judged:
            return None
        return not self.refused and bool(self.answer.verdict)

    @property
    def direct(self) -> bool | None:
        """Whether the first sentence alone is right; None where no answer is to be judged."""
        if not self.question.answerable or not self.question.judged:
            return None
        return self.answer is not None and not self.refused and bool(self.answer.first)

    @property
    def short_scores(self) -> ShortScores | None:
        """Scores of the short answer; 0 for none, None where the set has none to hold it to."""
        if not self.question.answerable or not self.question.short:
            return None
        return self.answer.short_scores if self.answer else ShortScores(0.0, 0.0)

    @property
    def understood(self) -> bool | None:
        """Whether the question's form was understood as the set says; None where it says none."""
        if self.question.form is None:
            return None
        return self.answer is not None and self.answer.form == self.question.form

    @property
    def faults(self) -> tuple[str, ...]:
        """What went wrong, in words; empty where nothing did."""
        if self.answer is None:
            return (f"raised {self.error}",)
        broken = tuple(f"quote not in the article: {q!r}" for q in self.answer.broken_quotes)
        if not self.question.answerable:
            return broken if self.refused else ("answered an unanswerable one", *broken)
        unread: tuple[str, ...] = ()
        if self.question.gold and not self.answer.read_gold:
            ranked = self.rankings.get("fused")
            rank = ranked.gold_rank if ranked else None
            unread = (f"not retrieved (gold {f'at rank {rank}' if rank else 'not found'})",)
        if self.refused:
            return (f"refused: {self.answer.text}", *unread)
        if self.right is not False:
            return broken
        missing = (f"missing: {list(inner)}" for inner in self.answer.verdict.missing)
        said = (f"said: {phrase!r}" for phrase in self.answer.verdict.said)
        return (*unread, *missing, *said, *broken)

    def as_json(self) -> dict[str, object]:
        """Give the result as what JSON can hold."""
        answer = self.answer
        return {
            "id": self.question.id,
            "kind": self.question.kind,
            "question": self.question.question,
            "answerable": self.question.answerable,
            "gold_rank": {name: ranked.gold_rank for name, ranked in self.rankings.items()},
            "refused": self.refused,
            "right": self.right,
            "faults": list(self.faults),
            "answer": answer.text if answer else None,
            "direct": self.direct,
            "form": answer.form if answer else None,
            "form_understood": self.understood,
            "short": answer.short if answer else None,
            "short_exact": self.short_scores and self.short_scores.exact,
            "short_f1": self.short_scores and self.short_scores.f1,
            "conflicts": list(answer.conflicts) if answer else [],
            "conflicts_met": answer.conflicts_met if answer else 0,
            "citations": asdict(answer.citations) if answer else None,
            "ms": answer.ms if answer else None,
        }


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of some questions; None where there was nothing to divide by.

    ``accuracy`` and ``direct`` are over the ``judged`` answerable questions, ``short_exact`` and
    ``short_f1`` over those ``with_short``, ``conflict_recall`` over all values of ``conflicts``
    and ``form_understood`` over the questions ``with_form``. ``verbatim`` is the share of
    ``quotes`` that stand word for word in their article. Times are of ``ask``, in ms.
    """

    questions: int
    answerable: int
    judged: int
    errors: int
    accuracy: float | None
    direct: float | None
    with_short: int
    short_exact: float | None
    short_f1: float | None
    conflicts: int
    conflict_recall: float | None
    with_form: int
    form_understood: float | None
    refusal: RefusalScores
    citation_precision: float | None
    citation_recall: float | None
    quotes: int
    verbatim: float | None
    words: float | None
    ms_median: float | None
    ms_p95: float | None


def figures(results: Iterable[Result]) -> Figures:
    """Figures of some results."""
    chosen = list(results)
    judged = [r for r in chosen if r.question.answerable and r.question.judged]
    replies = [r.answer for r in chosen if r.answer is not None]
    answers = [answer for answer in replies if not answer.refused]
    evidenced = [r.answer for r in chosen if r.answer and r.question.answerable and not r.refused]
    shorts = [r.short_scores for r in chosen if r.short_scores is not None]
    conflicts = sum(len(r.question.conflict) for r in chosen)
    forms = [float(r.understood) for r in chosen if r.understood is not None]
    quotes = sum(answer.quotes for answer in replies)
    broken = sum(len(answer.broken_quotes) for answer in replies)
    times = [answer.ms for answer in replies]
    return Figures(
        questions=len(chosen),
        answerable=sum(r.question.answerable for r in chosen),
        judged=len(judged),
        errors=sum(bool(r.error) for r in chosen),
        accuracy=mean(float(bool(r.right)) for r in judged),
        direct=mean(float(bool(r.direct)) for r in judged),
        with_short=len(shorts),
        short_exact=mean(scores.exact for scores in shorts),
        short_f1=mean(scores.f1 for scores in shorts),
        conflicts=conflicts,
        conflict_recall=ratio(sum(answer.conflicts_met for answer in replies), conflicts),
        with_form=len(forms),
        form_understood=mean(forms),
        refusal=score_refusals((r.question.answerable, r.refused) for r in chosen),
        citation_precision=mean(answer.citations.precision for answer in evidenced),
        citation_recall=mean(answer.citations.recall for answer in evidenced),
        quotes=quotes,
        verbatim=ratio(quotes - broken, quotes),
        words=mean(float(len(answer.text.split())) for answer in answers),
        ms_median=percentile(times, 0.5),
        ms_p95=percentile(times, 0.95),
    )


def _figures_by(results: Iterable[tuple[str, Result]]) -> dict[str, Figures]:
    groups: dict[str, list[Result]] = {}
    for group, result in results:
        groups.setdefault(group, []).append(result)
    return {group: figures(own) for group, own in groups.items()}


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """Results of a set. ``scores`` are of rankings: by ranking, question id and measure.

    ``half`` is the half of the questions that was asked, None for all. ``missing_gold`` counts
    gold articles that the archive does not hold. ``reranker`` is the cross-encoder that was used.
    """

    set_name: str
    half: str | None
    embedder: str
    articles: int
    chunks: int
    missing_gold: int
    results: tuple[Result, ...]
    scores: Scores = field(repr=False)
    reranker: str | None = None

    @property
    def overall(self) -> Figures:
        """Figures over all questions."""
        return figures(self.results)

    @property
    def by_kind(self) -> dict[str, Figures]:
        """Figures of each kind of question, in the order in which kinds appear."""
        return _figures_by((result.question.kind, result) for result in self.results)

    @property
    def by_form(self) -> dict[str, Figures]:
        """Figures of each form that the set names; questions without one are in none."""
        return _figures_by((r.question.form, r) for r in self.results if r.question.form)

    @property
    def failures(self) -> tuple[Result, ...]:
        """Results with a fault, in the order of the questions."""
        return tuple(result for result in self.results if result.faults)

    def retrieval(self, ranking: str = "fused", kind: str | None = None) -> dict[str, float | None]:
        """Mean of each measure over answerable questions with a gold article."""
        chosen = self.question_scores(ranking, kind).values()
        return {name: mean(score[name] for score in chosen) for name in MEASURES}

    def question_scores(self, ranking: str, kind: str | None = None) -> dict[str, dict[str, float]]:
        """Scores of those questions by id; one that raised an error has 0 in each measure."""
        scores = self.scores.get(ranking, {})
        nothing = dict.fromkeys(MEASURES, 0.0)
        return {
            result.question.id: {**nothing, **scores.get(result.question.id, {})}
            for result in self.results
            if kind in (None, result.question.kind) and result.question.for_retrieval
        }

    def tests(self) -> dict[tuple[str, str], Comparison]:
        """Test every other ranking against "fused", by ranking and measure."""
        scores = {ranking: self.question_scores(ranking) for ranking in RANKINGS}
        return against(scores, "fused", list(MEASURES))

    def as_json(self) -> dict[str, object]:
        """Give the report as what JSON can hold, with an entry for each question."""
        return {
            "set": self.set_name,
            "half": self.half,
            "embedder": self.embedder,
            "reranker": self.reranker,
            "articles": self.articles,
            "chunks": self.chunks,
            "missing_gold": self.missing_gold,
            "overall": asdict(self.overall),
            "retrieval_questions": len(self.question_scores("fused")),
            "retrieval": {ranking: self.retrieval(ranking) for ranking in RANKINGS},
            "against_fused": tests_json(self.tests()),
            "by_kind": {
                kind: {**asdict(own), "retrieval": self.retrieval(kind=kind)}
                for kind, own in self.by_kind.items()
            },
            "by_form": {form: asdict(own) for form, own in self.by_form.items()},
            "questions": [result.as_json() for result in self.results],
        }


def together(reports: Sequence[EvaluationReport]) -> EvaluationReport:
    """Pool the questions of several sets as one, each question with the weight of one."""
    pooled = []
    scores: dict[str, dict[str, dict[str, float]]] = {name: {} for name in reports[0].scores}
    for report in reports:
        for result in report.results:
            own_id = f"{report.set_name}/{result.question.id}"
            pooled.append(replace(result, question=replace(result.question, id=own_id)))
        for ranking, own in scores.items():
            for question_id, score in report.scores.get(ranking, {}).items():
                own[f"{report.set_name}/{question_id}"] = dict(score)
    return EvaluationReport(
        set_name=TOGETHER,
        half=reports[0].half,
        embedder=", ".join(dict.fromkeys(report.embedder for report in reports)),
        articles=sum(report.articles for report in reports),
        chunks=sum(report.chunks for report in reports),
        missing_gold=sum(report.missing_gold for report in reports),
        results=tuple(pooled),
        scores=scores,
        reranker=reports[0].reranker,
    )

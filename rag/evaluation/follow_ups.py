"""Follow-ups: what a question becomes, held against a person's own wording of it.

A set of follow-ups has no articles (``rewrites.jsonl``: id, history, question, standalone). Unless
an archive is given, one is built of the set's conversations, the answers of each as an article.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import orjson
from rich.console import Console
from rich.markup import escape

from index.disk import Scratch
from index.progress import Progress
from index.settings import Settings, StrPath
from rag.archive import Archive
from rag.evaluation.evaluate import open_archive
from rag.evaluation.report import caption, share, table
from rag.evaluation.scoring import fold, mean, word_f1
from rag.evaluation.sets import REWRITES, EvaluationSetError, records, select
from rag.evaluation.significance import Comparison, Scores, against
from rag.types import Turn

DEPTH = 10
_PASSAGES = 30


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question with the turns before it and the same as a person wrote it out."""

    id: str
    question: str
    history: tuple[Turn, ...]
    standalone: str

    @property
    def stands_alone(self) -> bool:
        """Whether the person left it as it was: nothing is missing from it."""
        return fold(self.question) == fold(self.standalone)


@dataclass(frozen=True, slots=True)
class FormScores:
    """One form of a question (as asked, or rewritten) held against the person's.

    ``words`` is the F1 of their words. ``overlap`` is the share of the person's 10 best articles
    that it finds among its own 10, ``agreement`` the same averaged over the depths 1 to 10
    (average overlap: Fagin, Kumar and Sivakumar, "Comparing top k lists", 2003), ``first`` whether
    both find the same first article.
    """

    words: float
    overlap: float
    agreement: float
    first: float


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A follow-up, what it became, and the scores of both forms."""

    follow_up: FollowUp
    form: str
    asked: FormScores
    rewritten: FormScores

    @property
    def left_alone(self) -> bool:
        """Whether the rules left it as it was asked."""
        return fold(self.form) == fold(self.follow_up.question)


def read_follow_ups(folder: Path) -> dict[str, FollowUp]:
    """Read a set's follow-ups by id; raises EvaluationSetError at the first line that is none."""
    found: dict[str, FollowUp] = {}
    for record in records(folder / REWRITES):
        follow_up = FollowUp(
            id=record.string("id"),
            question=record.string("question"),
            history=record.history(),
            standalone=record.string("standalone"),
        )
        if follow_up.id in found:
            raise record.error(f"the id {follow_up.id!r} stands twice; give each its own")
        found[follow_up.id] = follow_up
    return found


def rewrite_follow_ups(
    folder: Path,
    *,
    archive_dir: StrPath | None = None,
    settings: Settings | None = None,
    half: str | None = None,
    limit: int | None = None,
    progress: Progress | None = None,
) -> tuple[Rewritten, ...]:
    """Rewrite a set's follow-ups and score what they became; arguments as ``evaluate``."""
    everything = read_follow_ups(folder)
    chosen = select(everything, half, limit, folder)
    results = []
    given = None if archive_dir is None else nullcontext(folder)
    with given or Scratch() as place:
        articles = place / "conversations.jsonl"
        if archive_dir is None:
            _write_conversations(articles, everything.values())
        with open_archive(articles, archive_dir, settings=settings, progress=progress) as archive:
            if progress is not None:
                progress.step("rewriting", len(chosen))
            for one in chosen:
                form = archive.understand(one.question, history=one.history).standalone
                wanted = _articles(archive, one.standalone)
                asked = _scores(archive, one.question, one.standalone, wanted)
                rewritten = asked
                if form != one.question:
                    rewritten = _scores(archive, form, one.standalone, wanted)
                results.append(Rewritten(one, form, asked, rewritten))
                if progress is not None:
                    progress.advance(1)
    return tuple(results)


def _write_conversations(path: Path, follow_ups: Iterable[FollowUp]) -> None:
    """Write the conversations as articles: the first turn as headline, the answers as text."""
    answers: dict[str, dict[str, None]] = {}
    for follow_up in follow_ups:
        if follow_up.history:
            said = (turn.content for turn in follow_up.history if turn.role == "assistant")
            answers.setdefault(follow_up.history[0].content, {}).update(dict.fromkeys(said))
    if not answers:
        raise EvaluationSetError("no follow-up has a history; give --archive to search in one")
    with path.open("wb") as file:
        for number, (title, texts) in enumerate(answers.items()):
            article = {"id": f"c{number}", "title": title, "text": "\n\n".join(texts) or title}
            file.write(orjson.dumps(article, option=orjson.OPT_APPEND_NEWLINE))


def _articles(archive: Archive, question: str) -> list[str]:
    found = archive.search(question, top_k=_PASSAGES)
    return list(dict.fromkeys(passage.article.id for passage in found))[:DEPTH]


def _scores(archive: Archive, form: str, standalone: str, wanted: Sequence[str]) -> FormScores:
    found = _articles(archive, form)
    return FormScores(
        words=word_f1(fold(form).split(), fold(standalone).split()),
        overlap=overlap(found, wanted),
        agreement=average_overlap(found, wanted),
        first=float(found[:1] == wanted[:1]),
    )


def overlap(found: Sequence[str], wanted: Sequence[str]) -> float:
    """Share of the wanted articles that were found; 1 where none is wanted and none found."""
    if not wanted:
        return float(not found)
    return len(set(found) & set(wanted)) / len(wanted)


def average_overlap(found: Sequence[str], wanted: Sequence[str]) -> float:
    """Mean of the overlap of the first d of both lists, for d from 1 to the longer's length."""
    deepest = max(len(found), len(wanted))
    if not deepest:
        return 1.0
    shares = [len(set(found[:d]) & set(wanted[:d])) / d for d in range(1, deepest + 1)]
    return sum(shares) / deepest


# -- over a set, and as tables for a terminal ---------------------------------------------------

_MEASURES = {
    "words": "word F1",
    "overlap": "overlap@10",
    "agreement": "agreement@10",
    "first": "same first",
}
_ASKED, _REWRITTEN = "as asked", "rewritten"


@dataclass(frozen=True, slots=True)
class FollowUpReport:
    """Follow-ups of a set with their scores, apart where something is missing and where not."""

    set_name: str
    half: str | None
    results: tuple[Rewritten, ...] = field(repr=False)

    @property
    def groups(self) -> dict[str, tuple[Rewritten, ...]]:
        """All, those that lean on the turns before, and those that stand alone as asked."""
        alone = tuple(one for one in self.results if one.follow_up.stands_alone)
        leaning = tuple(one for one in self.results if not one.follow_up.stands_alone)
        return {"all": self.results, "lean on the turns before": leaning, "stand alone": alone}

    def tests(self, results: Sequence[Rewritten]) -> dict[tuple[str, str], Comparison]:
        """Test the rewritten form against the one as asked, by form and measure."""
        scores: Scores = {
            _ASKED: {one.follow_up.id: asdict(one.asked) for one in results},
            _REWRITTEN: {one.follow_up.id: asdict(one.rewritten) for one in results},
        }
        return against(scores, _ASKED, list(_MEASURES))

    def as_json(self) -> dict[str, object]:
        """Give the report as what JSON can hold, with an entry for each question."""
        return {
            "set": self.set_name,
            "half": self.half,
            "groups": {
                name: {
                    "questions": len(results),
                    "left_alone": mean(float(one.left_alone) for one in results),
                    _ASKED: means([one.asked for one in results]),
                    _REWRITTEN: means([one.rewritten for one in results]),
                }
                for name, results in self.groups.items()
            },
            "questions": [
                {
                    "id": one.follow_up.id,
                    "question": one.follow_up.question,
                    "rewritten": one.form,
                    "standalone": one.follow_up.standalone,
                    "scores": asdict(one.rewritten),
                }
                for one in self.results
            ],
        }


def means(scores: Sequence[FormScores]) -> dict[str, float | None]:
    """Mean of each score."""
    names = [each.name for each in fields(FormScores)]
    return {name: mean(getattr(score, name) for score in scores) for name in names}


def print_follow_ups(report: FollowUpReport, console: Console, *, failures: int = 10) -> None:
    """Print the tables, and the first questions whose best article is another than the person's."""
    half = f", {report.half} half" if report.half else ""
    console.print(
        f"[bold]{escape(report.set_name)}[/bold]{half}: {len(report.results)} follow-ups, "
        "against a person's standalone form"
    )
    for name, results in report.groups.items():
        if not results:
            continue
        rows = table(f"{name}: {len(results)}", "form", *_MEASURES.values(), "unchanged")
        tests = report.tests(results)
        rows.caption = caption(tests, _ASKED)
        asked, rewritten = means([r.asked for r in results]), means([r.rewritten for r in results])
        rows.add_row(_ASKED, *(share(asked[name], " ") for name in _MEASURES), "")
        marked = [share(rewritten[m], tests[_REWRITTEN, m].mark) for m in _MEASURES]
        rows.add_row(_REWRITTEN, *marked, share(mean(float(one.left_alone) for one in results)))
        console.print(rows)
    wrong = [one for one in report.results if not one.rewritten.first][: max(0, failures)]
    for one in wrong:
        follow_up = one.follow_up
        console.print(f"[bold]{escape(follow_up.id)}[/bold] {escape(follow_up.question)}")
        console.print(f"  became: {escape(one.form)}\n  person: {escape(follow_up.standalone)}")

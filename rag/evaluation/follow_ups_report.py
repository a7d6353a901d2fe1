"""Scores of follow-ups over a set, and as a table for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rag.evaluation.follow_ups import FormScores, Rewritten
from rag.evaluation.scoring import mean
from rag.evaluation.significance import Comparison, Scores, against
from rag.evaluation.tables import caption, share, table

_MEASURES = {
    "words": "word F1",
    "overlap": "overlap@10",
    "agreement": "agreement@10",
    "first": "same first",
}
_ASKED, _REWRITTEN = "as asked", "rewritten"
_Which = Callable[[Rewritten], bool]


@dataclass(frozen=True, slots=True)
class FollowUpReport:
    """Follow-ups of a set with their scores, apart where something is missing and where not."""

    set_name: str
    half: str | None
    results: tuple[Rewritten, ...] = field(repr=False)

    @property
    def groups(self) -> dict[str, tuple[Rewritten, ...]]:
        """All, those that lean on the turns before, and those that stand alone as asked."""
        chosen: dict[str, _Which] = {
            "all": lambda one: True,
            "lean on the turns before": lambda one: not one.follow_up.stands_alone,
            "stand alone": lambda one: one.follow_up.stands_alone,
        }
        return {name: tuple(filter(which, self.results)) for name, which in chosen.items()}

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
        if results:
            console.print(_group(report, name, results))
    wrong = [one for one in report.results if not one.rewritten.first][: max(0, failures)]
    for one in wrong:
        follow_up = one.follow_up
        console.print(f"[bold]{escape(follow_up.id)}[/bold] {escape(follow_up.question)}")
        console.print(f"  became: {escape(one.form)}\n  person: {escape(follow_up.standalone)}")


def _group(report: FollowUpReport, name: str, results: Sequence[Rewritten]) -> Table:
    rows = table(f"{name}: {len(results)}", "form", *_MEASURES.values(), "unchanged")
    tests = report.tests(results)
    rows.caption = caption(tests, _ASKED)
    left = mean(float(one.left_alone) for one in results)
    asked, rewritten = means([r.asked for r in results]), means([r.rewritten for r in results])
    rows.add_row(_ASKED, *(share(asked[name], " ") for name in _MEASURES), "")
    marked = [share(rewritten[m], tests[_REWRITTEN, m].mark) for m in _MEASURES]
    rows.add_row(_REWRITTEN, *marked, share(left))
    return rows

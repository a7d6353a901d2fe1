"""Compare newsarchive's ranking with the tools in use today: ``make bench-peers``.

The same articles, questions and embedder, in one run on one machine, each tool in a process of its
own. Articles are ranked by their best passage; scores are of answerable questions with a gold
article. The marks tell where a tool differs from newsarchive by more than chance (paired
randomization test, corrected for all comparisons of a table). A tool that is not installed is
named and left out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import orjson
from peer_tools import TOOLS, missing, versions
from rich.console import Console
from rich.table import Table

from index.errors import NewsArchiveError
from rag.evaluation.scoring import RankedArticles, fold_space, mean, score_rankings
from rag.evaluation.sets import QUESTIONS, EvaluationSet, read_set
from rag.evaluation.significance import LEVEL, Comparison, against

ROOT = Path(__file__).resolve().parent.parent
OURS = "newsarchive"
MEASURES = ("hit@1", "hit@5", "recall@10", "nDCG@10")
_SETS = ("wikinews", "multihop", "squad")

Scores = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool did with a set: scores by question id and measure, and what it took."""

    scores: Scores
    build_s: float
    search_ms: float
    peak_mb: float

    def mean(self, measure: str) -> float | None:
        """Mean of a measure over the questions."""
        return mean(score[measure] for score in self.scores.values())


def main() -> None:
    """Run every tool on every set, print the tables, write the JSON."""
    options = _options()
    console = Console() if sys.stdout.isatty() else Console(width=110)
    tools = []
    for tool in TOOLS:
        if gone := missing(tool):
            why = f"{', '.join(gone)} not installed; make bench-peers installs it"
            print(f"{tool} is left out: {why}", file=sys.stderr)
        else:
            tools.append(tool)
    for tool in tools:
        console.print(f"{tool}: {versions(tool)}", style="dim", highlight=False)
    outcomes: dict[str, dict[str, Outcome]] = {}
    for folder in options.sets:
        try:
            chosen = read_set(folder)
        except NewsArchiveError as error:
            sys.exit(str(error))
        outcomes[chosen.name] = {}
        for tool in tools:
            print(f"{tool} on {chosen.name}", file=sys.stderr, flush=True)
            outcomes[chosen.name][tool] = _run(tool, chosen, options.half)
        console.print(_table(chosen.name, outcomes[chosen.name]))
    if len(outcomes) > 1:
        console.print(_table("all sets together", _together(outcomes)))
    if options.json:
        options.json.write_bytes(
            orjson.dumps(_as_json(outcomes, tools, options.half), option=orjson.OPT_INDENT_2)
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "sets", nargs="*", type=Path, metavar="SET_DIR", help="sets' folders (docs/evaluation.md)"
    )
    parser.add_argument("--half", choices=("even", "odd"), help="score half of the questions")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    options = parser.parse_args()
    options.sets = options.sets or _default_sets()
    return options


def _default_sets() -> list[Path]:
    data = Path(os.environ.get("NEWSARCHIVE_DATA") or ROOT.parent / "shared" / "data")
    if (data / QUESTIONS).exists():  # make bench takes a single set's folder there
        return [data]
    found = [data / name for name in _SETS if (data / name / QUESTIONS).exists()]
    if not found:
        sys.exit(f"{data} holds none of {', '.join(_SETS)}; name the folders of sets to compare on")
    return found


def _run(tool: str, chosen: EvaluationSet, half: str | None) -> Outcome:
    script = Path(__file__).with_name("peer_tools.py")
    ended = subprocess.run(
        [sys.executable, str(script), tool, str(chosen.folder)],
        capture_output=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )
    if ended.returncode:
        sys.exit(f"{tool} failed on {chosen.name}:\n{ended.stderr.decode()[-2_000:]}")
    record = orjson.loads(ended.stdout.splitlines()[-1])
    return Outcome(
        scores=_scores(record["found"], chosen, half),
        build_s=record["build_s"],
        search_ms=median(record["search_ms"]),
        peak_mb=record["peak_mb"],
    )


def _scores(found: Mapping[str, list[str]], chosen: EvaluationSet, half: str | None) -> Scores:
    """Score what was found; articles with one text are one, whichever of them a tool gives."""
    first: dict[str, str] = {}
    same = {
        article: first.setdefault(fold_space(text), article)
        for article, text in (chosen.articles or {}).items()
    }
    return score_rankings(
        {
            question.id: RankedArticles(
                found=tuple(dict.fromkeys(same[article] for article in found[question.id])),
                gold=frozenset(same[article] for article in question.gold),
            )
            for question in chosen.select(half, None)
            if question.id in found
        }
    )


def _together(outcomes: Mapping[str, Mapping[str, Outcome]]) -> dict[str, Outcome]:
    """Pool the questions of all sets; times are sums and means over sets, memory the highest."""
    pooled = {}
    for tool in next(iter(outcomes.values())):
        own = [of_set[tool] for of_set in outcomes.values()]
        scores = {
            f"{name}/{question}": score
            for name, of_set in outcomes.items()
            for question, score in of_set[tool].scores.items()
        }
        pooled[tool] = Outcome(
            scores,
            sum(one.build_s for one in own),
            sum(one.search_ms for one in own) / len(own),
            max(one.peak_mb for one in own),
        )
    return pooled


def _tests(outcomes: Mapping[str, Outcome]) -> dict[tuple[str, str], Comparison]:
    return against({name: one.scores for name, one in outcomes.items()}, OURS, MEASURES)


def _table(name: str, outcomes: Mapping[str, Outcome]) -> Table:
    questions = len(outcomes[OURS].scores)
    table = Table(
        title=f"{name}: {questions} questions",
        title_justify="left",
        caption=f"▼ below newsarchive, ▲ above it, corrected p < {LEVEL}",
        caption_justify="left",
    )
    table.add_column("tool", no_wrap=True)
    for column in (*MEASURES, "build s", "ms a search", "peak MB"):
        table.add_column(column, justify="right")
    tests = _tests(outcomes)
    for tool, outcome in outcomes.items():
        cells = [
            f"{outcome.mean(measure) or 0.0:.3f}"
            f"{tests[tool, measure].mark if tool != OURS else ' '}"
            for measure in MEASURES
        ]
        took = (f"{outcome.build_s:.1f}", f"{outcome.search_ms:.1f}", f"{outcome.peak_mb:.0f}")
        table.add_row(tool, *cells, *took)
    return table


def _as_json(
    outcomes: Mapping[str, Mapping[str, Outcome]], tools: Sequence[str], half: str | None
) -> dict[str, object]:
    tables = dict(outcomes)
    if len(outcomes) > 1:
        tables["all sets together"] = _together(outcomes)
    sets = {}
    for name, of_set in tables.items():
        tests = _tests(of_set)
        sets[name] = {
            tool: {
                "questions": len(outcome.scores),
                **{measure: outcome.mean(measure) for measure in MEASURES},
                "p": {m: tests[tool, m].p for m in MEASURES if tool != OURS},
                "build_s": outcome.build_s,
                "search_ms": outcome.search_ms,
                "peak_mb": outcome.peak_mb,
            }
            for tool, outcome in of_set.items()
        }
    return {
        "half": half,
        "versions": {tool: versions(tool) for tool in tools},
        "sets": sets,
    }


if __name__ == "__main__":
    main()

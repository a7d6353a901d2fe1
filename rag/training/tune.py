"""``newsarchive tune``: fit the embedder to an archive, and keep it only where it finds more.

It finds more where it wins on headlines that no training was shown: a pool of articles is embedded
without their headlines, by each embedder, and searched for the headlines of those held back.

Nothing of the archive is written before the tuned model has won; then it is embedded anew as the
next generation. Killed at any moment, the archive answers as before, and the same command begins
with deleting what the killed one has left.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import orjson

from index.build import reembed_archive, stored_settings
from index.disk import Scratch, write_failures
from index.errors import ArchiveLockedError, TuningError
from index.models.kept import (
    TunedModel,
    base_of,
    folder_of,
    is_tuned,
    keep_model,
    open_archive_embedder,
)
from index.models.train import Training, TrainingPair, TuningOptions, check_trainer, fit, steps_of
from index.progress import Progress
from index.settings import Settings, StrPath
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.store.lexical import LexicalIndex
from index.store.stores import reading_catalog
from index.types import Article
from rag.evaluation.evaluate import DEPTH, open_archive
from rag.evaluation.scoring import mean, rank_articles, score_rankings
from rag.evaluation.significance import (
    Comparison,
    Difference,
    Scores,
    compare,
    correct_together,
    tests_json,
)
from rag.retrieval.retriever import Ranking
from rag.training.pairs import PairMaker, has_headline, is_held_back

RANKINGS: tuple[Ranking, ...] = ("vectors", "fused")
MEASURE = "MRR@10"
FEWEST_HEADLINES = 10
_HEADLINES = 300
_POOL = 1_200  # articles: embedding them twice takes as long as a short training
_POOL_CHARS = 4_000_000
_PAIRS_A_MINUTE = 1_200  # more than a few cores can read
_MOST_PAIRS = 20_000

Means = Mapping[str, Mapping[str, float | None]]


@dataclass(frozen=True, slots=True)
class TuningReport:
    """What a tuning did.

    ``before`` and ``after`` are the means of each measure over ``headlines`` held-back headlines,
    by ranking ("vectors", "fused"); ``tests`` compares MRR@10. ``embedder`` is what the archive
    has now, ``generation`` the one that was made, None where nothing was kept.
    """

    kept: bool
    embedder: str
    generation: str | None
    headlines: int
    training: Training
    before: Means
    after: Means
    tests: Mapping[str, Comparison]

    @property
    def reason(self) -> str:
        """Why the model was kept or not, in a sentence."""
        figures = ", ".join(
            f"{name} {test.difference.difference:+.3f} (p = {test.p:.3f})"
            for name, test in self.tests.items()
        )
        if self.kept:
            return f"held-back headlines find their articles better: {MEASURE} by {figures}"
        return (
            f"held-back headlines gain no more than chance by each ranking: {MEASURE} by {figures}"
        )

    def as_json(self) -> dict[str, object]:
        """Give the report as what JSON can hold."""
        return {
            "kept": self.kept,
            "reason": self.reason,
            "embedder": self.embedder,
            "generation": self.generation,
            "headlines": self.headlines,
            "pairs": self.training.pairs,
            "steps": self.training.steps,
            "of_steps": self.training.of_steps,
            "training_seconds": self.training.seconds,
            "before": self.before,
            "after": self.after,
            "tests": tests_json({(name, MEASURE): test for name, test in self.tests.items()}),
        }


def tune_archive(
    archive: StrPath, options: TuningOptions | None = None, *, progress: Progress | None = None
) -> TuningReport:
    """Fit the embedder to the archive's articles.

    Training starts from the model that the archive had before it was ever tuned. Raises TuningError
    where the trainer is not installed, the embedder is no model that can be trained, or the
    articles are too few; and what opening and building raise, for a disk that cannot be written
    before anything is trained.
    """
    options = options or TuningOptions()
    check_trainer()
    folder = _cleared(archive)
    archive = folder.path
    settings = folder.current().manifest().settings
    base = base_of(archive, settings.embedder)
    base_folder = folder_of(archive, base)
    if base_folder is None:
        raise TuningError(
            f"{base!r} cannot be tuned; build the archive with the folder of a "
            "sentence-transformers model as --embedder"
        )
    pairs, held_back = _read(folder, options)
    with Scratch() as scratch:
        tuned = scratch / "model"
        if progress is not None:
            progress.step("training", steps_of(len(pairs), options))
        advance = progress.advance if progress is not None else lambda steps: None
        training = fit(base_folder, pairs, tuned, options, advance)
        present = folder_of(archive, settings.embedder)
        before = score_headlines(held_back, replace(settings, embedder=str(present)), progress)
        after = score_headlines(held_back, replace(settings, embedder=str(tuned)), progress)
        tests = compare_headlines(after, before)
        # Every ranking must have gained more than chance gives.
        kept = all(one.significant and one.difference.difference > 0 for one in tests.values())
        embedder, generation = settings.embedder, None
        if kept:
            trained_on = len({pair.family for pair in pairs})
            embedder, generation = _keep(archive, settings, tuned, trained_on, progress)
    return TuningReport(
        kept=kept,
        embedder=embedder,
        generation=generation,
        headlines=len(held_back.headlines),
        training=training,
        before=means(before),
        after=means(after),
        tests=tests,
    )


def reset_archive(archive: StrPath, *, progress: Progress | None = None) -> str:
    """Embed the archive by the model that it had before it was tuned; return the model's name.

    Raises TuningError where it was not tuned.
    """
    folder = _cleared(archive)
    settings = stored_settings(folder, or_default=False)
    if not is_tuned(settings.embedder):
        raise TuningError(f"{archive} has {settings.embedder}, which is not tuned")
    base = base_of(folder.path, settings.embedder)
    reembed_archive(archive, lambda stored: replace(stored, embedder=base), progress=progress)
    return base


def _cleared(archive: StrPath) -> ArchiveFolder:
    """Open the archive's folder without what a killed command has left there.

    Raises ArchiveWriteError where nothing can be written: better before a training than after it.
    Another writer at work has cleared it, and may have ended when there is a model to keep.
    """
    folder = ArchiveFolder(archive)
    folder.current()  # before the lock, which would make the folder
    with suppress(ArchiveLockedError), write_failures(folder.path), folder.writing():
        pass
    return folder


def _read(folder: ArchiveFolder, options: TuningOptions) -> tuple[list[TrainingPair], HeldBack]:
    generation = folder.current()
    generation.check_files()
    with reading_catalog(generation) as catalog:
        held_back = choose_held_back(catalog, options.seed)
        if len(held_back.headlines) < FEWEST_HEADLINES:
            raise TuningError(
                f"{len(held_back.headlines)} headlines are held back to test a tuned embedder on, "
                f"and {FEWEST_HEADLINES} are needed; tuning is for archives of hundreds of articles"
            )
        limit = min(_MOST_PAIRS, int(_PAIRS_A_MINUTE * options.minutes) + options.batch)
        maker = PairMaker(catalog, LexicalIndex(generation.lexical), options.seed)
        return maker.pairs(limit), held_back


def _keep(
    archive: Path, settings: Settings, tuned: Path, articles: int, progress: Progress | None
) -> tuple[str, str | None]:
    """Put the model into the archive and embed by it; returns its name and the generation's."""
    present = open_archive_embedder(archive, settings.embedder)
    model = TunedModel(
        base=base_of(archive, settings.embedder),
        window=present.window,
        dimension=present.dimension,
        articles=articles,
        tuned=datetime.now(UTC).date().isoformat(),
    )

    def choose(stored: Settings) -> Settings:
        if stored.embedder != settings.embedder:
            raise TuningError(
                f"{archive} was built with {stored.embedder} while the embedder was tuned; "
                "tune again"
            )
        return replace(stored, embedder=keep_model(archive, tuned, model))

    # Another writer may be at work by now: what was trained for minutes waits for it.
    report = reembed_archive(archive, choose, progress=progress, wait=True)
    return stored_settings(ArchiveFolder(archive), or_default=False).embedder, report.generation


# -- whether another embedder finds an archive's articles better --------------------------------


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Articles to search in, and the headlines to find some of them by, by article id."""

    articles: tuple[Article, ...]
    headlines: Mapping[str, str]


def choose_held_back(catalog: Catalog, seed: int) -> HeldBack:
    """Choose up to 300 held-back articles and others around them, at random."""
    chance = Random(seed)
    members = [m for m in catalog.families.members(several=False) if m.role == "original"]
    chance.shuffle(members)
    members.sort(key=lambda member: not is_held_back(member.family))
    articles: list[Article] = []
    headlines: dict[str, str] = {}
    room = _POOL_CHARS
    for member in members:
        article = catalog.article(member.article_id)
        if article is None or room < len(article.text):
            continue
        if is_held_back(member.family):
            if not has_headline(article) or len(headlines) == _HEADLINES:
                continue
            headlines[article.id] = article.title
        articles.append(article)
        room -= len(article.text)
        if len(articles) == _POOL:
            break
    return HeldBack(tuple(articles), headlines)


def score_headlines(
    held_back: HeldBack, settings: Settings, progress: Progress | None = None
) -> Scores:
    """Scores of each headline by ranking ("vectors", "fused"), article id and measure."""
    with Scratch() as folder:
        path = folder / "articles.jsonl"
        with path.open("wb") as file:
            for article in held_back.articles:
                bare = replace(article, title="")
                file.write(orjson.dumps(bare, option=orjson.OPT_APPEND_NEWLINE))
        with open_archive(path, settings=settings, progress=progress) as archive:
            return {
                ranking: score_rankings(
                    {
                        article_id: rank_articles(
                            archive.search(headline, top_k=DEPTH, ranking=ranking), [article_id]
                        )
                        for article_id, headline in held_back.headlines.items()
                    }
                )
                for ranking in RANKINGS
            }


def means(scores: Scores) -> dict[str, dict[str, float | None]]:
    """Mean of each measure, by ranking."""
    return {
        ranking: {
            measure: mean(score[measure] for score in own.values())
            for measure in next(iter(own.values()), {})
        }
        for ranking, own in scores.items()
    }


def compare_headlines(after: Scores, before: Scores) -> dict[str, Comparison]:
    """Test the rankings of two embedders against each other, corrected for testing two."""
    apart: dict[str, Difference] = {}
    for ranking in RANKINGS:
        own, other = (
            {article: score[MEASURE] for article, score in scores[ranking].items()}
            for scores in (after, before)
        )
        apart[ranking] = compare(own, other)
    return correct_together(apart)

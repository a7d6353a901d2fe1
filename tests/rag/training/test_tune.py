"""Tuning learns what an archive's headlines mean, keeps it only if it pays, and can be undone."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from index.build import add_articles, build_archive
from index.build.check import check_archive
from index.errors import TuningError
from index.models.kept import is_tuned
from index.models.train import TuningOptions
from index.store.archive import ArchiveFolder
from rag import Archive
from rag.training.tune import reset_archive, tune_archive


@pytest.fixture(scope="module")
def coded(
    tmp_path_factory: pytest.TempPathFactory,
    write_lines: Callable[..., Path],
    coded_articles: Callable[[int], list[dict[str, str]]],
) -> Path:
    folder = tmp_path_factory.mktemp("coded")
    build_archive(folder / "archive", [write_lines(folder / "coded.jsonl", *coded_articles(70))])
    return folder / "archive"


def test_what_does_not_pay_is_not_kept(coded: Path) -> None:
    before = ArchiveFolder(coded).current_name()
    options = TuningOptions(learning_rate=1e-12, epochs=1, batch=16)
    report = tune_archive(coded, options)
    assert not report.kept and report.generation is None
    assert "no more than chance" in report.reason
    assert report.before == report.after
    assert ArchiveFolder(coded).current_name() == before
    assert not (coded / "models").exists()


def test_a_time_limit_ends_the_training_within_an_epoch(coded: Path) -> None:
    report = tune_archive(coded, TuningOptions(minutes=1e-6, batch=8, learning_rate=1e-12))
    assert report.training.steps == 1 < report.training.of_steps


def test_what_pays_is_kept_and_can_be_undone(
    coded: Path, tmp_path: Path, write_lines: Callable[..., Path]
) -> None:
    options = TuningOptions(
        minutes=3, learning_rate=1e-3, epochs=8, batch=16, share=1.0, frozen_layers=4
    )
    report = tune_archive(coded, options)
    assert report.kept, report.reason
    assert report.headlines >= 10
    for ranking in ("vectors", "fused"):
        assert report.tests[ranking].significant
        assert report.after[ranking]["MRR@10"] > report.before[ranking]["MRR@10"]  # type: ignore[operator]
    assert is_tuned(report.embedder) and (coded / report.embedder / "model.safetensors").is_file()
    assert ArchiveFolder(coded).current_name() == report.generation
    json.dumps(report.as_json())
    assert check_archive(coded).findings == ()

    moved = coded.rename(tmp_path / "moved")
    # A later build goes on with the tuned model.
    more = {"id": "late", "title": "Crimson", "text": "A late word about the bakery on the hill."}
    assert add_articles(moved, [write_lines(tmp_path / "more.jsonl", more)]).new == 1
    with Archive.open(moved) as archive:
        assert archive.status().embedder == report.embedder
        assert archive.search("Crimson", ranking="vectors", top_k=3)

    assert check_archive(moved).findings == ()
    assert reset_archive(moved) == "all-MiniLM-L6-v2"
    assert check_archive(moved).findings == ()
    assert ArchiveFolder(moved).current().manifest().settings.embedder == "all-MiniLM-L6-v2"
    with pytest.raises(TuningError, match="all-MiniLM-L6-v2, which is not tuned"):
        reset_archive(moved)
    # The generation before it is kept and has the model; when that goes, the model goes.
    assert (moved / report.embedder).is_dir()
    write_lines(tmp_path / "more.jsonl", {**more, "text": "Another word about the bakery."})
    add_articles(moved, [tmp_path / "more.jsonl"])
    assert not list((moved / "models").iterdir())


def test_too_few_articles_and_words_alone_are_refused(
    news_archive: Path,
    news: Sequence[dict[str, str]],
    tmp_path: Path,
    write_lines: Callable[..., Path],
    run: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    ended = run("tune", "--archive", news_archive)
    assert ended.returncode == 1
    assert "'hashed-words' cannot be tuned" in ended.stderr
    build_archive(tmp_path / "few", [write_lines(tmp_path / "few.jsonl", *news)])
    with pytest.raises(TuningError, match="headlines are held back .* hundreds of articles"):
        tune_archive(tmp_path / "few")


def test_a_missing_trainer_names_what_installs_it(
    seed_archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.models.train.find_spec", lambda name: None)
    with pytest.raises(TuningError, match=r"pip install 'newsarchive\[tune\]'"):
        tune_archive(seed_archive)

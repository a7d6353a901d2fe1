"""No way to lose an archive by tuning it: killed at any moment, it answers as before.

A tiny model is trained in seconds; the command, its steps and what it writes are those of any.
"""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from index.build import build_archive
from index.build.check import check_archive
from index.build.digest import Digest, digest
from index.models.kept import is_tuned, is_whole
from index.settings import Settings
from index.store.archive import ArchiveFolder
from rag import Archive

Order = Callable[..., dict[str, Any]]
KILLS = int(os.environ.get("NEWSARCHIVE_KILLS", "200")) // 33
IN_A_ROW = 6  # kills of one command before it may complete
TUNING = {"learning_rate": 1e-2, "epochs": 6, "batch": 16, "share": 1.0}
ASKED = "Crimson Turquoise"


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory, coded_words: list[str]) -> Path:
    """A BERT of one layer that knows the words of the coded articles, and nothing of them."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", *coded_words]
    (folder / "vocab.txt").write_text("".join(f"{word}\n" for word in vocabulary))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(str(folder / "plain"))
    torch.manual_seed(0)
    shape = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=160,
    )
    BertModel(shape).save_pretrained(str(folder / "plain"))
    words = Transformer(str(folder / "plain"), max_seq_length=128)
    model = SentenceTransformer(modules=[words, Pooling(64)], device="cpu")
    model.save(str(folder / "model"), create_model_card=False)
    return folder / "model"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for temporary files of the processes that are killed."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def order(forked: Callable[..., AbstractContextManager[Order]], scratch: Path) -> Iterator[Order]:
    with forked("--trainer", TMPDIR=str(scratch), OMP_NUM_THREADS="1") as run:
        yield run


@dataclass(frozen=True)
class Scenario:
    """A command on a copy of an archive, and what the archive is before it."""

    argv: tuple[str, ...]
    base: Path
    before: Digest
    found: list[str]
    steps: int
    seconds: float

    def run(self, order: Order, archive: Path, **how: object) -> dict[str, Any]:
        return order([*self.argv, "--archive", str(archive)], archive, tuning=TUNING, **how)


@pytest.fixture(scope="module")
def scenarios(
    tmp_path_factory: pytest.TempPathFactory,
    write_lines: Callable[..., Path],
    coded_articles: Callable[[int], list[dict[str, str]]],
    tiny_model: Path,
    order: Order,
) -> dict[str, Scenario]:
    folder = tmp_path_factory.mktemp("tuning")
    source = write_lines(folder / "coded.jsonl", *coded_articles(70))
    build_archive(folder / "plain", [source], settings=Settings(embedder=str(tiny_model)))
    tune = _scenario(folder / "plain", folder / "tuned", ("tune",), order)
    reset = _scenario(folder / "tuned", folder / "reset", ("tune", "--reset"), order)
    return {"tune": tune, "reset": reset}


def _scenario(base: Path, after: Path, argv: tuple[str, ...], order: Order) -> Scenario:
    before, found = digest(ArchiveFolder(base).current()), search(base)
    shutil.copytree(base, after)
    undone = Scenario(argv, base, before, found, 0, 0.0)
    ended = undone.run(order, after)
    assert ended["status"] == 0, ended["output"]
    assert is_tuned(embedder(after)) == (argv == ("tune",)), ended["output"]
    assert ended["steps"] > 10
    return Scenario(argv, base, before, found, ended["steps"], ended["seconds"])


def embedder(archive: Path) -> str:
    return ArchiveFolder(archive).current().manifest().embedder


def search(archive: Path) -> list[str]:
    with Archive.open(archive) as opened:
        return [p.article.id for p in opened.search(ASKED, ranking="vectors", top_k=5)]


def assert_answers(archive: Path, scenario: Scenario) -> None:
    """It answers as before, or else as all of it is embedded by the other model, which is whole."""
    found = digest(ArchiveFolder(archive).current())
    if embedder(archive) == embedder(scenario.base):
        assert found == scenario.before
        assert search(archive) == scenario.found
    else:
        before = scenario.before
        assert (found.articles, found.families) == (before.articles, before.families)
        assert found.vectors != before.vectors
        assert len(search(archive)) == 5
    for name in models(archive):
        assert is_whole(archive, name)


def models(archive: Path) -> set[str]:
    """Models that the generations of an archive name."""
    manifests = [generation.manifest() for generation in ArchiveFolder(archive).finished()]
    return {manifest.embedder for manifest in manifests if is_tuned(manifest.embedder)}


def assert_completes(archive: Path, scratch: Path, scenario: Scenario, order: Order) -> None:
    """The same command once more completes or says why not, and clears up behind the killed."""
    was_done = embedder(archive) != embedder(scenario.base)
    ended = scenario.run(order, archive)
    if was_done and "--reset" in scenario.argv:
        assert ended["status"] == 1, ended["output"]
        assert "which is not tuned" in ended["output"]
    else:
        assert ended["status"] == 0, ended["output"]
        assert was_done or embedder(archive) != embedder(scenario.base), ended["output"]
    assert_answers(archive, scenario)
    assert check_archive(archive).findings == ()
    generations = [path.name for path in (archive / "generations").iterdir()]
    assert len(generations) <= 2 and not any("." in name for name in generations)
    kept = {f"models/{path.name}" for path in (archive / "models").glob("*")}
    assert kept == models(archive)
    assert not (archive / "LOCK.owner").exists()
    assert list(scratch.iterdir()) == []


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["tune", "reset"])
def test_killed_at_random_moments(
    tmp_path: Path, scenarios: dict[str, Scenario], scratch: Path, order: Order, name: str
) -> None:
    """Half the kills come at a random time, half just before a random change to the archive."""
    scenario, chance = scenarios[name], random.Random(f"{name} 5")
    kills = 0
    while kills < KILLS:
        archive = tmp_path / "archive"
        shutil.rmtree(archive, ignore_errors=True)
        shutil.copytree(scenario.base, archive)
        for _ in range(IN_A_ROW):
            if chance.random() < 0.5:
                how: dict[str, object] = {"kill_after": chance.uniform(0.02, scenario.seconds)}
            else:
                how = {"kill_at": chance.randint(1, scenario.steps)}
            ended = scenario.run(order, archive, **how)
            assert ended["status"] in (-9, 0, 1), (how, ended["output"])
            assert "Traceback" not in ended["output"], ended["output"]
            kills += ended["status"] == -9
            assert_answers(archive, scenario)
        assert_completes(archive, scratch, scenario, order)


def test_killed_at_its_very_end(
    tmp_path: Path, scenarios: dict[str, Scenario], scratch: Path, order: Order
) -> None:
    """Where the archive has changed already, the command finds nothing to do, and clears up."""
    scenario = scenarios["reset"]
    for back in (1, 2, 4):  # the number of steps may differ by what Chroma has left
        archive = tmp_path / f"archive-{back}"
        shutil.copytree(scenario.base, archive)
        ended = scenario.run(order, archive, kill_at=scenario.steps - back)
        if ended["status"] == -9 and embedder(archive) != embedder(scenario.base):
            break
    assert (archive / "LOCK.owner").exists()
    assert_completes(archive, scratch, scenario, order)

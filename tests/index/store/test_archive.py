"""The archive folder: one current generation, one writer, clear words about what is broken."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import (
    ArchiveDamagedError,
    ArchiveLockedError,
    ArchiveNotFoundError,
    IndexMismatchError,
)
from index.settings import FORMAT_VERSION, Settings
from index.store.archive import ArchiveFolder


@pytest.fixture
def folder(tmp_path: Path) -> ArchiveFolder:
    return ArchiveFolder(tmp_path / "archive")


def publish(folder: ArchiveFolder, content: str = "x") -> str:
    with folder.writing():
        staged = folder.stage(copy_current=False)
        staged.catalog.write_text(content)
        return folder.publish(staged, Settings("hashed-words"), 256, 3, 5)


def names(folder: ArchiveFolder) -> list[str]:
    return sorted(path.name for path in (folder.path / "generations").iterdir())


def test_before_the_first_build(folder: ArchiveFolder) -> None:
    assert folder.current_name() is None
    command = f"newsarchive build --archive {folder.path} PATH"
    with pytest.raises(ArchiveNotFoundError, match=command):
        folder.current()


def test_a_file_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(ArchiveNotFoundError, match="there is no archive"):
        ArchiveFolder(tmp_path / "file").current()


def test_a_published_generation_is_the_current_one(folder: ArchiveFolder) -> None:
    name = publish(folder, "first")
    assert folder.current_name() == name
    assert folder.current().catalog.read_text() == "first"
    manifest = folder.current().manifest()
    assert (manifest.generation, manifest.embedder) == (name, "hashed-words")
    assert (manifest.dimension, manifest.articles, manifest.chunks) == (256, 3, 5)
    assert manifest.settings == Settings("hashed-words")
    assert manifest.created.endswith("Z")


def test_the_next_one_may_start_from_a_copy(folder: ArchiveFolder) -> None:
    publish(folder, "first")
    with folder.writing():
        staged = folder.stage(copy_current=True)
        assert staged.catalog.read_text() == "first"
        staged.catalog.write_text("second")
        assert folder.current().catalog.read_text() == "first"


def test_the_current_one_and_the_one_before_are_kept_in_order(folder: ArchiveFolder) -> None:
    published = [publish(folder, str(n)) for n in range(12)]  # several within one second
    assert published == sorted(published)
    assert names(folder) == published[-2:]
    assert folder.current().catalog.read_text() == "11"


def test_what_a_killed_build_left_is_swept_by_the_next(folder: ArchiveFolder) -> None:
    name = publish(folder)
    generations = folder.path / "generations"
    shutil.copytree(generations / name, generations / "20990101T000000-dead.building")
    shutil.copytree(generations / name, generations / "20990101T000000-beef")  # CURRENT not flipped
    assert folder.current_name() == name
    with folder.writing():
        assert names(folder) == [name]


def test_a_first_build_that_never_became_current_is_taken_up(folder: ArchiveFolder) -> None:
    """Nor is a whole archive taken for one whose CURRENT was lost."""
    name = publish(folder)
    (folder.path / "CURRENT").unlink()
    with pytest.raises(ArchiveNotFoundError, match=r"CURRENT is missing.*newsarchive rollback"):
        folder.current()
    with folder.writing():
        assert names(folder) == [name]
    assert folder.current_name() == name


@pytest.mark.parametrize("content", ["", "20990101T000000-dead", "0000", "x\0y", "../.."])
def test_nothing_is_swept_where_current_is_damaged(folder: ArchiveFolder, content: str) -> None:
    published = [publish(folder, "one"), publish(folder, "two")]
    (folder.path / "CURRENT").write_text(content)
    with folder.writing():
        assert names(folder) == published


def test_one_writer(folder: ArchiveFolder) -> None:
    other = ArchiveFolder(folder.path)
    with folder.writing():
        with pytest.raises(ArchiveLockedError, match=f"process {os.getpid()}"), other.writing():
            pass
    with other.writing():
        pass


def test_the_lock_of_a_killed_process_is_no_lock(folder: ArchiveFolder) -> None:
    code = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from index.store.archive import ArchiveFolder\n"
        "with ArchiveFolder(Path(sys.argv[1])).writing():\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(folder.path)])
    assert ended.returncode == -9
    assert (folder.path / "LOCK.owner").exists()
    with folder.writing():
        pass


def test_the_lock_of_a_living_process_is_one(folder: ArchiveFolder) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom index.store.archive import ArchiveFolder\n"
        "with ArchiveFolder(Path(sys.argv[1])).writing():\n"
        "    print('locked', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(ArchiveLockedError, match=f"process {holder.pid}"), folder.writing():
            pass
        holder.communicate("")


def test_another_format_version(folder: ArchiveFolder) -> None:
    publish(folder)
    path = folder.current().manifest_path
    path.write_text(json.dumps({**json.loads(path.read_text()), "format_version": 99}))
    with pytest.raises(IndexMismatchError, match="format version 99.*newsarchive build --rebuild"):
        folder.current().manifest()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", "null", f'{{"format_version": {FORMAT_VERSION}}}', "\udcff"]
)
def test_a_broken_manifest(folder: ArchiveFolder, content: str) -> None:
    publish(folder)
    folder.current().manifest_path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(ArchiveDamagedError, match=r"manifest.json cannot be read.*--rebuild"):
        folder.current().manifest()


def test_a_generation_that_is_gone(folder: ArchiveFolder) -> None:
    name = publish(folder)
    shutil.rmtree(folder.path / "generations" / name)
    with pytest.raises(ArchiveDamagedError, match=f"{name}.*--rebuild"):
        folder.current().manifest()


def test_missing_files_are_named(folder: ArchiveFolder) -> None:
    publish(folder)
    with pytest.raises(
        ArchiveDamagedError, match=r"chroma.sqlite3, lexical.*sentences.i8.*--rebuild"
    ):
        folder.current().check_files()


def test_names_go_on_upwards_where_the_clock_was_put_back(folder: ArchiveFolder) -> None:
    published = publish(folder)
    generations = folder.path / "generations"
    later = f"2999{published[4:]}"
    (generations / published).rename(generations / later)
    (folder.path / "CURRENT").write_text(f"{later}\n")
    assert publish(folder) > later
    assert len(names(folder)) == 2


def test_what_could_not_be_copied_whole_leaves_nothing(folder: ArchiveFolder) -> None:
    name = publish(folder, "first")
    (folder.path / "generations" / name / "catalog.sqlite").write_text("other")
    with folder.writing():
        with pytest.raises(ArchiveDamagedError):
            folder.stage(copy_current=True)
        assert names(folder) == [name]


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini", "zz", "0", "x.building"])
def test_files_of_others_are_left_alone(folder: ArchiveFolder, name: str) -> None:
    published = [publish(folder, "one")]
    stray = folder.path / "generations" / name
    stray.write_text("a file browser's")
    published += [publish(folder, str(n)) for n in range(3)]
    (folder.path / "CURRENT").unlink()
    with folder.writing():
        assert folder.current_name() == published[-1]
    assert stray.read_text() == "a file browser's"
    assert [generation.folder.name for generation in folder.finished()] == published[-2:]


@pytest.mark.parametrize("suffix", [".bak", " copy", "-1", ".building.bak"])
def test_copies_that_somebody_made_are_left_alone(folder: ArchiveFolder, suffix: str) -> None:
    published = [publish(folder, "one")]
    kept = folder.path / "generations" / f"{published[0]}{suffix}"
    shutil.copytree(folder.current().folder, kept)
    published += [publish(folder, str(n)) for n in range(3)]
    assert (kept / "catalog.sqlite").read_text() == "one"
    assert [generation.folder.name for generation in folder.finished()] == published[-2:]


def test_a_damaged_word_on_the_way_forward_deletes_nothing(folder: ArchiveFolder) -> None:
    publish(folder, "one")
    (folder.path / "generations" / "19990101-mine").mkdir()
    for name in ("19990101-mine", "../../archive"):
        (folder.path / "FORWARD").write_text(name)
        publish(folder, "two")
        assert not (folder.path / "FORWARD").exists()
    assert "19990101-mine" in names(folder)

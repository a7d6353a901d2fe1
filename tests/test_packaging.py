"""The wheel: everything is in it, and it alone makes the packages and the command."""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "rag", "ui")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that no build folder in the working tree can add to it."""
    source = tmp_path_factory.mktemp("source") / "newsarchive"
    source.mkdir()
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, source],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel alone, in a folder of its own."""
    target = tmp_path_factory.mktemp("installed")
    ended = subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
            "--disable-pip-version-check", "--target", target, wheel,
        ],
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return target


def sources() -> Iterator[str]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT).as_posix()


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == set(sources())
    assert {"index/py.typed", "rag/py.typed", "ui/py.typed", "ui/chat/assets/chat.css"} <= held


def test_the_command_and_the_requirements(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (info,) = {name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        commands = archive.read(f"{info}/entry_points.txt").decode()
        metadata = HeaderParser().parsestr(archive.read(f"{info}/METADATA").decode())
        owned = archive.read(f"{info}/top_level.txt").decode().split()
    assert "newsarchive = ui.cli:main" in commands
    assert sorted(owned) == list(PACKAGES)
    assert (metadata["Name"], metadata["License-Expression"]) == ("newsarchive", "Apache-2.0")
    requires = [re.split("[<>=;]", line)[0] for line in metadata.get_all("Requires-Dist") or []]
    assert {"chromadb", "click", "llama-index", "torch"} <= set(requires)


def test_the_version_is_that_of_the_code(wheel: Path) -> None:
    from ui import __version__

    assert wheel.name == f"newsarchive-{__version__}-py3-none-any.whl"


def test_an_installed_wheel_is_what_is_imported(installed: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import index, rag, ui\n"
        "import index.sources, rag.answer, rag.evaluation, ui.cli\n"
        "print(*[module.__file__ for module in (index, rag, ui, rag.evaluation)], sep='\\n')"
    )
    ended = subprocess.run(
        [sys.executable, "-I", "-c", code, installed], capture_output=True, text=True, cwd=tmp_path
    )
    assert ended.returncode == 0, ended.stderr
    files = ended.stdout.splitlines()
    assert len(files) == 4
    assert all(Path(file).is_relative_to(installed) for file in files)


def test_the_installed_command_runs(installed: Path, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, installed / "bin" / "newsarchive", "--version"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(installed)},
    )
    assert ended.stdout.startswith("newsarchive, version "), ended.stderr


def test_no_other_distribution_has_these_packages() -> None:
    from importlib.metadata import packages_distributions

    owners = packages_distributions()
    assert {name: set(owners[name]) for name in PACKAGES} == dict.fromkeys(
        PACKAGES, {"newsarchive"}
    )

"""What the documentation names is there."""

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")} - {ROOT / "CHANGELOG.md"})
FILE = re.compile(r"\b(?:index|rag|ui|tests|benchmarks|scripts)/[\w/]+\.(?:py|txt)\b")
ROOM = re.compile(r"`((?:index|rag|ui)(?:/\w+)*)/`")
MODULE = re.compile(r"`((?:index|rag|ui)(?:\.[a-z_]+)+)")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_and_module_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    missing = [name for name in FILE.findall(text) if not (ROOT / name).is_file()]
    missing += [name for name in ROOM.findall(text) if not (ROOT / name).is_dir()]
    missing += [name for name in MODULE.findall(text) if not is_there(name)]
    assert not missing, f"{name_of(page)} names {', '.join(missing)}"


def is_there(name: str) -> bool:
    """Whether a dotted name is a module, or something that its module has."""
    above, _, last = name.rpartition(".")
    try:
        return hasattr(import_module(above), last) or find_spec(name) is not None
    except ModuleNotFoundError:
        return False

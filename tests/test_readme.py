"""What README.md shows works: its bash and python blocks run, one after the other."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


class Block(NamedTuple):
    """A fenced block of a page: its language and its lines."""

    language: str
    text: str


def runnable(page: str) -> list[Block]:
    """Blocks marked exactly ``bash`` or ``python``, without what only make can do."""
    blocks = [Block(*found) for found in re.findall(r"^```(\S+)\n(.*?)^```$", page, re.M | re.S)]
    return [
        Block(b.language, "".join(x for x in b.text.splitlines(True) if not x.startswith("make")))
        for b in blocks
        if b.language in ("bash", "python")
    ]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a reader has after cloning, as far as the blocks need it."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    return folder


def run_block(block: Block, folder: Path) -> subprocess.CompletedProcess[str]:
    commands = {"bash": ["bash", "-euo", "pipefail"], "python": [sys.executable, "-"]}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        commands[block.language],
        input=block.text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "PATH": path},
        timeout=300,
    )


def test_there_is_something_to_run() -> None:
    assert {block.language for block in runnable(README)} == {"bash", "python"}


def test_the_blocks_run_in_order(copy: Path) -> None:
    for block in runnable(README):
        ended = run_block(block, copy)
        assert ended.returncode == 0, f"{block.text}\n{ended.stdout}\n{ended.stderr}"
        assert ended.stdout.strip()


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", README)
    inside = [link for link in links if not re.match(r"[a-z]+://", link)]
    assert inside
    assert [link for link in inside if not (ROOT / link).exists()] == []

"""Print how large the code's rooms, files and functions are: ``python scripts/measure.py``.

To be watched, no gate: for each room its files and lines, then the medians, and the private
functions of fewer than six lines that one place alone of their file names, which may be better off
inline.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("index", "rag", "ui")
TINY = 6  # lines


class Function(NamedTuple):
    """A function with its file, its lines, and those of its body without the docstring."""

    path: Path
    name: str
    line: int
    lines: int
    body: int


def main() -> None:
    """Print the figures."""
    sources = {
        path: path.read_text("utf-8")
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    }
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py"))
    rooms: dict[str, list[int]] = {}
    for path, text in sources.items():
        room = path.parent.relative_to(ROOT).as_posix()
        rooms.setdefault(room, []).append(len(text.splitlines()))
    for room, lengths in rooms.items():
        print(f"{room:18} {len(lengths):3} files {sum(lengths):6} lines")
    functions = [
        function for path, text in sources.items() for function in functions_of(path, text)
    ]
    lengths = [length for room in rooms.values() for length in room]
    whole = [function.lines for function in functions]
    short = sum(length < 100 for length in lengths)
    print(f"\n{len(lengths)} files, median {median(lengths):.0f} lines, {short} under 100")
    print(f"{len(functions)} functions, median {median(whole):.0f} lines")
    tiny = [
        one
        for one in functions
        if re.match("_[a-z]", one.name)
        and one.body < TINY
        # where it is defined, and where it is called
        and len(re.findall(rf"\b{one.name}\b", sources[one.path])) == 2
        and not re.search(rf"\b{one.name}\b", tests)
    ]
    print(f"{len(tiny)} private functions of under {TINY} lines are used once")
    for one in tiny:
        print(f"  {one.path.relative_to(ROOT)}:{one.line} {one.name} ({one.body})")


def functions_of(path: Path, text: str) -> Iterator[Function]:
    """Every function and method of a file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            end = node.end_lineno or node.lineno
            inside = end - body[0].lineno + 1 if body else 0
            yield Function(path, node.name, node.lineno, end - node.lineno + 1, inside)


if __name__ == "__main__":
    main()

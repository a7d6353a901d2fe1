"""Hold two checkouts against each other: whether they build and answer the same, to the letter.

``python scripts/behaviour.py keep CHECKOUT FOLDER`` builds the sets with the code of a checkout and
keeps what it says: every answer, the digests, ``--help`` of every command, the JSON's keys.
``python scripts/behaviour.py compare FOLDER FOLDER`` tells what differs, timings aside, and exits 1
where something does. For changes that are meant to change nothing.

Chroma's graphs differ a little from build to build of the same vectors, and with them what stands
far down in a ranking. So ``keep --asked FOLDER`` builds as well, for the digests, and asks the
archives that the other one has built.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SETS = ("wikinews", "multihop", "squad")
ENTRY = "from ui.cli import main; main(prog_name='newsarchive')"
# What differs from run to run: how long it took, when and where it was made, pages of databases.
PASSING = {
    *("timings_ms", "seconds", "created", "built", "archive", "path"),
    *("generation", "generations", "bytes_on_disk"),
}


def main() -> None:
    """Keep what a checkout does, or compare two kept folders."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    keeping = commands.add_parser("keep")
    keeping.add_argument("checkout", type=Path)
    keeping.add_argument("folder", type=Path)
    data = ROOT.parent / "shared" / "data"
    keeping.add_argument("--data", type=Path, default=data, help="folder of the sets")
    keeping.add_argument("--asked", type=Path, help="folder of another keep, whose archives to ask")
    keeping.set_defaults(run=keep)
    comparing = commands.add_parser("compare")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    comparing.set_defaults(run=compare)
    options = parser.parse_args()
    options.run(options)


def keep(options: argparse.Namespace) -> None:
    """Write what the checkout's command prints, a file a call."""
    options.folder.mkdir(parents=True, exist_ok=True)
    checkout = options.checkout.resolve()

    def told(name: str, *arguments: str | Path) -> str:
        output = newsarchive(checkout, *arguments)
        (options.folder / name).write_text(output, "utf-8")
        return output

    listed = told("help.txt", "--help")
    for command in re.findall(r"^  (\w+) +[A-Z]", listed.partition("Commands:")[2], re.MULTILINE):
        told(f"help-{command}.txt", command, "--help")
    sets = [(name, options.data / name) for name in SETS]
    for name, folder in [*sets, ("sample", ROOT / "seeds" / "sample")]:
        if not folder.is_dir():
            sys.exit(f"{folder} is not there; name the folder of {', '.join(SETS)} with --data")
        own = ("--archive", (options.folder / "archives" / name).resolve())
        asked = ("--archive", ((options.asked or options.folder) / "archives" / name).resolve())
        built = told(f"{name}-build.json", "build", folder / "articles.jsonl", *own, "--json")
        print(name, built.strip(), file=sys.stderr)
        told(f"{name}-check.json", "check", *own, "--json")
        told(f"{name}-status.json", "status", *own, "--json")
        told(f"{name}-families.json", "families", *own, "--json")
        told(f"{name}-search.json", "search", "Who won the election?", *asked, "--json")
        told(f"{name}-answers.jsonl", "ask", "--batch", folder / "questions.jsonl", *asked)


def newsarchive(checkout: Path, *arguments: str | Path) -> str:
    """Run the command with the code of a checkout; what it prints on stdout."""
    done = subprocess.run(
        [sys.executable, "-c", ENTRY, *map(str, arguments)],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout), "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def compare(options: argparse.Namespace) -> None:
    """Print each difference with its file and place; exit 1 where there is one."""
    names = {
        path.name
        for folder in (options.before, options.after)
        for path in folder.iterdir()
        if path.is_file()
    }
    found = 0
    for name in sorted(names):
        before, after = (folder / name for folder in (options.before, options.after))
        if not (before.exists() and after.exists()):
            print(f"{name}: kept of one only")
            found += 1
            continue
        for place, old, new in differences(contents(before), contents(after)):
            print(f"{name}{place}: {old!r:.200} -> {new!r:.200}")
            found += 1
    print(f"{len(names)} files, {found} differences")
    sys.exit(1 if found else 0)


def contents(path: Path) -> Any:  # noqa: ANN401  any JSON
    """Parse a kept file: JSON, JSON Lines, or lines of text."""
    lines = path.read_text("utf-8").splitlines()
    if path.suffix == ".txt":
        return lines
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in lines]
    return json.loads("".join(lines))


def differences(old: Any, new: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401
    """Every place where two parsed values differ; of what passes only whether it is there."""
    if isinstance(old, dict) and isinstance(new, dict):
        if old.keys() == new.keys() and list(old) != list(new):
            yield f"{place} (order)", list(old), list(new)
        for key in [*old, *(key for key in new if key not in old)]:
            if key not in old or key not in new:
                yield f"{place}.{key}", old.get(key, "absent"), new.get(key, "absent")
            elif key not in PASSING:
                yield from differences(old[key], new[key], f"{place}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, pair in enumerate(zip(old, new, strict=True)):
            yield from differences(*pair, f"{place}[{number}]")
    elif old != new or type(old) is not type(new):  # 1 is written other than 1.0 and true
        yield place, old, new


if __name__ == "__main__":
    main()

"""Write requirements.lock: the newest versions that pyproject.toml admits, all of them pinned.

A constraints file without hashes: torch is another file on each platform.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_HEAD = "# Written by `make lock`; every installation by make keeps to it.\n"


def main() -> None:
    """Install into a fresh environment and write down what came."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        pip = [str(Path(folder) / "bin" / "python"), "-m", "pip"]
        subprocess.run([*pip, "install", "--quiet", f"{_ROOT}[peers,test]"], check=True)
        frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True)
    pins = [
        re.sub(r"\+cpu$", "", line)
        for line in frozen.stdout.splitlines()
        if re.fullmatch(r"[\w.-]+==[\w.+!-]+", line) and not line.startswith("newsarchive==")
    ]
    (_ROOT / "requirements.lock").write_text(_HEAD + "\n".join(pins) + "\n", "utf-8")
    sys.stderr.write(f"{len(pins)} versions pinned\n")


if __name__ == "__main__":
    main()

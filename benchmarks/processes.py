"""Whole processes of the ``newsarchive`` command: seconds and peak memory.

Each is started by a small process of its own, this file run as a script: Linux counts what the
parent held when it forked as memory of the child, and a benchmark holds a model.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # getrusage(2): kilobytes on Linux


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall-clock seconds and peak resident memory in MB."""

    seconds: float
    peak_mb: float


def command() -> Path:
    """Path of the command in this interpreter's environment."""
    found = Path(sys.executable).with_name("newsarchive")
    if not found.exists():
        sys.exit(f"{found} is not there; install the project first, with: make setup")
    return found


def run(*arguments: str | Path) -> Run:
    """Run the command to its end; leave the benchmark where it fails."""
    # -I and -S keep the launcher at the few MB of a bare interpreter.
    launcher = [sys.executable, "-I", "-S", __file__, command(), *arguments]
    outcome = json.loads(subprocess.run(launcher, capture_output=True, check=True).stdout)
    if outcome["status"] != 0:
        words = " ".join(map(str, ("newsarchive", *arguments)))
        sys.exit(f"{words} ended with status {outcome['status']}:\n{outcome['output']}")
    return Run(outcome["seconds"], outcome["peak"] * MAXRSS_BYTES / 1e6)


def run_often(arguments: Sequence[str | Path], times: int) -> list[Run]:
    """Run the command several times, one after the other."""
    return [run(*arguments) for _ in range(times)]


def _launch(arguments: Sequence[str]) -> None:
    started = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    output = process.stdout.read().decode(errors="replace")
    # wait4 gives the usage of this one child.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    json.dump(
        {
            "seconds": time.perf_counter() - started,
            "peak": usage.ru_maxrss,
            "status": process.returncode,
            "output": output[-2_000:],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    _launch(sys.argv[1:])

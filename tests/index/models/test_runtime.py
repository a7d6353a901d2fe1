"""Freed memory goes back to the system."""

import subprocess
import sys

import pytest

# Every second block stays, so that the gaps lie between what is in use: 100 MB of them.
PROGRAM = """
from index.models.runtime import give_back
def held():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
blocks = [b"x" * 100_000 for _ in range(2_000)]
del blocks[::2]
before = held()
give_back()
print(before - held())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries give back by themselves")
def test_the_gaps_between_what_is_in_use_are_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) > 50_000_000

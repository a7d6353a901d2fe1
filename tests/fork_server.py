"""Runs the command in forked processes that are killed or refused the disk at a given moment.

Everything is imported once, with "--trainer" the libraries of training too; Chroma is started in
the children alone, since it does not survive a fork. Orders come as lines of JSON on stdin, what
became of the child goes to stdout.
"""

import functools
import json
import mmap
import os
import resource
import signal
import sys
import time
from collections.abc import Callable

import chromadb
import tantivy  # noqa: F401

import index.build
import index.build.check
import index.build.rollback  # noqa: F401
import index.models.train
from index.text.language import recognise_language
from rag import Archive  # noqa: F401
from ui.cli import main

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
# Python's audit events of what changes a file system: a seam that every call goes through.
CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "sqlite3.connect"}


def watch(archive: str, act: Callable[[int], None], count: mmap.mmap) -> None:
    """Call ``act`` with the number of each change under the archive, just before it is made."""
    steps = 0

    def hook(event: str, args: tuple[object, ...]) -> None:
        nonlocal steps
        if event == "open":
            flags = args[2]
            if not isinstance(flags, int) or not flags & WRITING:
                return
        elif event not in CHANGES:
            return
        if any(archive in os.fsdecode(a) for a in args if isinstance(a, str | bytes | os.PathLike)):
            steps += 1
            count[:4] = steps.to_bytes(4, "little")
            act(steps)

    sys.addaudithook(hook)


def child(order: dict[str, object], count: mmap.mmap) -> None:
    output = os.open(str(order["output"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if "file_bytes" in order:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(str(order["file_bytes"])),) * 2)
    if "tuning" in order:
        # A training that takes seconds: of a tiny model, in large steps, for which there are no
        # options of the command.
        quick = functools.partial(index.models.train.TuningOptions, **order["tuning"])  # type: ignore[arg-type]
        index.models.train.TuningOptions = quick  # type: ignore[assignment,misc]
    kill, refuse = order.get("kill_at"), order.get("refuse_from")

    def act(step: int) -> None:
        if step == kill:
            os.kill(os.getpid(), signal.SIGKILL)
        if refuse is not None and step >= int(str(refuse)):
            code = int(str(order["errno"]))
            raise OSError(code, os.strerror(code))

    watch(str(order["archive"]), act, count)
    status = 1
    try:
        main([str(argument) for argument in order["argv"]])  # type: ignore[attr-defined]
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    sys.stdout.flush()
    os._exit(status)


def ended(process: int) -> bool:
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def serve() -> None:
    assert chromadb
    recognise_language("The model of languages is read before anything is forked, once for all.")
    if "--trainer" in sys.argv:
        import accelerate  # noqa: F401
        import datasets  # noqa: F401
        import sentence_transformers.sentence_transformer.losses  # noqa: F401
        from transformers import Trainer  # noqa: F401
    count = mmap.mmap(-1, 4)
    for line in sys.stdin:
        order = json.loads(line)
        count[:4] = bytes(4)
        started = time.monotonic()
        process = os.fork()
        if process == 0:
            child(order, count)
        if "kill_after" in order:
            # Looked at often, since it may end by itself before; until then the id is its own.
            while time.monotonic() < started + order["kill_after"] and not ended(process):
                time.sleep(0.002)
            os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        answer = {
            "status": os.waitstatus_to_exitcode(status),
            "steps": int.from_bytes(count[:4], "little"),
            "seconds": time.monotonic() - started,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()

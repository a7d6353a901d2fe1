"""How models are loaded and run: quietly, late, in the fastest format, on the calling thread."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def import_models() -> tuple[Any, type[SentenceTransformer]]:
    """Import torch and sentence-transformers, whose notices are kept off the terminal."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    with no_collecting():
        import torch
        from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return torch, SentenceTransformer


def number_format(torch: Any) -> Any:  # noqa: ANN401  # torch is imported late
    """Return the number format in which this processor is fastest."""
    capable = torch.cpu.get_capabilities()
    fast = capable.get("avx512_bf16") or capable.get("amx_bf16")
    return torch.bfloat16 if fast else torch.float32


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on the calling thread alone.

    A question is too short to share out: a second core saves 1 ms where it is idle and costs
    hundreds where it is busy, and several people may ask at once. A batch is better off too:
    two threads with a batch each did 1.2 times what they did sharing one.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def no_collecting() -> Iterator[None]:
    """Leave the garbage collector out while libraries are imported.

    They make so many objects that it would take a fifth of the time, and it finds nothing there.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def give_back() -> None:
    """Return freed memory to the system where the C library keeps it (glibc); else do nothing.

    Each computing thread has an arena of its own, in which the matrices of batches of many lengths
    leave gaps: in a long build these grew by half a gigabyte that nothing used.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    if sys.platform != "linux":
        return None
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # musl has none
        return None
    return trim

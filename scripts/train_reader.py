"""Train the reader that the package ships: `make train-reader`.

Reads question answering sets (--data, as docs/reader.md describes them) without what stands in the
articles of evaluation sets (--kept-out), goes on from its last checkpoint, and writes the weights
and their card beside index/models/span_reader.py. An hour or more on two cores.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict
from pathlib import Path

import orjson

from index.models.span_reader import WEIGHTS
from rag.training.reader_check import check
from rag.training.reader_data import FILES, STATEMENTS, read_contexts, read_statements
from rag.training.reader_fit import FitOptions, fit, near_misses


def main() -> None:
    """Train, measure on what was held out, put weights and card into the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/reader"))
    parser.add_argument("--kept-out", type=Path, nargs="*", default=[], metavar="ARTICLES.JSONL")
    parser.add_argument("--folder", type=Path, default=Path("build/reader"))
    parser.add_argument("--epochs", type=int, default=FitOptions().epochs)
    parser.add_argument("--steps", type=int)
    given = parser.parse_args()
    if not given.data.is_dir():
        sys.exit(f"{given.data} is not there; name the folder of the training sets with --data")
    unseen = [orjson.loads(line)["text"] for path in given.kept_out for line in path.open("rb")]
    options = FitOptions(epochs=given.epochs, steps=given.steps)
    given.folder.mkdir(parents=True, exist_ok=True)
    contexts, statements = read_contexts(given.data, unseen), read_statements(given.data)
    started = time.monotonic()
    weights = fit(contexts, statements, given.folder, options, lambda line: print(line, flush=True))
    hours = (time.monotonic() - started) / 3600
    figures = check(weights, contexts, near_misses(contexts, given.folder / "near.npz"))
    card = {
        "options": asdict(options),
        "data": {**FILES, STATEMENTS[0]: STATEMENTS[1]},
        "held_out": figures.as_json(),
        "hours": round(hours, 2),
    }
    WEIGHTS.write_bytes(weights.read_bytes())
    WEIGHTS.with_suffix(".json").write_bytes(orjson.dumps(card, option=orjson.OPT_INDENT_2) + b"\n")
    print(f"{WEIGHTS}: {figures}")


if __name__ == "__main__":
    main()

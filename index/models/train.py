"""Training of the embedder on pairs of an archive: the only importer of the trainer's libraries.

Weights are mixed with those of the model that the training began with: what lies between them
keeps what the model knew of other texts (Wortsman et al., "Robust fine-tuning of zero-shot
models", 2022). docs/decisions/0007-tuning.md has what was measured.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from index.disk import Scratch
from index.errors import TuningError
from index.models.runtime import import_models, number_format

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer

_WARM_UP = 0.1  # of the training


@dataclass(frozen=True, slots=True)
class TuningOptions:
    """How the embedder is trained.

    ``minutes`` end it wherever it is; ``share`` is that of the trained weights in the mixture with
    the model's own, 1 for the trained ones alone.
    """

    minutes: float = 10.0
    epochs: int = 2
    learning_rate: float = 2e-5
    batch: int = 32
    share: float = 0.5
    frozen_layers: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.minutes <= 0:
            raise TuningError(f"minutes is {self.minutes}; training needs more than none")


@dataclass(frozen=True, slots=True)
class Training:
    """What a training did: pairs and steps of how many, seconds, and the mean loss."""

    pairs: int
    steps: int
    of_steps: int
    seconds: float
    loss: float


@dataclass(frozen=True, slots=True)
class TrainingPair:
    """A text, the passage that belongs to it and one that does not.

    ``family`` is the original's id of the first two, ``other`` of the third.
    """

    anchor: str
    positive: str
    negative: str
    family: str
    other: str


def check_trainer() -> None:
    """Raise TuningError where the trainer's libraries are not installed."""
    missing = [name for name in ("accelerate", "datasets") if find_spec(name) is None]
    if missing:
        raise TuningError(
            f"tuning needs {' and '.join(missing)}; install with: pip install 'newsarchive[tune]'"
        )


def fit(
    base: Path,
    pairs: Sequence[TrainingPair],
    folder: Path,
    options: TuningOptions,
    advance: Callable[[int], None] = lambda steps: None,
) -> Training:
    """Train the sentence-transformers model in ``base`` and save it in ``folder``.

    ``advance`` is told of steps done. Raises TuningError where the pairs are too few for a batch.
    """
    check_trainer()
    batches = [
        batch
        for epoch in range(options.epochs)
        for batch in in_batches(pairs, options.batch, options.seed + epoch)
    ]
    if not batches or len(batches[0]) < 2:
        raise TuningError(
            f"{len(pairs)} training pairs are too few; an archive needs some dozens of articles "
            "that tell of different things"
        )
    model, before = _load(base, options)
    with Scratch() as scratch:
        trainer = _trainer(model, batches, str(scratch), options, advance)
        started = time.monotonic()
        trained = trainer.train()
        seconds = time.monotonic() - started
    _mix(model, before, options.share)
    model.save(str(folder), create_model_card=False)
    done = trainer.state.global_step
    return Training(
        pairs=sum(len(batch) for batch in batches[:done]),
        steps=done,
        of_steps=len(batches),
        seconds=seconds,
        loss=float(trained.training_loss),
    )


def steps_of(pairs: int, options: TuningOptions) -> int:
    """Estimate the number of steps that so many pairs take."""
    return max(1, options.epochs * pairs // options.batch)


def _load(base: Path, options: TuningOptions) -> tuple[SentenceTransformer, dict[str, Any]]:
    """Load the model, and a copy of its weights as they were."""
    # Every library of the trainer stays off the network: nothing it would tell or ask is wanted.
    for name in ("HF_HUB_DISABLE_TELEMETRY", "HF_DATASETS_OFFLINE", "WANDB_DISABLED"):
        os.environ[name] = "1"
    torch, sentence_transformer = import_models()
    torch.manual_seed(options.seed)
    model = sentence_transformer(str(base), device="cpu", local_files_only=True).float()
    before = {name: weights.clone() for name, weights in model.state_dict().items()}
    for name, weights in model.named_parameters():
        if "embeddings" in name and options.frozen_layers:
            weights.requires_grad = False
        if any(f"layer.{n}." in name for n in range(options.frozen_layers)):
            weights.requires_grad = False
    return model, before


def _trainer(
    model: SentenceTransformer,
    batches: Sequence[Sequence[TrainingPair]],
    scratch: str,
    options: TuningOptions,
    advance: Callable[[int], None],
) -> SentenceTransformerTrainer:
    import torch
    from datasets import Dataset, disable_progress_bars
    from sentence_transformers import (
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.base.sampler import DefaultBatchSampler
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from torch.optim import AdamW
    from torch.optim.lr_scheduler import LambdaLR
    from torch.utils.data import SequentialSampler
    from transformers import PrinterCallback

    class InOrder(DefaultBatchSampler):
        """The batches as they were made: each is of different families."""

        def __init__(self, dataset: Any, **settings: Any) -> None:  # noqa: ANN401
            super().__init__(SequentialSampler(dataset), **settings)

    disable_progress_bars()
    ordered = [pair for batch in batches for pair in batch]
    columns = ("anchor", "positive", "negative")
    dataset = Dataset.from_dict({c: [getattr(pair, c) for pair in ordered] for c in columns})
    clock = _Clock(options.minutes * 60, len(batches))
    optimizer = AdamW(
        (weights for weights in model.parameters() if weights.requires_grad),
        lr=options.learning_rate,
    )

    class WithoutCard(SentenceTransformerTrainer):
        """Writes no model card, which takes a second, a progress bar and a look at the hub."""

        def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
            pass

    trainer = WithoutCard(
        model=model,
        args=SentenceTransformerTrainingArguments(
            output_dir=scratch,
            num_train_epochs=1,
            per_device_train_batch_size=len(batches[0]),
            batch_sampler=InOrder,
            use_cpu=True,
            bf16=number_format(torch) == torch.bfloat16,
            seed=options.seed,
            save_strategy="no",
            logging_strategy="no",
            report_to="none",
            disable_tqdm=True,
            dataloader_pin_memory=False,
        ),
        train_dataset=dataset,
        loss=MultipleNegativesRankingLoss(model),
        optimizers=(optimizer, LambdaLR(optimizer, clock.rate)),
        callbacks=[_time_limit(clock, advance)],
    )
    trainer.remove_callback(PrinterCallback)  # it prints the figures on stdout
    return trainer


class _Clock:
    """How far a training is: by its steps, or by its time where that is shorter."""

    def __init__(self, seconds: float, steps: int) -> None:
        self._seconds = seconds
        self._steps = steps
        self._started: float | None = None

    def share(self, step: int) -> float:
        if self._started is None:
            self._started = time.monotonic()
        return max(step / self._steps, (time.monotonic() - self._started) / self._seconds)

    def rate(self, step: int) -> float:
        """Share of the learning rate: up during the warm-up, then down to 0 at the end."""
        done = self.share(step)
        # The first step counts, however few there are.
        up = (done + 1 / self._steps) / (_WARM_UP + 1 / self._steps)
        return max(0.0, min(up, (1 - done) / (1 - _WARM_UP)))


def _time_limit(clock: _Clock, advance: Callable[[int], None]) -> Any:  # noqa: ANN401
    from transformers import TrainerCallback

    class TimeLimit(TrainerCallback):  # type: ignore[misc,unused-ignore]
        """Ends the training at the step in which the time is over."""

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ANN401
            advance(1)
            if clock.share(state.global_step) >= 1:
                control.should_training_stop = True

    return TimeLimit()


def _mix(model: SentenceTransformer, before: dict[str, Any], share: float) -> None:
    """Put the trained weights and those before it together."""
    mixed = {
        name: weights.lerp(now.float(), share).to(now.dtype) if weights.is_floating_point() else now
        for (name, weights), now in zip(before.items(), model.state_dict().values(), strict=True)
    }
    model.load_state_dict(mixed)


def in_batches(pairs: Sequence[TrainingPair], size: int, seed: int) -> list[list[TrainingPair]]:
    """Full batches in which all passages of other pairs are of other families than the anchor's.

    Within a batch every other passage is a negative. Pairs that find no place are left out.
    """
    waiting = Random(seed).sample(pairs, len(pairs))
    batches: list[list[TrainingPair]] = []
    while waiting:
        batch: list[TrainingPair] = []
        own: set[str] = set()
        others: set[str] = set()
        left: list[TrainingPair] = []
        for pair in waiting:
            apart = pair.family not in own | others and pair.other not in own
            if len(batch) < size and apart:
                batch.append(pair)
                own.add(pair.family)
                others.add(pair.other)
            else:
                left.append(pair)
        if len(batch) < min(size, len(pairs)) and batches:
            break
        batches.append(batch)
        waiting = left
    return batches

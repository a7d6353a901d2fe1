"""Fits the reader: the packaged encoder with two heads, where an answer starts and where it ends.

The candidates of a question are normalised together (shared normalisation, Clark and Gardner,
"Simple and Effective Multi-Paragraph Reading Comprehension", 2018), each measured against its own
first token, which stands for "no answer here" (Devlin et al. 2019): so that the scores of different
passages compare, and all of them together tell whether there is an answer at all.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from index.models.embedder import Embedder
from index.models.kept import model_folder, open_embedder
from index.models.runtime import number_format
from index.models.span_reader import encode_pair, pair_tokenizer, with_heading
from index.settings import PACKAGED
from rag.training.reader_data import Context, Example, NearMisses, epoch

LONGEST = 256  # word pieces of question, heading and passage
_TOKENS = 5000  # word pieces of a batch, padding included
_CHECKPOINT = "checkpoint.pt"
_MATTER = 400  # characters of a text that say what it is about
_IGNORED = -1e4  # score of what is no part of a passage


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How the reader is fitted."""

    epochs: int = 2
    steps: int | None = None  # at most; None: as the epochs have
    learning_rate: float = 1.5e-4
    warm_up: int = 300  # steps
    decay: float = 0.3  # share of the steps at the end in which the rate falls to 0
    seed: int = 13
    save_every: int = 250  # steps


@dataclass(frozen=True, slots=True)
class _Encoded:
    """One candidate: ids, kinds of segment, and for each token whether an answer starts, ends."""

    ids: list[int]
    segments: list[int]
    starts: list[int]
    ends: list[int]


class ReaderModel(nn.Module):
    """BERT with a start and an end score for every token."""

    def __init__(self, folder: Path) -> None:
        """Take the encoder's weights from a saved model."""
        super().__init__()
        from transformers import BertModel

        self.bert = BertModel.from_pretrained(
            str(folder),
            add_pooling_layer=False,
            local_files_only=True,
            # Each epoch draws other near misses; dropout made a step a third slower.
            attention_probs_dropout_prob=0.0,
            hidden_dropout_prob=0.0,
        )
        self.heads = nn.Linear(self.bert.config.hidden_size, 2)
        nn.init.normal_(self.heads.weight, std=0.02)
        nn.init.zeros_(self.heads.bias)
        self.bert.embeddings.word_embeddings.weight.requires_grad = False

    def forward(self, ids: Tensor, segments: Tensor, mask: Tensor) -> Tensor:
        """Scores, (candidates, width, 2), each less that of the candidate's first token."""
        hidden = self.bert(
            input_ids=ids, token_type_ids=segments, attention_mask=mask
        ).last_hidden_state
        scores: Tensor = self.heads(hidden).float()
        scores = scores - scores[:, :1]
        # The first token and the question cannot answer.
        return scores.masked_fill((segments == 0)[:, :, None] | (mask == 0)[:, :, None], _IGNORED)


def group_loss(scores: Tensor, targets: Tensor, group: Tensor, answered: Tensor) -> Tensor:
    """Mean negative log likelihood of each group's answers, or of its having none.

    ``scores`` and ``targets`` are (candidates, width, 2), ``group`` the group of each candidate,
    ``answered`` (groups,) 1 where some passage answers. No answer has score 0.
    """
    groups = len(answered)
    total = torch.zeros((groups, 2)).index_add(0, group, scores.exp().sum(1))
    right = torch.zeros((groups, 2)).index_add(0, group, (scores.exp() * targets).sum(1))
    # A statement that is borne out has no span: any will do.
    spans = torch.zeros((groups, 2)).index_add(0, group, targets.sum(1)).clamp(max=1)
    right = torch.where(spans > 0, right, total)
    right = torch.where(answered[:, None] > 0, right, torch.ones_like(right))
    return ((1 + total).log() - right.clamp(min=1e-9).log()).sum(1).mean() / 2


def fit(
    contexts: Sequence[Context],
    statements: Sequence[Example],
    folder: Path,
    options: FitOptions,
    report: Callable[[str], None],
) -> Path:
    """Fit the reader and return the file of its weights; goes on from a checkpoint in ``folder``.

    ``report`` is told how far it is. Two fits of the same texts and seed differ by rounding alone.
    """
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    torch.manual_seed(options.seed)
    base = model_folder(PACKAGED)
    assert base is not None
    misses = near_misses(contexts, folder / "near.npz")
    tokenizer = pair_tokenizer(base, LONGEST)
    batches = _all_batches(contexts, statements, misses, tokenizer, options)[: options.steps]
    model = ReaderModel(base)
    trained = [weights for weights in model.parameters() if weights.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=options.learning_rate, weight_decay=0.01)
    first = _resume(folder / _CHECKPOINT, model, optimizer)
    model.train()
    losses: list[float] = []
    started = time.monotonic()
    for step in range(first, len(batches)):
        for settings in optimizer.param_groups:
            settings["lr"] = options.learning_rate * _rate(step, len(batches), options)
        tensors = _tensors(batches[step])
        with torch.autocast("cpu", number_format(torch)):
            scores = model(*tensors[:3])
        loss = group_loss(scores, *tensors[3:])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % 50 == 0:
            report(
                f"step {step + 1} of {len(batches)}: loss {np.mean(losses[-50:]):.3f}, "
                f"{(time.monotonic() - started) / (step + 1 - first):.2f} s a step"
            )
        if (step + 1) % options.save_every == 0:
            _save(folder / _CHECKPOINT, model, optimizer, step + 1)
    return save_weights(model, folder / "reader.safetensors")


def _rate(step: int, steps: int, options: FitOptions) -> float:
    """Share of the learning rate: up at first, level, then down to 0."""
    left = (steps - step) / (options.decay * steps)
    return min(1.0, (step + 1) / options.warm_up, left)


def near_misses(contexts: Sequence[Context], kept: Path) -> NearMisses:
    """Embed contexts and questions with the product's own encoder; vectors are kept in a file."""
    if not kept.exists():
        embedder = open_embedder(PACKAGED)
        questions = [question for context in contexts for question, _ in context.questions]
        vectors = [
            _embedded(embedder, [text[:_MATTER] for text in texts])
            for texts in ([context.text for context in contexts], questions)
        ]
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, contexts=vectors[0], questions=vectors[1])
    with np.load(kept) as stored:
        return NearMisses(contexts, stored["contexts"], stored["questions"])


def _embedded(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of texts, those of about one length together, on all cores."""
    rows = sorted(range(len(texts)), key=lambda n: len(texts[n]))
    batches = [rows[first : first + 64] for first in range(0, len(rows), 64)]
    out = np.empty((len(texts), embedder.dimension), np.float32)
    with ThreadPoolExecutor(embedder.workers()) as pool:
        found = pool.map(
            lambda batch: embedder.embed([texts[n] for n in batch], [()] * len(batch))[0], batches
        )
        for batch, vectors in zip(batches, found, strict=True):
            out[batch] = vectors
    return out


def _all_batches(
    contexts: Sequence[Context],
    statements: Sequence[Example],
    misses: NearMisses,
    tokenizer: Tokenizer,
    options: FitOptions,
) -> list[list[tuple[list[_Encoded], bool]]]:
    batches = []
    for number in range(options.epochs):
        seed = options.seed + number
        examples = [
            (encode(example, tokenizer), example.answered)
            for example in epoch(contexts, statements, misses, seed)
        ]
        batches += list(_batches(examples, Random(seed)))
    return batches


def encode(example: Example, tokenizer: Tokenizer) -> list[_Encoded]:
    """Word pieces of each candidate with the question before it."""
    encoded = []
    for candidate in example.candidates:
        _, begins = with_heading(candidate.heading, candidate.text)
        found = encode_pair(tokenizer, example.question, candidate.heading, candidate.text)
        starts = [0] * len(found.ids)
        ends = [0] * len(found.ids)
        for span in candidate.spans:
            inside = [
                n
                for n, (segment, (left, right)) in enumerate(
                    zip(found.type_ids, found.offsets, strict=True)
                )
                if segment == 1
                and right > left
                and left < span.end + begins
                and right > span.start + begins
            ]
            if inside:
                starts[inside[0]] = ends[inside[-1]] = 1
        encoded.append(_Encoded(found.ids, found.type_ids, starts, ends))
    return encoded


def _batches(
    examples: Sequence[tuple[list[_Encoded], bool]], random: Random
) -> Iterator[list[tuple[list[_Encoded], bool]]]:
    """Batches of examples of about one width, in random order."""
    width = {id(e): max(len(c.ids) for c in e[0]) for e in examples}
    ordered = sorted(examples, key=lambda e: width[id(e)] + random.random() * 16)
    batches: list[list[tuple[list[_Encoded], bool]]] = [[]]
    rows = 0
    for example in ordered:
        if batches[-1] and (rows + len(example[0])) * width[id(example)] > _TOKENS:
            batches.append([])
            rows = 0
        batches[-1].append(example)
        rows += len(example[0])
    random.shuffle(batches)
    yield from batches


def _tensors(batch: Sequence[tuple[list[_Encoded], bool]]) -> tuple[Tensor, ...]:
    candidates = [(at, one) for at, (group, _) in enumerate(batch) for one in group]
    width = max(len(one.ids) for _, one in candidates)
    ids = torch.zeros((len(candidates), width), dtype=torch.long)
    segments, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    targets = torch.zeros((len(candidates), width, 2))
    for row, (_, one) in enumerate(candidates):
        size = len(one.ids)
        ids[row, :size] = torch.tensor(one.ids)
        segments[row, :size] = torch.tensor(one.segments)
        mask[row, :size] = 1
        targets[row, :size, 0] = torch.tensor(one.starts, dtype=torch.float)
        targets[row, :size, 1] = torch.tensor(one.ends, dtype=torch.float)
    group = torch.tensor([at for at, _ in candidates])
    answered = torch.tensor([float(answered) for _, answered in batch])
    return ids, segments, mask, targets, group, answered


def _resume(checkpoint: Path, model: ReaderModel, optimizer: torch.optim.Optimizer) -> int:
    if not checkpoint.exists():
        return 0
    kept: dict[str, Any] = torch.load(checkpoint, weights_only=True)
    model.load_state_dict(kept["model"])
    optimizer.load_state_dict(kept["optimizer"])
    torch.set_rng_state(kept["random"])
    return int(kept["step"])


def _save(
    checkpoint: Path, model: ReaderModel, optimizer: torch.optim.Optimizer, step: int
) -> None:
    """Write the checkpoint beside the last one and rename it: a kill leaves one that is whole."""
    kept = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "random": torch.get_rng_state(),
        "step": step,
    }
    torch.save(kept, checkpoint.with_suffix(".new"))
    checkpoint.with_suffix(".new").replace(checkpoint)


def save_weights(model: ReaderModel, path: Path) -> Path:
    """Write what is shipped: all weights but the word embeddings, which stay the encoder's."""
    weights = {
        name.removeprefix("bert."): tensor.half().contiguous()
        for name, tensor in model.state_dict().items()
        if "word_embeddings" not in name and "position_ids" not in name
    }
    save_file(weights, path)
    return path

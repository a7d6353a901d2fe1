"""The packaged reader on passages: what stands above each is its headline, outlet and day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from index.models.kept import model_folder
from index.models.span_reader import ScoredSpan, SpanReader
from index.settings import PACKAGED
from index.types import Article
from rag.reader import Reading
from rag.types import Passage


class TrainedReader:
    """Reads with the packaged model. Safe to use from several threads."""

    def __init__(self, model: SpanReader) -> None:
        self._model = model

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """Read each passage with the question, in the order given."""
        texts = [(heading(passage.article), passage.text) for passage in passages]
        readings = self._model.read(question, texts)
        return [
            Reading(
                passage,
                tuple(
                    ScoredSpan(passage.start + one.start, passage.start + one.end, one.score)
                    for one in reading.spans
                ),
                reading.answers,
            )
            for passage, reading in zip(passages, readings, strict=True)
        ]


@cache
def packaged_reader() -> TrainedReader:
    """Return the reader that comes with the package; its weights are loaded at first use."""
    base = model_folder(PACKAGED)
    assert base is not None  # the package that holds it is a dependency
    return TrainedReader(SpanReader(base))


def heading(article: Article) -> str:
    """Headline, outlet and day as the reader was trained to see them."""
    day = ""
    if article.day:
        when = date.fromisoformat(article.day)
        day = f"{when.day} {when:%B %Y}"
    origin = ", ".join(part for part in (article.source, day) if part)
    return ". ".join(part for part in (article.title.rstrip(" ."), origin) if part)

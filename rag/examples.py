"""Example questions about an archive's own articles, for people who see it the first time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from index.types import Article

_FIGURE = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|\d{1,3}(?:,\d{3})*|\d+) "
    r"(people|passengers|workers|soldiers|homes|houses|seats|rockets|votes|students|residents|"
    r"protesters|officers|patients|ships|jobs)\b"
)
_NAME = re.compile(r"(?<![.!?“\"] )(?<!^)\b[A-Z][\w’'-]+(?: (?:al-|of the |of )?[A-Z][\w’'-]+)+")
_SAID = re.compile(r"\b(?:said|told|announced|denied|warned|claimed)\b")


def candidate_questions(articles: Iterable[Article]) -> Iterator[str]:
    """Questions that the articles probably answer, of different forms in turn."""
    seen: set[str] = set()
    for number, article in enumerate(articles):
        name = _main_name(article)
        if name is None or name in seen:
            continue
        seen.add(name)
        figure = _FIGURE.search(article.text)
        if number % 3 == 0 and figure is not None:
            yield f"How many {figure.group(1)} were affected in the {name} story?"
        if _SAID.search(article.text) and number % 3 != 2:
            yield f"What was said about {name}?"
        yield f"What happened with {name}?"


def _main_name(article: Article) -> str | None:
    names = Counter(match.group() for match in _NAME.finditer(article.text))
    return names.most_common(1)[0][0] if names else None

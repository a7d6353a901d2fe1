"""Example questions about an archive's own articles, for people who see it the first time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import cycle

from index.types import Article

# Two or more capitalised words that do not begin a sentence or a quotation.
_NAME = re.compile(
    r"(?<=[a-z,] )[A-Z][\w’'-]*[a-z](?: (?:al-|of the |of )?[A-Z][\w’'-]*[a-z])+(?<!'s)(?<!’s)"
)
_TIMES = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May "
    "June July August September October November December".split()
)
_FORMS = ("What was said about {}?", "What happened with {}?", "What is known about {}?")


def candidate_questions(articles: Iterable[Article]) -> Iterator[str]:
    """Yield a question for each article whose main name no article before it had."""
    seen: set[str] = set()
    forms = cycle(_FORMS)
    for article in articles:
        name = _main_name(article)
        if name is not None and name not in seen:
            seen.add(name)
            yield next(forms).format(name)


def _main_name(article: Article) -> str | None:
    found = (match.group() for match in _NAME.finditer(article.text))
    names = Counter(name for name in found if not _TIMES & set(name.split()))
    return names.most_common(1)[0][0] if names else None

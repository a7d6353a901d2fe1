"""Whether what a question takes for granted is there: the thing that it names, and who speaks.

A near article that has each word of "Nobel Prize in Literature" but one is about another prize,
and an article that names a speaker somewhere need not quote them. Asked of short questions alone:
a long one tells of several things, which several articles share out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from index.text.stopwords import STOP_WORDS
from index.text.words import Word, words
from index.types import Article
from rag.answer.rules.features import Asked, Reading, headline, text_before
from rag.answer.rules.relatives import Relative
from rag.question.name_forms import names_in
from rag.question.speech import ASKS_WHAT
from rag.types import Query

SHORT = 12  # content words
_SPEAKS = re.compile(ASKS_WHAT, re.IGNORECASE)
_OF = re.compile(r" (?:of|in|for) ")
_NAMED_THING = re.compile(r"\b[A-Z0-9][\w’'-]*(?: (?:(?:of|in|for|the|de|al) ){0,2}[A-Z][\w’'-]*)+")


def is_shared_out(query: Query, asked: Asked) -> bool:
    """Whether a question is long, of several parts or about outlets: several articles answer it."""
    outlets = any(inference.part == "outlets" for inference in query.inferred)
    return len(asked.weights) > SHORT or len(query.parts) > 1 or outlets


def unmet(
    query: Query,
    asked: Asked,
    near: Mapping[str, frozenset[str]],
    articles: Sequence[Article],
    best: Sequence[Reading],
) -> str:
    """Say what a short question of one part takes for granted and nothing found has; or "".

    ``near`` maps the near articles to the question's names in them, ``articles`` are all that were
    found, ``best`` are the best sentences.
    """
    if is_shared_out(query, asked):
        return ""
    for match in _NAMED_THING.finditer(query.standalone):
        thing = _without_start(match[0])
        if _is_missing(thing, asked, near, articles):
            return f'Nothing that was found in the archive mentions "{thing}".'
    relative = Relative.asked(query.standalone)
    if relative and not any(relative.is_told(reading) for reading in best):
        return f"Nothing that was found in the archive tells of a {relative.name} in this."
    speaks = _SPEAKS.search(query.standalone)
    speaker = _capitals(speaks["who"]) if speaks else []
    if speaker and not any(_names(reading, speaker, asked) for reading in best):
        who = " ".join(word.form.capitalize() for word in speaker)
        return f'Nothing that was found tells what "{who}" says of this.'
    return ""


def _without_start(thing: str) -> str:
    """Leave out the "Did" that its capital at the start of a question pulled in."""
    first, _, rest = thing.partition(" ")
    return rest if first.lower() in STOP_WORDS and rest else thing


def _is_missing(
    thing: str, asked: Asked, near: Mapping[str, frozenset[str]], articles: Iterable[Article]
) -> bool:
    """Whether nothing found has the last word of a name as a name.

    Of "Nobel Prize in Literature" one near article must have all words: of a person some may be
    left out, but a word after "in" or "of" tells one thing from others of its kind.
    """
    found = [word for word in words(thing) if word.stem in asked.names]
    if len(found) < 2:
        return False
    if _OF.search(thing) and not any(
        {word.stem for word in found} <= named for named in near.values()
    ):
        return True
    last = frozenset([found[-1].stem])
    texts = (f"{headline(article)} {article.text}" for article in articles)
    return not any(names_in(_named(text), last, asked.others) for text in texts)


def _named(text: str) -> list[Word]:
    return [word for word in words(text) if word.capital or word.form[0].isdigit()]


def _capitals(text: str) -> list[Word]:
    return [word for word in words(text) if word.capital and word.content]


def _names(reading: Reading, speaker: Sequence[Word], asked: Asked) -> bool:
    """Whether a sentence or the one before it names a speaker, by any word of the name."""
    text = f"{text_before(reading.candidate)} {reading.text}"
    return bool(names_in(words(text), frozenset(word.stem for word in speaker), asked.others))

"""Follow-ups: a question that leans on the turns before it becomes one that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answerers.stopwords import STOP_WORDS
from rag.types import Turn

_PRONOUN = re.compile(
    r"\b(?:he|she|they|him|her|hers|them|his|their|theirs|it|its|this|these|those|"
    r"the (?:same|latter|former|other)|that(?=[\s]*[?.,;]|$)|(?:after|about|before|like|did|"
    r"do|with|"
    r"of|was|is) that|there(?=[\s]*[?.,;]|$)|ones?(?=[\s]*[?.,;]|$))\b",
    re.IGNORECASE,
)
_CONNECTIVE = re.compile(
    r"^(?:and|so|but|or|then|also|what about|how about|what else|why not|why so|how so|who else|"
    r"where else|when exactly|how come|really|anything else|any others?|tell me more)\b",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(
    r"^(?:and |but |so |or )?(?:what about|how about|in|on|for|at|by|with|from|the|since|before|"
    r"after|during|as for)\b",
    re.IGNORECASE,
)
NAME = re.compile(
    r"(?:\b[A-ZÀ-Þ](?:\.|[\w’'-]*)|\b\d[\d.,:]*\w*)"
    r"(?:(?: (?:of|de|al|bin|von|van|the))? [A-ZÀ-Þ](?:\.|[\w’'-]*))*"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_TOKEN = re.compile(r"[\w’'.-]*\w")
_CARRIED = 10  # words a follow-up takes over at most: more would drown its own


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """Add to the question what it leans on; unchanged where it has a topic of its own.

    An elliptic one ("And in 2019?") follows the question that it continues; any other is given
    the names and nouns of the turns before in brackets.
    """
    asked = [turn.content for turn in history if turn.role == "user"]
    if not asked or not _leans(question):
        return question
    topic = asked[-1]
    if is_elliptic(question):
        if _YEAR.search(question):
            topic = _YEAR.sub("", topic)
        earlier = _carried(asked[:-1], f"{topic} {question}") if _leans(topic) else []
        return _bracketed(" ".join(f"{topic.strip()} {question}".split()), earlier)
    carried = _carried(asked, question)
    answers = [turn.content for turn in history if turn.role == "assistant"]
    if answers and _PRONOUN.search(question):
        carried += _names(answers[-1], " ".join([question, *carried]))[:3]
    return _bracketed(question, carried)


def _bracketed(question: str, carried: Sequence[str]) -> str:
    return f"{question} ({', '.join(carried[:_CARRIED])})" if carried else question


def _leans(question: str) -> bool:
    """Whether a question needs the turns before it to be understood."""
    if _CONNECTIVE.match(question) or is_elliptic(question):
        return True
    content = _content(question)
    if len(content) <= (2 if _named(question) else 4):
        return True
    pronoun = _PRONOUN.search(question)
    if pronoun is None:
        return False
    # A name that comes first is what the pronoun means: "What did Lee say of his trip?"
    return not _named(question[: pronoun.start()])


def _named(text: str) -> bool:
    """Whether it names something; the capital of a first word is none."""
    return any(m.start() > 0 for m in NAME.finditer(text))


def is_elliptic(question: str) -> bool:
    """Whether it has no verb of its own: "What about Leeds?", "And in 2019?"."""
    return (
        bool(_ELLIPSIS.match(question))
        and len(_TOKEN.findall(question)) <= 7
        and not re.search(
            r"\b(?:did|do|does|was|were|is|are|has|have|had|will|would|can|could|who|which|"
            r"how many)\b",
            question,
            re.IGNORECASE,
        )
    )


def _content(text: str) -> list[str]:
    return [w for w in _TOKEN.findall(text) if w.lower() not in STOP_WORDS and len(w) > 1]


def _carried(asked: Sequence[str], own: str) -> list[str]:
    """Names, then nouns of the turns before, back to one that stands alone and names something."""
    names: list[str] = []
    nouns: list[str] = []
    for earlier in reversed(asked):
        plain = re.sub(r"['’]s\b", "", earlier)
        names += _names(plain, " ".join([own, *names]))
        known = {word.lower() for word in _content(" ".join([own, *names, *nouns]))}
        nouns += [word for word in _content(plain) if word.lower() not in known]
        if names and not _leans(earlier):
            break
    return [*names, *nouns]


def _names(text: str, known: str) -> list[str]:
    """Names and numbers of an answer that are not known yet, in order."""
    found = []
    for match in NAME.finditer(re.sub(r"\[\d+\]", "", text)):
        name = " ".join(_without_start(match[0].strip(".,'’").split()))
        first = match.start() == 0 and " " not in name
        if first or not name or name.lower() in known.lower() or name.lower() in STOP_WORDS:
            continue
        if name[0].isalpha() and name not in found:
            found.append(name)
    return found


def _without_start(name: list[str]) -> list[str]:
    """Strip a name of the "In" or "The" that its capital at a sentence's start pulled in."""
    return name[1:] if name and name[0].lower() in STOP_WORDS else name

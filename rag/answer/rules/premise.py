"""Whether what a question takes for granted is there: a relative, the thing it names, who speaks.

A near article that has each word of "Nobel Prize in Literature" but one is about another prize,
and an article that names a speaker somewhere need not quote them. Asked of short questions alone:
a long one tells of several things, which several articles share out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.text.words import STOP_WORDS, Word, words
from index.types import Article
from rag.answer.rules.features import Asked, MatchedSentence, headline, text_before
from rag.question.names import names_in
from rag.question.speech import ASKS_WHAT
from rag.types import Query

# Relatives that a question asks about: "What did Johnson's wife say?" is not about Johnson. The
# name beside the relative is rarer than the word for one, so that sentences of the one who is
# named would be taken for answers.
OF_THE_NAMED = 3.0  # logits for a sentence that tells of the one who is named and of no relative
_SPOUSE = r"spouse|couple|marr(?:y|ied|iage)|wed(?:ding)?|partner|divorced?"
_CHILD = r"child|children|kids?|heirs?|bab(?:y|ies)|offspring"
_SIBLING = r"siblings?|twins?"
_PARENT = r"parents?"
# By one of which a text tells of a relative.
_WORDS = {
    "wife": rf"wife|wives|widow|bride|first lady|mrs|{_SPOUSE}",
    "husband": rf"husband|widower|groom|first gentleman|{_SPOUSE}",
    "widow": rf"widow|wife|{_SPOUSE}",
    "son": rf"sons?|boys?|{_CHILD}",
    "daughter": rf"daughters?|girls?|{_CHILD}",
    "brother": rf"brothers?|{_SIBLING}",
    "sister": rf"sisters?|{_SIBLING}",
    "mother": rf"mothers?|mum|mom|{_PARENT}",
    "father": rf"fathers?|dad|{_PARENT}",
}
_ASKED = re.compile(
    r"(?:(?P<owner>[\w’'-]+?)(?:['’]s|(?<=s)['’])|\b(?:his|her|their)) (?:\w+ )?"
    rf"(?P<relative>{'|'.join(_WORDS)})s?\b(?!['’-]\w)"
    r"(?! (?:ship|company|paper|publication|party|station|site|tongue|figure))"
)


@dataclass(frozen=True, slots=True)
class Relative:
    """A relative that is asked about, how texts tell of one, and whose it is, as stems."""

    name: str
    told: re.Pattern[str]
    of: frozenset[str]

    @classmethod
    def asked(cls, question: str) -> Relative | None:
        """Read the relative that a question is about; None where it names none."""
        match = _ASKED.search(question)
        if match is None:
            return None
        told = re.compile(rf"\b(?:{_WORDS[match['relative']]})\b", re.IGNORECASE)
        named = [word for word in words(match["owner"] or "") if word.capital]
        return cls(match["relative"], told, frozenset(word.stem for word in named))

    def costs(self, sentences: Sequence[MatchedSentence]) -> NDArray[np.float64]:
        """Logits to take off each sentence that tells of no such relative."""
        return OF_THE_NAMED * np.array([not self.is_told(r) for r in sentences], dtype=np.float64)

    def is_told(self, sentence: MatchedSentence) -> bool:
        """Whether a sentence, with the one before it, tells of such a relative."""
        text = f"{text_before(sentence.candidate)} {sentence.text}"
        if not self.told.search(text):
            return False
        return not self.of or self.of <= {word.stem for word in words(text)}


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
    best: Sequence[MatchedSentence],
) -> str:
    """Say what a short question of one part takes for granted and nothing found has; or "".

    ``near`` maps the near articles to the question's names in them, ``articles`` are all that were
    found, ``best`` are the best sentences.
    """
    if is_shared_out(query, asked):
        return ""
    for match in _NAMED_THING.finditer(query.standalone):
        thing = match[0]
        first, _, rest = thing.partition(" ")
        if first.lower() in STOP_WORDS and rest:
            thing = rest  # its capital at the start of a question pulled the "Did" in
        if _is_missing(thing, asked, near, articles):
            return f'Nothing that was found in the archive mentions "{thing}".'
    relative = Relative.asked(query.standalone)
    if relative and not any(relative.is_told(sentence) for sentence in best):
        return f"Nothing that was found in the archive tells of a {relative.name} in this."
    speaks = _SPEAKS.search(query.standalone)
    named = words(speaks["who"]) if speaks else []
    speaker = [word for word in named if word.capital and word.content]
    if speaker and not any(_names(sentence, speaker, asked) for sentence in best):
        who = " ".join(word.form.capitalize() for word in speaker)
        return f'Nothing that was found tells what "{who}" says of this.'
    return ""


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
    for article in articles:
        all_words = words(f"{headline(article)} {article.text}")
        named = [word for word in all_words if word.capital or word.form[0].isdigit()]
        if names_in(named, last, asked.others):
            return False
    return True


def _names(sentence: MatchedSentence, speaker: Sequence[Word], asked: Asked) -> bool:
    """Whether a sentence or the one before it names a speaker, by any word of the name."""
    text = f"{text_before(sentence.candidate)} {sentence.text}"
    return bool(names_in(words(text), frozenset(word.stem for word in speaker), asked.others))

"""Make a question set of a user's own archive, to see how well it works on theirs.

Three kinds: key words of a headline, a sentence with a gap, and a near miss, which is such a
sentence about somebody else of whom the archive says nothing of the sort. What is asked for is left
out, and so are other numbers and a share of the names and words, so that no question is a plain
copy of what it should find. Only sound ones are kept, as far as words can tell: the words of a
question stand together in one article (or in copies of it), those of a near miss in none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from random import Random

import orjson

from index.settings import StrPath
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.store.stores import reading_catalog
from index.text.words import CALENDAR_WORDS, STOP_WORDS
from index.types import Article
from rag.evaluation.scoring import fold
from rag.evaluation.sets import QUESTIONS, EvaluationSetError
from rag.question.times import names_time

# A whole name: neither the end of a longer one ("van …", "Ada …") nor what begins a sentence, where
# any word has a capital.
_NAME = re.compile(
    r"\b(?P<before>[a-z]+) (?P<name>[A-Z][\w’'-]*[a-z](?: [A-Z][\w’'-]*[a-z])*)(?<!['’]s)"
    r"(?=[ ,.?])(?! (?:[A-Z]|of |de |van |von |bin |al-))"
)
_PARTICLES = frozenset(
    "van von de der den del della di da bin ibn al el of the and or la le".split()
)
_LEANS = re.compile(
    r"(?:This|That|These|Those|It|Its|He|She|They|His|Her|Their|Such|There|Then|However|But|And|"
    r"Both|Another|Others?|Also|In (?:this|that|addition|response))\b"
)
_NUMBER = re.compile(r"(?<![\w$€£.,/-])\d+(?:[.,]\d+)*(?![\w%-])")
_COUNTED = re.compile(r" (?:[a-z]+s|people|men|women|children)\b")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_GAP = "…"
_WORDS = range(10, 36)
FEWEST = 4  # content words that must be left for a question to mean one article
_DROPPED = 0.2  # of the words of a headline
_THINNED = 0.4  # of the other words of a sentence


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that is sound only if ``words`` (folded) mean one article of the archive.

    ``asks`` is what the gap stands for, "" in a headline's. ``names`` are those left in the
    question, in order, each with the word before it.
    """

    kind: str
    article: Article
    question: str
    words: frozenset[str]
    asks: str = ""
    sentence: str = ""
    names: tuple[tuple[str, str], ...] = ()


def content_words(text: str) -> frozenset[str]:
    """Words of a text, folded, without stop words."""
    return frozenset(word for word in fold(text).split() if word not in STOP_WORDS)


def from_headline(article: Article, chance: Random) -> Candidate | None:
    """Ask in key words of the headline, a fifth of them left out; None where it has too few."""
    kept = [word for word in article.title.split() if content_words(word)]
    while len(kept) > FEWEST and chance.random() < _DROPPED * len(kept):
        kept.pop(chance.randrange(len(kept)))
    question = " ".join(kept)
    words = content_words(question)
    if len(words) < FEWEST:
        return None
    return Candidate("headline", article, question, words)


def from_sentence(article: Article, sentence: str, chance: Random) -> Candidate | None:
    """Put a gap for one name or number of a sentence; None for one that is not fit for it."""
    sentence = " ".join(sentence.split())
    details = [found.span("name") for found in _named(sentence)]
    details += [number.span() for number in _NUMBER.finditer(sentence)]
    if not _is_fit(sentence) or len(details) < 2:
        return None
    start, end = chance.choice(details)
    asks = sentence[start:end]
    if content_words(asks) & content_words(sentence[:start] + sentence[end:]):
        return None  # said elsewhere in the sentence, so nothing would be asked
    is_count = asks[0].isdigit() and not _YEAR.fullmatch(asks)
    counted = _COUNTED.match(sentence, end) if is_count else None
    # Left out too: numbers, and half of the names but for one.
    left_out = [
        span
        for place, span in enumerate(span for span in details if span != (start, end))
        if sentence[span[0]].isdigit() or (place > 0 and chance.random() < 0.5)
    ]
    noun = counted.end() if counted else end
    before = _thinned(_without(sentence, left_out, 0, start), chance)
    after = _thinned(_without(sentence, left_out, noun, len(sentence)).rstrip(" ."), chance)
    after = f"{sentence[end:noun]} {after}"
    gap = "how many" if counted else _GAP
    question = re.sub(r" (?=[,?])", "", " ".join(f"{before} {gap} {after}?".split()))
    words = content_words(f"{before} {after}")
    names = tuple((found["before"], found["name"]) for found in _named(question))
    if len(words) < FEWEST or not names:
        return None
    return Candidate("cloze", article, question, words, asks, sentence, names)


def _without(text: str, left_out: Sequence[tuple[int, int]], first: int, last: int) -> str:
    """Give the characters from ``first`` to ``last`` without those spans."""
    return "".join(
        letter
        for place, letter in enumerate(text[first:last], first)
        if not any(start <= place < end for start, end in left_out)
    )


def _named(text: str) -> Iterator[re.Match[str]]:
    """Names with the word before each, but for days and months."""
    for found in _NAME.finditer(text):
        is_time = CALENDAR_WORDS & set(fold(found["name"]).split())
        if found["before"] not in _PARTICLES and not is_time:
            yield found


def _is_fit(sentence: str) -> bool:
    """Whether it can be read by itself: one plain sentence, with no quotation that is cut."""
    return (
        len(sentence.split()) in _WORDS
        and sentence[0].isupper()
        and sentence.endswith(".")
        and not _LEANS.match(sentence)
        and not re.search(r"[\"“”:;()\[\]|]|https?", sentence)
    )


def _thinned(text: str, chance: Random) -> str:
    """Leave out two fifths of the content words; names are kept whole, or they would be others."""
    kept = []
    for word in text.split():
        plain = word[0].islower() and bool(content_words(word))
        if not plain or chance.random() >= _THINNED:
            kept.append(word)
    return " ".join(kept)


_SOURCES = 6  # articles looked at for each question to make
_SENTENCES = 3  # of an article
# A near miss whose name is everywhere in the archive may be reported on in other words.
_RARE = 0.02
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class _Inventory:
    """What soundness is checked against: families by the words and names that they hold."""

    families: Mapping[str, Sequence[str]]
    holders: Mapping[str, frozenset[str]]

    def holding(self, words: Iterable[str]) -> frozenset[str]:
        """Originals whose headline and text hold all of the words."""
        found = [self.holders.get(word, frozenset()) for word in words]
        return frozenset.intersection(*found) if found else frozenset()


def make_questions(archive_dir: StrPath, count: int, *, seed: int = 0) -> list[dict[str, object]]:
    """Make up to ``count`` questions, a third of each kind; the same for the same archive and seed.

    Fewer come of a small archive, or one whose articles are too much alike. Raises
    EvaluationSetError where none can be made.
    """
    chance = Random(seed)
    with reading_catalog(ArchiveFolder(archive_dir).current()) as catalog:
        candidates = list(_candidates(catalog, count, chance))
        held = _take_inventory(catalog, candidates)
    sound = [one for one in candidates if held.holding(one.words) == {one.article.id}]
    headlines = [one for one in sound if one.kind == "headline"]
    clozes = [one for one in sound if one.kind == "cloze"]
    named = [name for one in candidates for name in one.names]
    kinds = [headlines, clozes, list(_near_misses(clozes[::-1], named, held, chance))]
    turns = [one for one in chain.from_iterable(zip_longest(*kinds)) if one is not None][:count]
    if not turns:
        raise EvaluationSetError(
            f"no question can be made of {archive_dir}: it needs articles with headlines and "
            "sentences that name somebody"
        )
    return [_line(number, one, held) for number, one in enumerate(turns, start=1)]


def write_questions(folder: Path, questions: Sequence[dict[str, object]]) -> Path:
    """Write a set's questions file; raises EvaluationSetError where there is one already."""
    path = folder / QUESTIONS
    if path.exists():
        raise EvaluationSetError(f"{path} is there already; name another folder or delete it")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in questions)
    )
    return path


def _candidates(catalog: Catalog, count: int, chance: Random) -> Iterator[Candidate]:
    """Headlines and sentences of a random choice of articles; copies are no sources."""
    ids = [entry.id for entry in catalog.register.entries() if entry.id == entry.family]
    chance.shuffle(ids)
    for article_id in ids[: count * _SOURCES]:
        article = catalog.article(article_id)
        assert article is not None
        headline = from_headline(article, chance)
        if headline is not None:
            yield headline
        spans = [span for span in catalog.sentences(article_id) if span.end > span.start]
        for span in chance.sample(spans, min(len(spans), _SENTENCES)):
            sentence = from_sentence(article, article.text[span.start : span.end], chance)
            if sentence is not None:
                yield sentence
                break


def _take_inventory(catalog: Catalog, candidates: Sequence[Candidate]) -> _Inventory:
    """Note which families hold the candidates' words; others would fill the memory."""
    wanted: set[str] = set()
    for one in candidates:
        names = " ".join(name for _, name in one.names)
        wanted |= one.words | content_words(one.asks) | content_words(names)
    families: dict[str, list[str]] = defaultdict(list)
    family_of: dict[str, str] = {}
    for entry in catalog.register.entries():
        families[entry.family].append(entry.id)
        family_of[entry.id] = entry.family
    holders: dict[str, set[str]] = defaultdict(set)
    for article in catalog.articles():  # a version may answer what its original does not
        for word in content_words(f"{article.title} {article.text}") & wanted:
            holders[word].add(family_of[article.id])
    return _Inventory(families, {word: frozenset(ids) for word, ids in holders.items()})


def _near_misses(
    clozes: Sequence[Candidate],
    named: Sequence[tuple[str, str]],
    held: _Inventory,
    chance: Random,
) -> Iterator[Candidate]:
    """Put another name of the archive into the question, one that it never says so much of.

    The other name follows the same word elsewhere ("in", "senator"), so it is likely to be of the
    same sort.
    """
    alike = defaultdict(set)
    for before, name in named:
        alike[before].add(name)
    for one in clozes:
        before, old = one.names[0]
        rest = one.words - content_words(old)
        others = sorted(alike[before])
        chance.shuffle(others)
        new = next((name for name in others if _says_nothing(name, rest, one, held)), None)
        if new is not None and len(rest) >= FEWEST:
            question = one.question.replace(f"{before} {old}", f"{before} {new}", 1)
            yield Candidate("unanswerable", one.article, question, rest)


def _says_nothing(name: str, rest: frozenset[str], one: Candidate, held: _Inventory) -> bool:
    """Whether the archive has the name, seldom, and never with half of the question's words.

    Not one word of the name may stand in the article that the question was made of.
    """
    own = content_words(name)
    if not own or any(one.article.id in held.holders.get(word, ()) for word in own):
        return False
    having = held.holding(own)
    if not 1 <= len(having) <= max(2, _RARE * len(held.families)):
        return False
    return all(
        sum(article in held.holders.get(word, ()) for word in rest) < _ALIKE * len(rest)
        for article in having
    )


def _line(number: int, one: Candidate, held: _Inventory) -> dict[str, object]:
    """Give a question as a line of the questions file."""
    answerable = one.kind != "unanswerable"
    return {
        "id": f"made-{number}-{fold(one.article.id).replace(' ', '-')}",
        "question": one.question,
        "kind": one.kind,
        "answerable": answerable,
        # A time in a sentence is as of its article; a day beside any other would give it away.
        "asked": one.article.day if names_time(one.question) else None,
        "must": [[one.asks]] if one.asks else [],
        "gold": list(held.families[one.article.id]) if answerable else [],
        "evidence": [one.sentence] if answerable and one.sentence else [],
    }

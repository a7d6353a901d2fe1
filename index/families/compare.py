"""Two articles word by word: what both say, what one changed, what only one says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from index.families.sketches import SHINGLE, WordedSentence, runs, shingles, worded, words_of
from index.text.words import is_divider
from index.types import Article

# Of a sentence with boilerplate around it: fewer words than this share or number are no article.
_REST_SHARE = 0.1
_REST_WORDS = 8
# Share of their words that two sentences have in common where one is a revision of the other.
_REVISED = 0.55
_TELLING = 16  # sentences: a word in more of them tells none from another
_MOSTLY = 0.6  # share of a sentence's words in runs that the other article has


@dataclass(frozen=True)
class WordedArticle:
    """An article as it is compared: its sentences without the archive's boilerplate.

    ``framed`` tells that some were left out.
    """

    article: Article
    sentences: tuple[WordedSentence, ...]
    framed: bool = False

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All words in order."""
        return tuple(word for sentence in self.sentences for word in sentence.words)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Each word of headline and text once."""
        return frozenset(self.words) | self.title

    @cached_property
    def names(self) -> frozenset[str]:
        """Names in the text."""
        return frozenset().union(*(sentence.names for sentence in self.sentences))

    @cached_property
    def title(self) -> frozenset[str]:
        """Words of the headline."""
        return frozenset(words_of(self.article.title))

    @cached_property
    def shingles(self) -> set[tuple[str, ...]]:
        """Word shingles."""
        return shingles(self.words)

    @cached_property
    def day(self) -> date | None:
        """Day of publication."""
        return date.fromisoformat(self.article.day) if self.article.day else None


def worded_article(article: Article, boilerplate: Collection[int] = ()) -> WordedArticle:
    """Read an article without days and hours that stand alone, and without ``boilerplate``.

    Sentences whose key is in ``boilerplate`` stay where they are nearly all there is: a page of
    nothing else is compared by them.
    """
    every = tuple(worded(article.text))
    # A live blog's times are no evidence of likeness.
    sentences = tuple(s for s in every if not is_divider(s.text)) or every
    rest = tuple(s for s in sentences if s.key not in boilerplate) if boilerplate else sentences
    total, left = (sum(len(s.words) for s in part) for part in (sentences, rest))
    enough = left >= max(_REST_WORDS, _REST_SHARE * total)
    if not enough:
        return WordedArticle(article, sentences)
    return WordedArticle(article, rest, framed=len(rest) < len(sentences))


@dataclass(frozen=True, slots=True)
class Revision:
    """A sentence of the earlier article and how it reads in the later one."""

    before: WordedSentence
    after: WordedSentence


@dataclass(frozen=True)
class Comparison:
    """An earlier and a later article side by side.

    ``jaccard`` is of their word shingles; ``kept_before`` and ``kept_after`` are the shares of
    words of each that stand in runs of three or more which the other has too; ``same`` counts the
    sentences of the earlier one that the later one has. ``mostly_kept`` are changed sentences whose
    words are nearly all in the other, such as a first sentence behind a place line. ``spread``
    sentences have all their words in the other, and no sentence there is the same: it was put
    together otherwise, or a word was put in.
    """

    before: WordedArticle
    after: WordedArticle
    jaccard: float
    kept_before: float
    kept_after: float
    shared_words: int
    same: int
    changed_before: tuple[WordedSentence, ...]
    changed_after: tuple[WordedSentence, ...]
    mostly_kept: frozenset[WordedSentence]
    spread_before: tuple[WordedSentence, ...] = ()
    spread_after: tuple[WordedSentence, ...] = ()

    @property
    def containment(self) -> float:
        """Share of the words of one article that the other holds; the larger of the two."""
        return max(self.kept_before, self.kept_after)

    @cached_property
    def revised(self) -> tuple[Revision, ...]:
        """Sentences that were reworded, in the order of the earlier article."""
        return _match(self.changed_before, self.changed_after)

    @cached_property
    def with_insertions(self) -> tuple[Revision, ...]:
        """Sentences that differ by what was put into them, or taken out."""
        return (
            *_match(self.spread_before, self.changed_after),
            *_match(self.changed_before, self.spread_after),
        )

    @cached_property
    def removed(self) -> tuple[WordedSentence, ...]:
        """Sentences of the earlier article without a counterpart in the later one."""
        matched = {pair.before.span for pair in self.revised}
        left = (s for s in self.changed_before if s not in self.mostly_kept)
        return tuple(s for s in left if s.span not in matched)

    @cached_property
    def added(self) -> tuple[WordedSentence, ...]:
        """Sentences of the later article without a counterpart in the earlier one."""
        matched = {pair.after.span for pair in self.revised}
        left = (s for s in self.changed_after if s not in self.mostly_kept)
        return tuple(s for s in left if s.span not in matched)


def likeness(before: WordedArticle, after: WordedArticle) -> tuple[float, float]:
    """Jaccard similarity and containment of the shingles of two articles."""
    shared = len(before.shingles & after.shingles)
    union = len(before.shingles) + len(after.shingles) - shared
    return shared / max(1, union), shared / max(1, min(len(before.shingles), len(after.shingles)))


def compare(before: WordedArticle, after: WordedArticle) -> Comparison:
    """Compare two articles; exchanging them exchanges what is before and after, nothing else."""
    shared = before.shingles & after.shingles
    union = len(before.shingles) + len(after.shingles) - len(shared)
    same, kept_before, changed_before, spread_before = _changed(before, after, shared)
    _, kept_after, changed_after, spread_after = _changed(after, before, shared)
    changed = {**changed_before, **changed_after}
    return Comparison(
        before=before,
        after=after,
        jaccard=len(shared) / union if union else 0.0,
        kept_before=kept_before / max(1, len(before.words)),
        kept_after=kept_after / max(1, len(after.words)),
        shared_words=min(kept_before, kept_after),
        same=same,
        changed_before=tuple(changed_before),
        changed_after=tuple(changed_after),
        mostly_kept=frozenset(s for s, held in changed.items() if held >= _MOSTLY * len(s.words)),
        spread_before=tuple(spread_before),
        spread_after=tuple(spread_after),
    )


def _changed(
    own: WordedArticle, other: WordedArticle, shared: Collection[tuple[str, ...]]
) -> tuple[int, int, dict[WordedSentence, int], list[WordedSentence]]:
    """Count the sentences that stand in the other, and words kept; then the changed sentences.

    Those come with the number of their words that are kept. Last are the spread sentences.
    """
    kept = bytearray(len(own.words))
    for first, run in enumerate(runs(own.words)):
        if run in shared:
            kept[first : first + SHINGLE] = b"\1" * SHINGLE
    elsewhere = {s.words for s in other.sentences}
    same = total = start = 0
    changed = {}
    spread = []
    for sentence in own.sentences:
        end = start + len(sentence.words)
        held = sum(kept[start:end])
        start = end
        if sentence.words in elsewhere or held == len(sentence.words):
            same += 1
            held = len(sentence.words)
            if sentence.words not in elsewhere:
                spread.append(sentence)
        else:
            changed[sentence] = held
        total += held
    return same, total, changed, spread


def _match(
    before: Sequence[WordedSentence], after: Sequence[WordedSentence]
) -> tuple[Revision, ...]:
    """Pair the sentences that were reworded, the most alike first; in the earlier one's order."""
    places: dict[str, list[int]] = defaultdict(list)
    for j, other in enumerate(after):
        for word in other.word_set:
            places[word].append(j)
    alike = []
    for i, sentence in enumerate(before):
        found = (places.get(word, ()) for word in sentence.word_set)
        # Lists of thousands of lines would otherwise all be compared with each other.
        for j in {j for those in found if len(those) <= _TELLING for j in those}:
            other = after[j]
            common = 2 * len(sentence.word_set & other.word_set)
            share = common / (len(sentence.word_set) + len(other.word_set))
            if share >= _REVISED:
                alike.append((-share, i, j))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(alike):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return tuple(Revision(before[i], after[j]) for i, j in sorted(pairs.items()))

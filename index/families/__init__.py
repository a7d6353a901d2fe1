"""Families: which articles carry one text (copies) or one story as it changed (versions).

The articles of a catalogue come in; each one's place in its family goes out, into the same tables.

Everything follows from the articles that are there, taken in the order of time, so families do not
depend on when or in how many pieces the articles arrived. What costs time, signatures and the word
by word comparisons, is kept in the catalogue under keys that name all that it rests on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np

from index.families.compare import Comparison, WordedArticle, compare, likeness, worded_article
from index.families.judge import are_strangers, judge
from index.families.sketches import (
    boilerplate,
    candidate_pairs,
    sentence_keys,
    signature,
    worded,
)
from index.families.tables import FamilyTables, Member, Relation, Sketch, SketchedText
from index.types import Span, key_of

_ALIKE = 0.15  # containment of shingles: below it no half of the words can be the same
_STILL_THE_STORY = 0.35  # containment of a family's original that a later version must keep
_OWN_WORDS = 12  # words that only a copy has: fewer are a byline or a place line
_OWN_SENTENCE = 6
_TELLING_SENTENCE = 8  # words of a sentence that counts for a new name or figure alone
_DATELINE = 5  # words that a place line may take
_GROUPS = 8  # of articles with one text; a newcomer is held against so many
_RULES = b"4"  # to be raised with every change of what comparisons come to: they are kept
_READ_AT_ONCE = 256  # articles whose words are kept in memory while pairs are compared


def settle(tables: FamilyTables) -> list[str]:
    """Bring families up to date; return the articles whose chunks are to be cut anew or go."""
    for text_hash, text in tables.unsketched():
        sentences = worded(text)
        words = [word for sentence in sentences for word in sentence.words]
        tables.put_sketch(Sketch(text_hash, sentence_keys(sentences), b"", signature(words)))
    tables.drop_unused_sketches()
    texts = [part for text in tables.sketched_texts() for part in _parted(tables, text)]
    # Of texts of one moment the longer is the whole one.
    texts.sort(key=lambda text: (text.published or "9999", -len(text.sketch.keys), text.id))
    texts = _without_boilerplate(tables, texts)
    judge_of = _Judge(tables, texts)
    pairs = candidate_pairs([text.sketch.signature for text in texts])
    places = _grouped(texts, pairs.tolist(), judge_of)
    tables.keep_relations(judge_of.used)
    return tables.assign(_members(texts, places))


def _parted(tables: FamilyTables, text: SketchedText) -> list[SketchedText]:
    """Part articles with one text that are strangers all the same, such as consent pages."""
    if not text.others:
        return [text]
    ids = (text.id, *text.others)
    groups: list[tuple[WordedArticle, list[str]]] = []
    marks = {}
    for article_id in ids:
        marks[article_id] = tables.mark(article_id)
        article = worded_article(tables.article(article_id))
        for first, members in groups[:_GROUPS]:
            if not are_strangers(first, article):
                members.append(article_id)
                break
        else:
            groups.append((article, [article_id]))
    return [
        replace(text, id=first, published=marks[first][0], fingerprint=marks[first][1],
                others=tuple(others))
        for _, (first, *others) in groups
    ]  # fmt: skip


def _without_boilerplate(tables: FamilyTables, texts: list[SketchedText]) -> list[SketchedText]:
    """Leave boilerplate out of the signatures that it is in, as far as that changed."""
    days = [text.published and date.fromisoformat(text.published[:10]) for text in texts]
    weeks = [day.toordinal() // 7 if day else -1 for day in days]
    common = boilerplate([text.sketch.keys for text in texts], weeks)
    settled = []
    for text in texts:
        inside = np.intersect1d(text.sketch.keys, common)
        key = key_of(inside.tobytes(), 8) if len(inside) else b""
        sketch = text.sketch
        if key != sketch.without:
            words = worded_article(tables.article(text.id), set(inside.tolist())).words
            sketch = replace(sketch, without=key, signature=signature(words))
            tables.put_sketch(sketch)
        settled.append(replace(text, sketch=sketch, boilerplate=frozenset(inside.tolist())))
    return settled


class _Judge:
    """Compares pairs of texts, or remembers how they compared."""

    def __init__(self, tables: FamilyTables, texts: Sequence[SketchedText]) -> None:
        self._texts = texts
        self._known = tables.relations()
        self.used: dict[tuple[str, str], Relation] = {}

        @lru_cache(maxsize=_READ_AT_ONCE)
        def read(number: int) -> WordedArticle:
            return worded_article(tables.article(texts[number].id), texts[number].boilerplate)

        self._read = read

    def relation(self, earlier: int, later: int) -> Relation:
        """Tell what the later text is to the earlier one."""
        one, other = self._texts[earlier], self._texts[later]
        pair = (one.id, other.id)
        if pair not in self.used:
            texts = (
                one.fingerprint + one.sketch.without + b"|" + other.fingerprint
                + other.sketch.without
            )  # fmt: skip
            key = key_of(texts, rules=_RULES)
            known = self._known.get(pair)
            fits = known is not None and known.key == key
            self.used[pair] = known if known and fits else self._compared(earlier, later, key)
        return self.used[pair]

    def _compared(self, earlier: int, later: int, key: bytes) -> Relation:
        before, after = self._read(earlier), self._read(later)
        jaccard, containment = likeness(before, after)
        # Matching sentences is the costly part of a comparison, and most pairs are no relatives.
        if containment < _ALIKE:
            return Relation(key, None, round(jaccard, 4), round(containment, 4))
        found = compare(before, after)
        kind = judge(found)
        own = _own_spans(found) if kind == "copy" else ()
        return Relation(key, kind, round(found.jaccard, 4), round(found.containment, 4), own)


def _own_spans(found: Comparison) -> tuple[Span, ...]:
    """Spans of the sentences by which a copy says more than what it is a copy of.

    Those that were added, where they are more than a line, and any that puts a new name or figure
    into what is kept: "… until the morning and arrested the owner, Johann Weber".
    """
    own = [s.span for s in found.added if len(s.words) >= _OWN_SENTENCE]
    if sum(len(s.words) for s in found.added) < _OWN_WORDS:
        own = []
    known = found.before.vocabulary
    for sentence in found.changed_after:
        # A new name in the first words of a sentence that is kept is a dateline's.
        first = _DATELINE if sentence in found.mostly_kept else 0
        if len(sentence.words) >= _TELLING_SENTENCE and any(
            word not in known and (word in sentence.names or word[0].isdigit())
            for word in sentence.words[first:]
        ):
            own.append(sentence.span)
    return tuple(sorted(set(own), key=lambda span: span.start))


@dataclass(frozen=True, slots=True)
class _Place:
    """A text's place: numbers of the family's original and of the text that it copies."""

    family: int
    reference: int
    role: str
    own: tuple[Span, ...] = ()


def _grouped(
    texts: Sequence[SketchedText], pairs: Iterable[tuple[int, int]], judge_of: _Judge
) -> list[_Place]:
    """Place each text, in the order of time, beside the one that it copies or follows.

    A copy is measured against the indexed text that it copies and a version against the family's
    original too, never against another copy: likeness does not add up along a chain.
    """
    earlier: dict[int, list[int]] = defaultdict(list)
    for one, other in pairs:
        earlier[other].append(one)
    places: list[_Place] = []
    for number in range(len(texts)):
        related = {
            places[one].reference
            for one in earlier[number]
            if judge_of.relation(one, number).kind is not None
        }
        places.append(_place(number, related, places, judge_of))
    return places


def _place(number: int, related: set[int], places: Sequence[_Place], judge_of: _Judge) -> _Place:
    relations = {one: judge_of.relation(one, number) for one in related}
    nearest = sorted(relations, key=lambda one: (-relations[one].jaccard, one))
    for one in nearest:
        if relations[one].kind == "copy":
            return _Place(places[one].family, one, "copy", relations[one].own)
    for one in nearest:
        if relations[one].kind != "version":
            continue
        original = places[one].family
        to_original = judge_of.relation(original, number)
        if to_original.kind is not None or to_original.containment >= _STILL_THE_STORY:
            return _Place(original, number, "version")
    return _Place(number, number, "original")


def _members(texts: Sequence[SketchedText], places: Sequence[_Place]) -> list[Member]:
    """Every article's membership; those with the very same text are copies of the first."""
    published = {text.id: text.published for text in texts}
    newest: dict[int, str] = {}
    for place, text in zip(places, texts, strict=True):
        before = published.get(newest.get(place.family, ""))
        if text.published and place.role != "copy" and before != text.published:
            newest[place.family] = text.id
    members = []
    for text, place in zip(texts, places, strict=True):
        reference = texts[place.reference]
        newer = newest.get(place.family)
        before, after = reference.published, newer and published[newer]
        # A day and an hour of that day may be one moment.
        later = before and after and before < after and not after.startswith(before)
        superseded = newer if later else None
        first = Member(
            text.id, texts[place.family].id, place.role, reference.id, superseded, place.own
        )
        same = replace(first, role="copy", own=())
        members += [first, *(replace(same, article_id=other) for other in text.others)]
    return members

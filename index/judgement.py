"""Whether two articles that share text are copies, versions of one story, or neither.

docs/decisions/0004-families.md tells what each limit was measured on.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import product
from typing import Literal

from index.differences import Comparison, Revision, WordedArticle
from index.shingles import WordedSentence

Kind = Literal["copy", "version"]

_SHARED_WORDS = 12  # fewer words in common can be a turn of phrase
_VERSION_KEEPS = 0.5  # share of the words of one of them that stand in the other
_COPY_KEEPS = 0.7
_FORMAT_SHARE = 0.5  # share of comparable sentences with other facts: a form filled in anew
_DATED_FORMAT_SHARE = 0.25  # the same where the day they speak of moved along
_OTHER_SUBJECT = 0.34  # share of a headline's words that only its own article has
_EXCHANGED = 0.2  # share of words exchanged for others, where no headline says what it is about
_SAME_SENTENCES = 0.3  # share of the sentences that an update leaves as they are
_SPELLED_ALIKE = 0.6
_DAYS_APART = 10  # versions of a story appear close together
_NEW_WORDS = 12  # added words with names or figures of their own: news, not wording
_LONGER = 3.0  # times; a text inside one that much longer may be an item of a round-up
_LEAD = 3  # sentences
_LEAD_WORDS = 8  # of a first sentence that is one, and no byline
_CONTENT_WORD = 3  # letters

# Words that headlines share whatever they are about.
_IDLE = frozenset(
    "the and for with from that this are was were has have had not but his her its their after "
    "over into amid says say said new more than will would who what how why when where out off "
    "you your all can may about against before between first live update updated".split()
)


def judge(c: Comparison) -> Kind | None:
    """Tell what the later article is to the earlier one; None where they are different stories."""
    before, after = c.before, c.after
    if before.words == after.words:
        return "copy"
    if c.shared_words < _SHARED_WORDS or c.containment < _VERSION_KEEPS:
        return None
    if _other_subject(c) or _is_item_of_roundup(c):
        return None
    facts = [pair for pair in c.revised if _other_facts(pair, before, after)]
    if _is_form(c, facts):
        return None
    if not facts and c.containment >= _COPY_KEEPS and not _is_update(c):
        return "copy"
    return "version" if _close_in_time(before, after) and _is_same_story(c) else None


def _content(words: Iterable[str]) -> set[str]:
    return {
        word for word in words
        if word not in _IDLE and not word[0].isdigit() and len(word) >= _CONTENT_WORD
    }  # fmt: skip


def _other_subject(c: Comparison) -> bool:
    """Each headline is about what only its own text has: what they share is not the story."""
    shares = [_own_share(own, other) for own, other in ((c.before, c.after), (c.after, c.before))]
    if _exchanges_names(c.before, c.after):
        return True
    if None in shares:
        # Without headlines: two texts around one frame exchange a good part of their words.
        removed = _count(c.removed) / len(c.before.words)
        added = _count(c.added) / len(c.after.words)
        return min(removed, added) > _EXCHANGED
    return all(share is not None and share >= _OTHER_SUBJECT for share in shares)


def _own_share(own: WordedArticle, other: WordedArticle) -> float | None:
    """Share of the headline's words found in its own text and nowhere in the other article."""
    subject = _content(own.title) & set(own.words)
    return len(subject - other.vocabulary) / len(subject) if len(subject) > 1 else None


def _exchanges_names(before: WordedArticle, after: WordedArticle) -> bool:
    """One headline with another name in it, as a series has: the best cafés of Selm, of Varn."""
    old, new = _content(before.title), _content(after.title)
    if 2 * len(old & new) < min(len(old), len(new)):
        return False
    out = (old & before.names) - after.vocabulary
    into = (new & after.names) - before.vocabulary
    # A correction leaves most letters of a name.
    return bool(out and into) and not _spelled_alike(out, into)


def _spelled_alike(words: Iterable[str], others: Iterable[str]) -> bool:
    return any(
        other.startswith(word)  # Feb, February
        or SequenceMatcher(None, word, other).ratio() >= _SPELLED_ALIKE
        for word, other in map(sorted, product(words, others))
    )


def _is_same_story(c: Comparison) -> bool:
    """Most is kept, sentences stay whole, and the older headline still fits."""
    share = _own_share(c.before, c.after)
    if share is not None and share >= _OTHER_SUBJECT:
        return False
    sentences = min(len(c.before.sentences), len(c.after.sentences))
    return c.same >= _SAME_SENTENCES * sentences or c.containment >= _COPY_KEEPS


def _is_item_of_roundup(c: Comparison) -> bool:
    """Tell whether a short text stands in a much longer one that does not begin with it."""
    shorter, longer = sorted((c.before, c.after), key=lambda article: len(article.words))
    if len(longer.words) <= _LONGER * len(shorter.words):
        return False
    lead = set(shorter.sentences[0].words)
    beginning = {word for s in longer.sentences[: _LEAD + 1] for word in s.words}
    return len(lead & beginning) < 0.8 * len(lead)


def _other_facts(pair: Revision, before: WordedArticle, after: WordedArticle) -> bool:
    """Tell whether a figure, a day or a name stands in place of another one."""
    old, new = pair.before, pair.after
    if old.figures - new.figures and new.figures - old.figures:
        return True
    if old.days - new.days and new.days - old.days:
        return True
    gone, come = old.word_set - new.word_set, new.word_set - old.word_set
    if len(gone) == len(come) == 1:  # one word for another: a name for a name is a correction
        return gone <= old.names and come <= new.names | new.days and not _spelled_alike(gone, come)
    return bool((gone & old.names) - after.vocabulary and (come & new.names) - before.vocabulary)


def _is_form(c: Comparison, facts: list[Revision]) -> bool:
    """Tell a form with other contents: tomorrow's forecast, the next recall, another match."""
    comparable = c.same + len(c.revised)
    if not facts:
        return False
    share = len(facts) / comparable
    if c.before.framed and c.after.framed and share >= _FORMAT_SHARE:
        return True  # the frame has served for months
    if len(facts) == 1:
        return False
    moved = c.before.day != c.after.day and any(
        pair.before.days - pair.after.days and pair.after.days - pair.before.days for pair in facts
    )
    return share > (_DATED_FORMAT_SHARE if moved else _FORMAT_SHARE)


def _is_update(c: Comparison) -> bool:
    """Tell whether the later one adds news: in the same outlet, or at its head."""
    if not _close_in_time(c.before, c.after):
        return False
    known = c.before.vocabulary
    # Spelled numbers stand in every newsletter box.
    news = [s for s in c.added if any(w in s.names or w[0].isdigit() for w in s.word_set - known)]
    if _count(news) < _NEW_WORDS:
        return False
    sources = c.before.article.source, c.after.article.source
    same_outlet = None not in sources and len({(s or "").casefold() for s in sources}) == 1
    first = c.after.sentences[0]
    return same_outlet or (first in news and len(first.words) >= _LEAD_WORDS)


def _close_in_time(before: WordedArticle, after: WordedArticle) -> bool:
    if before.day is None or after.day is None:
        return True
    return abs((after.day - before.day).days) <= _DAYS_APART


def _count(sentences: Iterable[WordedSentence]) -> int:
    return sum(len(sentence.words) for sentence in sentences)

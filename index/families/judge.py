"""Whether two articles that share text are copies, versions of one story, or neither.

docs/decisions/0004-families.md tells what each limit was measured on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Literal

from index.families.compare import Comparison, Revision, WordedArticle
from index.families.opposites import (
    are_opposed,
    are_spelled_alike,
    is_abbreviated,
    is_denied,
    is_exchanged,
)
from index.families.sketches import WordedSentence

Kind = Literal["copy", "version"]

_SHARED_WORDS = 12  # fewer words in common can be a turn of phrase
_VERSION_KEEPS = 0.5  # share of the words of one of them that stand in the other
_COPY_KEEPS = 0.7
_OWN_STORY = 0.6  # share of the later one's words that are known: with fewer it has its own lead
_SAME_LEAD = 0.4  # likeness of two leads that tell the same news
_ABRIDGED = 0.8  # length of an abridgement beside the whole, at most
_FORMAT_SHARE = 0.5  # share of comparable sentences with other facts: a form filled in anew
_DATED_FORMAT_SHARE = 0.25  # the same where the day they speak of moved along
_OTHER_SUBJECT = 0.34  # share of a headline's words that only its own article has
_EXCHANGED = 0.2  # share of words exchanged for others, where no headline says what it is about
_TERMS_CORRECTED = 2  # sentences; a desk that rewords exchanges words in more of them
_HEADLINE = 2  # content words of a headline that says what its article is about
_STEM = 5  # letters
_PAGE_WORDS = 400  # of a text that may be a page's notice and no article
_DAYS_APART = 10  # versions of a story appear close together
_NEW_WORDS = 12  # added words with names or figures of their own: news, not wording
_LONGER = 3.0  # times; a text inside one that much longer may be an item of a round-up
_LEAD = 3  # sentences
_TOP = 2  # paragraphs
_LEAD_WORDS = 8  # of a first sentence that is one, and no byline
_CONTENT_WORD = 3  # letters

_CORRECTED = re.compile(
    r"^(?:correction|clarification)(?: \([^)\n]{1,40}\))?:"
    r"|\b(?:earlier|previous) version of this (?:article|story|report|page)\b"
    r"|\bthis (?:article|story|report) (?:was|has been) (?:amended|corrected|updated)\b",
    re.IGNORECASE | re.MULTILINE,
)

# Words that headlines share whatever they are about.
_IDLE = frozenset(
    "the and for with from that this are was were has have had not but his her its their after "
    "over into amid says say said new more than will would who what how why when where out off "
    "you your all can may about against before between first live update updated".split()
)


def judge(c: Comparison) -> Kind | None:
    """Tell what the later article is to the earlier one; None where they are different stories."""
    before, after = c.before, c.after
    if are_strangers(before, after):
        return None
    if before.words == after.words and not _is_corrected(c):
        return "copy"
    if c.shared_words < _SHARED_WORDS or c.containment < _VERSION_KEEPS:
        return None
    if _other_subject(c) or _is_item_of_roundup(c):
        return None
    facts = _other_facts_of(c)
    if _is_abridgement(c, facts):
        return "copy"
    if _is_form(c, facts) or _is_follow_up(c, facts):
        return None
    if not facts and not (_is_update(c) or _is_corrected(c)):
        return "copy"
    return "version" if _close_in_time(before, after) else None


def are_strangers(before: WordedArticle, after: WordedArticle) -> bool:
    """Tell a notice that stands where articles should, such as a consent page.

    Neither headline has much to do with the text that they share, nor with the other headline.
    """
    urls = {before.article.url, after.article.url}
    if max(len(before.words), len(after.words)) > _PAGE_WORDS or (
        len(urls) == 1 and None not in urls
    ):
        return False
    old, new = _content(before.title), _content(after.title)
    if min(len(old), len(new)) < _HEADLINE or _share(old, new) >= _OTHER_SUBJECT:
        return False
    return all(
        _share(title, own.words) < _OTHER_SUBJECT for title, own in ((old, before), (new, after))
    )


def _share(title: set[str], others: Collection[str]) -> float:
    """Share of a headline's words that others begin with, or begin like."""
    found = {other[:_STEM] for other in others}
    return sum(word[:_STEM] in found for word in title) / len(title)


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
    return bool(out and into) and not are_spelled_alike(out, into)


def _is_item_of_roundup(c: Comparison) -> bool:
    """Tell whether a short text stands in a much longer one that does not begin with it."""
    shorter, longer = sorted((c.before, c.after), key=lambda article: len(article.words))
    if len(longer.words) <= _LONGER * len(shorter.words):
        return False
    lead = set(shorter.sentences[0].words)
    beginning = {word for s in longer.sentences[: _LEAD + 1] for word in s.words}
    return len(lead & beginning) < 0.8 * len(lead)


def _other_facts_of(c: Comparison) -> list[Revision]:
    """Revised sentences in which something else is said."""
    facts = [p for p in c.revised if _moves_day(p) or _other_matter(p, c.before, c.after)]
    facts += [pair for pair in c.with_insertions if is_denied(pair.before.words, pair.after.words)]
    terms = [p for p in c.revised if p not in facts and is_exchanged(p.before.words, p.after.words)]
    return facts + terms if len(terms) <= _TERMS_CORRECTED else facts


def _moves_day(pair: Revision) -> bool:
    """Tell whether a weekday or month stands in place of another one."""
    old, new = pair.before.days, pair.after.days
    return bool(old - new and new - old)


def _other_matter(pair: Revision, before: WordedArticle, after: WordedArticle) -> bool:
    """Tell whether a figure or name stands in place of another one, or the contrary is said."""
    old, new = pair.before.figures, pair.after.figures
    return bool(old - new and new - old) or _other_words(pair, before, after)


def _other_words(pair: Revision, before: WordedArticle, after: WordedArticle) -> bool:
    """Tell whether a name stands in place of another one, or the contrary is said."""
    old, new = pair.before, pair.after
    gone, come = old.word_set - new.word_set, new.word_set - old.word_set
    if is_denied(old.words, new.words) or are_opposed(gone, come):
        return True
    if is_abbreviated(old.words, new.words):
        return False
    if len(gone) == len(come) == 1:  # one word for another: a name for a name is a correction
        named = gone <= old.names and come <= new.names | new.days
        return named and not are_spelled_alike(gone, come)
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
    moved = c.before.day != c.after.day and any(map(_moves_day, facts))
    return share > (_DATED_FORMAT_SHARE if moved else _FORMAT_SHARE)


def _is_abridgement(c: Comparison, facts: list[Revision]) -> bool:
    """Tell a shorter text that has nothing else to say: sentences were cut and joined.

    A joined sentence has figures in other places; they all stand in the whole text too.
    """
    before, after = c.before, c.after
    if len(after.words) > _ABRIDGED * len(before.words) or c.kept_after < _COPY_KEEPS:
        return False
    told = frozenset().union(*(s.figures | s.days for s in before.sentences))
    if _is_corrected(c) or any((s.figures | s.days) - told for s in c.changed_after):
        return False
    # A sentence as long as it was has one thing in the place of another.
    return not any(
        len(p.before.words) == len(p.after.words) or _other_words(p, before, after) for p in facts
    )


def _is_follow_up(c: Comparison, facts: list[Revision]) -> bool:
    """Tell a story of its own that carries the older one as background.

    Either it changes nothing in what it repeats, the day of speaking aside, and neither text is
    mostly in the other; or it is mostly new and begins with other news.
    """
    changed = any(not _moves_day(p) or _other_matter(p, c.before, c.after) for p in facts)
    if c.containment < _COPY_KEEPS and not changed:
        return True
    return c.kept_after < _OWN_STORY and _likeness_of_leads(c.before, c.after) < _SAME_LEAD


def _likeness_of_leads(before: WordedArticle, after: WordedArticle) -> float:
    """Mean of how far the newer lead tells the older one, and how far it was known, in [0, 1]."""
    old, new = _lead(before), _lead(after)
    if not (old and new):
        return 1.0  # scripts that count each character as a word
    return (_share(old, new) + _share(new, before.vocabulary)) / 2


def _lead(article: WordedArticle) -> set[str]:
    """Content words of the first sentence that is no byline."""
    long = (s for s in article.sentences if len(s.words) >= _LEAD_WORDS)
    return _content(next(long, article.sentences[0]).words)


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
    if same_outlet or (first in news and len(first.words) >= _LEAD_WORDS):
        return True
    # Another outlet's own paragraph on top tells news where it has figures that are new.
    text = c.after.article.text
    *top, rest = text.split("\n\n", _TOP)
    end = len(text) - len(rest) if len(top) == _TOP else len(text) // _TOP
    told = frozenset().union(*(sentence.figures for sentence in c.before.sentences))
    return any(s.span.start < end and s.figures - told for s in news)


def _is_corrected(c: Comparison) -> bool:
    """Tell whether the later one says what was wrong in the earlier one."""
    before, after = c.before.article.text, c.after.article.text
    return bool(_CORRECTED.search(after)) and not _CORRECTED.search(before)


def _close_in_time(before: WordedArticle, after: WordedArticle) -> bool:
    if before.day is None or after.day is None:
        return True
    return abs((after.day - before.day).days) <= _DAYS_APART


def _count(sentences: Iterable[WordedSentence]) -> int:
    return sum(len(sentence.words) for sentence in sentences)

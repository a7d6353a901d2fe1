"""What someone said: the words of the speaker that a question names, and of nobody else.

Words are a speaker's where the sentence names the speaker beside a verb of speech, and where what
follows, someone's bare words or "he said", can be nobody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from index.text.words import weigh, words
from index.types import Article
from rag.answer.context import inside_quotes, is_junk, outside_quotes
from rag.answer.lines import line_of
from rag.answer.story import is_told, matter_of
from rag.question.speech import TELLS_BESIDE_QUOTATIONS as TELLS
from rag.reader import Reading
from rag.types import CandidateSentence, Draft, Evidence, Line, Query

_MOST = 4  # lines
_ABOUT = 0.5  # share of the matter's weight that words to the point have, with what stands before
_NEAR = 0.2  # or, where the headline has the share, the cosine with the question
_OPENING = 3  # sentences of an article that tell what it is about
_DIRECT = 0.15  # what words in quotation marks have ahead
_STAYS = 3  # sentences after the speaker was named, in which bare words are the speaker's

# Who is asked for: "What did Brandt say", "what Brandt said", "Brandt's reaction".
_SAYS = (
    r"(?:say|tell|think|write|call|describe|argue|claim|comment|warn|react|respond|advise|promise|"
    r"forecast|suggest|explain|predict|announce|demand|hope|reply|put it|mean|criticise|criticize)"
)
_WHO = (
    r"(?P<who>(?:the )?(?!(?:what|who|which|how|did|do|does|was|is|are|were|has|have|had)\b)"
    r"[^\W\d_][\w’'. -]*?)"
)
_ASKED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:did|does|do|has|have|had|would) {_WHO} (?:\w+ly )?"
        rf"(?:{_SAYS}|(?:had )?to say|{TELLS})\b",
        rf"\b(?:what|that|how) {_WHO} (?:said|says|thinks|{TELLS})\b",
        rf"\b(?:according to|(?:quotes?|words|statements?|comments?) (?:by|from|of)) {_WHO}"
        r"(?=,| on\b| about\b| regarding\b|\?|\.|$)",
        rf"(?:^|\b(?:was|is|are|were|of|on) ){_WHO}['’]s? "
        r"(?:words|comments?|reactions?|statements?|opinions?|views?|position|response)\b",
    )
)
_ASKS_FOR_WORDS = re.compile(
    rf"{TELLS}|{_SAYS}|(?:quotes?|words?|comments?|statements?|reactions?|opinions?|views?|position)"
)
_PRONOUNS = frozenset("he she they it people we you anyone anybody somebody someone".split())
_IN_BRACKETS = re.compile(
    r"\((?:[^()]*?, )?(?P<who>[A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+)*)[^()]*\)"
)

# Who speaks in an article.
_INVERTED = (
    r"(?:said|says|added|adds|wrote|writes|warned|asked|continued|explained|argued|insisted|noted|"
    r"stated|claimed|concluded|replied|stressed|told reporters)"
)
_PRONOUN_SAYS = re.compile(
    rf"\b(?:he|she|they)(?: (?:has|had|also|later|then|\w+ly))* {TELLS}|"
    rf"\b{_INVERTED} (?:he|she|they)\b",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(
    r"\b(?:of|for|against|with|by|from|than|about|to)(?: the| [A-Z][\w.]*){0,3} $"
)
_PERSON = re.compile(r"\b[A-ZÀ-Þ][\w’'-]+ (?:[A-Z]\. |al-|van |von |de )?[A-ZÀ-Þ][\w’'-]+")
_STATES_NOTHING = re.compile(
    r"\b(?:declared? an?|spoke|speaks|continued (?:his|her|their))\b|"
    r"\basked (?!for\b|why\b|how\b|if\b|whether\b)"
)
_QUOTES = re.compile(r"[\"“”„«»]")
_OPENS = re.compile(r"\s*[\"“„«]")
_ONLY_TELLS = re.compile(
    rf"[-–—]\s*\w[^.]{{0,80}}\.?|(?:[A-Z][\w.’'-]* ){{1,4}}(?i:{TELLS})"
    r"(?: (?:on|in|to) [\w ]{1,25})?\."
)
_FEW = 3  # words outside of quotation marks, below which a sentence is bare words


class _Said(NamedTuple):
    """A sentence with the speaker's words; ``named`` is whether it says whose they are."""

    sentence: CandidateSentence
    named: bool


def compose(query: Query, evidence: Evidence, readings: Sequence[Reading]) -> Draft:
    """Quote the named speaker on the matter, at most four sentences, those to the point first.

    A draft without lines where no speaker is named, or no words of the one who is are found.
    """
    speaker = speaker_of(query.standalone)
    if not speaker:
        return Draft()
    own = {word.stem for word in words(speaker)}
    matter = {
        word.stem: weight
        for word in matter_of(query)
        if word.stem not in own and not _ASKS_FOR_WORDS.fullmatch(word.form)
        for weight in weigh([word], evidence.word_weights).values()
    }
    ranked = [
        (scores, said)
        for sentences in _articles(speaker, query, evidence)
        for said in words_of(speaker, sentences)
        if (scores := _to_the_point(said.sentence, sentences, matter, evidence)) is not None
    ]
    ranked.sort(key=lambda one: one[0], reverse=True)
    chosen: list[_Said] = []
    for (on_it, _), said in ranked:
        told = is_told(said.sentence, [one.sentence for one in chosen])
        # What is only near it, by the article around it, is given where there is nothing on it.
        if len(chosen) < _MOST and not told and on_it == ranked[0][0][0]:
            chosen.append(said)
    order = list(dict.fromkeys(one.sentence.passage.article.id for one in chosen))
    chosen.sort(key=lambda one: (order.index(one.sentence.passage.article.id), one.sentence.start))
    return Draft(tuple(_line(said, speaker) for said in chosen))


def speaker_of(question: str) -> str:
    """Name, or role, of the speaker whose words a question asks for; "" where it names none."""
    for asked in _ASKED:
        match = asked.search(question)
        if match and match["who"].lower() not in _PRONOUNS:
            return re.sub(r"^(?:the|an?) ", "", match["who"].strip(), flags=re.IGNORECASE)
        if match and (meant := _IN_BRACKETS.search(question)):
            return meant["who"]
    return ""


def _articles(
    speaker: str, query: Query, evidence: Evidence
) -> Iterator[tuple[CandidateSentence, ...]]:
    """Yield the whole articles that name the speaker, those of the evidence first.

    Superseded ones are left out. A sentence that was not retrieved has a vector of zeros.
    """
    found = list(evidence.sentences)
    if evidence.holdings is not None:
        spoken = " ".join([speaker, *(word.form for word in matter_of(query))])
        found += evidence.holdings.beginnings(spoken, query.filters)
    name = speaker.split()[-1].lower()
    retrieved = {(one.passage.article.id, one.start): one for one in found}
    for one in {one.passage.article.id: one for one in reversed(found)}.values():
        article = one.passage.article
        if one.passage.superseded_by is None and name in article.text.lower():
            yield tuple(
                retrieved.get((article.id, span.start))
                or replace(
                    one,
                    start=span.start,
                    end=span.end,
                    position=position,
                    vector=np.zeros_like(one.vector),
                )
                for position, span in enumerate(one.sentences)
            )


def words_of(speaker: str, sentences: Sequence[CandidateSentence]) -> Iterator[_Said]:
    """Yield the sentences of an article, given whole, that are the speaker's words."""
    says = _saying(speaker)
    inside = inside_quotes(sentences[0].passage.article.text, sentences[0].sentences)
    left = 0  # sentences in which bare words and "he" are still the speaker's
    for number, one in enumerate(sentences):
        outside = outside_quotes(one.text, one.position in inside)
        quoted = one.position in inside or bool(_OPENS.match(one.text))
        told = re.search(TELLS, outside, re.IGNORECASE)
        bare = quoted and not told and len(outside.split()) < _FEW
        others = any(speaker.split()[-1] not in name[0] for name in _PERSON.finditer(outside))
        left -= 1
        if _speaks(says, outside):
            left = _STAYS
            yield _Said(one, named=True)
        elif bare:
            after = sentences[number + 1].text if number + 1 < len(sentences) else ""
            told_after = _tells_after(after)
            if (left >= 0 and not told_after) or (told_after and _speaks(says, after)):
                left = _STAYS
                yield _Said(one, named=False)
        elif _PRONOUN_SAYS.search(outside) and not others and left >= 0:
            left = _STAYS
            yield _Said(one, named=False)
        elif others or told:
            left = -1
        elif re.match(rf"\s*(?:the )?{re.escape(speaker.split()[-1])}\b", outside, re.IGNORECASE):
            left = _STAYS


def _saying(speaker: str) -> re.Pattern[str]:
    """Pattern of a name beside a verb of speech, in what stands outside of quotation marks."""
    name = rf"(?P<name>(?i:\b{re.escape(speaker.split()[-1])}\b))(?!['’]s?\b| spokes)"
    return re.compile(
        rf"{name}(?:,[^,;]{{1,80}},|,| \([^)]*\))?"
        r"(?: (?:has|had|have|also|later|then|yesterday|today|on \w+day|\w+ly))* "
        rf"(?i:{TELLS})|"
        rf"(?:^\s*|,\s*|\s\s+){_INVERTED} "
        r"(?!of |about |that |to |by |with |he |she |they |it |there )"
        rf"(?:(?:[\w’'.-]+,?) ){{0,7}}?{name.replace('name', 'after')}(?=\s*(?:[,.;:]|$| \w))|"
        r"(?i:according to|in the words of) (?:[\w’'.-]+,? ){0,6}?"
        rf"{name.replace('name', 'source')}|"
        rf"{name.replace('name', 'label')}: "
    )


def _speaks(says: re.Pattern[str], outside: str) -> bool:
    """Whether the speaker is who speaks: not in "critics of Brandt said"."""
    return any(
        not (match["name"] and _OF_ANOTHER.search(outside[: match.start("name")]))
        for match in says.finditer(outside)
    )


def _tells_after(text: str) -> bool:
    """Whether a sentence only says whose the words before it are: "Lind said.", "- Lind"."""
    return bool(_ONLY_TELLS.fullmatch(text.strip()))


def _to_the_point(
    sentence: CandidateSentence,
    sentences: Sequence[CandidateSentence],
    matter: Mapping[str, float],
    evidence: Evidence,
) -> tuple[bool, float] | None:
    """Tell whether words are on the matter, and how near; None: not at all, or nothing stated."""
    article = sentence.passage.article
    if is_junk(sentence.text, article.language):
        return None
    direct = _DIRECT * bool(_QUOTES.search(sentence.text))
    if not direct and _STATES_NOTHING.search(sentence.text):
        return None
    if not matter:
        return True, direct
    cosine = float(sentence.vector @ evidence.query_vector)
    before = sentences[max(0, sentence.position - 2) : sentence.position]
    beside = " ".join([*(one.text for one in before), sentence.text])
    opening = " ".join(one.text for one in sentences[:_OPENING])
    own, around, anywhere = (
        sum(matter[stem] for stem in matter.keys() & {word.stem for word in words(text)})
        / sum(matter.values())
        for text in (sentence.text, beside, f"{article.title} {opening} {beside}")
    )
    if around < _ABOUT and (anywhere < _ABOUT or cosine < _NEAR):
        return None
    return around >= _ABOUT, own + around / 2 + cosine + direct


def _line(said: _Said, speaker: str) -> Line:
    """Make a line that says who speaks, before the words where these do not."""
    if said.named:
        return line_of(said.sentence)
    line = line_of(said.sentence, lead=f"{_full_name(speaker, said.sentence.passage.article)}:")
    return replace(line, notes=tuple(note for note in line.notes if note[1][:1].isdigit()))


def _full_name(speaker: str, article: Article) -> str:
    """Write a name with the first name that an article gives it most; a role as it was asked."""
    last = speaker.split()[-1]
    if not last[:1].isupper() or " " in speaker:
        return speaker[:1].upper() + speaker[1:]
    forms = re.findall(rf"\b[A-ZÀ-Þ][\w’'-]+ {re.escape(last)}\b", article.text)
    return max(forms, key=forms.count, default=speaker)

"""Who claimed, blamed or denied: three things that are never given one for another.

Who is blamed for an attack has not claimed it, and who denies it has done neither. Which of them a
sentence reports goes by closed lists of phrases; which sentence and which words answer, by the
reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from index.models.span_reader import ScoredSpan
from index.text.words import weigh, words
from index.types import Span
from rag.answer import fact
from rag.answer.context import is_junk
from rag.answer.lines import line_of
from rag.answer.story import is_told, matter_of
from rag.reader import Reading
from rag.reader.answerable import ANSWERED, probability
from rag.types import CandidateSentence, Draft, Evidence, Line, Query

CLAIM, BLAME, DENIAL, NONE = "claim", "blame", "denial", "none"
_MOST = 3  # lines
_ABOUT = 0.5  # share of the weight of the question's words that an article about the matter has

_BY_NOBODY = re.compile(
    r"\b(?:no (?:one|\w+ group|group|body|organi[sz]ation|party|side|other)|nobody|none|neither|"
    r"not|without|(?:has|have) yet to)\b",
    re.IGNORECASE,
)
_UNCLAIMED = re.compile(
    r"\bunclaimed\b|\bno (?:immediate )?claim of responsibility\b|"
    r"\bno (?:\w+ )?(?:claim|responsibility) (?:was|has been|had been)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:not|never|nobody|no one) (?:\w+ ){0,2}$", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:he|she|they)\b(?! who\b)", re.IGNORECASE)
_HEAD = 2  # sentences of an article that tell what it is about
_CLAIMS = re.compile(
    r"\b(?:claim|claims|claimed|claiming|took|taken|takes|take|taking|accepted|assumed|admitted)\b"
    r"[^.;]{0,40}?\bresponsibility\b|\bresponsibility\b[^.;]{0,30}?\bclaimed\b|"
    r"\bclaim(?:s|ed)? (?:of |to have |(?:the|a|an|it|this|that) )|\bclaimed by\b|"
    r"\bsa(?:id|ys?) (?:that )?(?:it|they|he|she|its \w+|their \w+) (?:had |have )?"
    r"(?:did it|carried out|was behind|were behind|planted|committed)|\badmit(?:s|ted)?\b",
    re.IGNORECASE,
)
_BLAMES = re.compile(
    r"\b(?:blam(?:e|es|ed|ing)|accus(?:e|es|ed|ing|ation)|point(?:s|ed|ing)? (?:the |a |his |her )?"
    r"fingers?|suspect(?:s|ed)?|h[eo]ld[^.;]{0,40}? responsible|handwriting of|attributed|at fault|"
    r"fault of|implicat(?:e|es|ed)|charged)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|dismiss(?:es|ed|ing)?|disput(?:e|es|ed)|"
    r"disclaim\w*|(?:had|has|have) (?:no|nothing)[^.;]{0,20} (?:part|role|hand|to do|involvement|"
    r"link)|(?:was|were|is|are) not (?:behind|involved|responsible)|did not (?:order|carry|do))\b",
    re.IGNORECASE,
)
_ASKS_CLAIM = re.compile(
    r"\bclaim\w*|\bresponsibility\b|\b(?:is|was|are|were) behind\b|\badmit|\bcarried out\b", re.I
)
_ASKS_BLAME = re.compile(
    r"\bblam\w*|\baccus\w*|\bsuspect\w*|\bresponsible\b|\bculprit|\bfault\b|\bfinger", re.I
)
_ASKS_DENIAL = re.compile(r"\bden(?:y|ies|ied|ial)\w*|\breject\w*|\bdisput\w*|\bdismiss\w*", re.I)
_ASKS_OF_WHOM = re.compile(
    r"\b(?:is|was|are|were|been|being) (?:\w+ ){0,2}?(?:blamed|accused|suspected|held|responsible)|"
    r"\bwhom\b|\b(?:do|does|did) (?:.+? )?(?:blame|accuse|suspect)|\bculprit",
    re.IGNORECASE,
)
_PASSIVE = re.compile(r"\b(?:is|was|are|were|been|being) (?:\w+ )?$", re.IGNORECASE)
_LEADS = {CLAIM: "Claimed:", BLAME: "Blamed:", DENIAL: "Denies:"}
_FAR = 10.0  # log odds below the best at which the reader's word counts no more
_NO_CLAIM = "No article that was found reports a claim of responsibility"


def compose(query: Query, evidence: Evidence, readings: Sequence[Reading]) -> Draft:
    """Answer who claimed, blamed or denied, with what else is said of it under its own name.

    Where a claim is asked for and none is reported, the first line says so. Another question of
    who said something is answered as one of fact.
    """
    asked = asked_for(query.standalone)
    if not asked:
        answered = probability(readings, evidence) >= ANSWERED
        return fact.compose(query, evidence, readings) if answered else Draft()
    found = list(_to_the_point(query, evidence, readings))
    # "Rehn blamed the Front, which claimed a bomb" is first of all no claim.
    found.sort(key=lambda one: len(one[1]) > 1)
    wanted = [one for one, kinds in found if asked[0] in kinds]
    others = [(one, kinds[0]) for one, kinds in found if asked[0] not in kinds]
    if not wanted:
        return Draft(tuple(_instead(asked[0], others)))
    answer = _answering(query, wanted[0], asked[0], readings)
    lines, told = [line_of(wanted[0], answer)], wanted[:1]
    for one, kind in [*((one, "") for one in wanted[1:]), *others]:
        if len(lines) < _MOST and kind != NONE and not is_told(one, told):
            told.append(one)
            lines.append(line_of(one, lead=_LEADS.get(kind, "")))
    text = wanted[0].passage.article.text[answer.start : answer.end] if answer else ""
    return Draft(tuple(lines), text)


def asked_for(question: str) -> list[str]:
    """Which of claim, blame and denial a question asks for, in this order; none of another."""
    asked = ((CLAIM, _ASKS_CLAIM), (BLAME, _ASKS_BLAME), (DENIAL, _ASKS_DENIAL))
    places = [(match.start(), kind) for kind, sign in asked if (match := sign.search(question))]
    return [kind for _, kind in sorted(places)]


def reports(text: str) -> list[str]:
    """Which of claim, blame, denial and none (that nobody claimed) a sentence reports."""
    claims, denies, blames = (sign.search(text) for sign in (_CLAIMS, _DENIES, _BLAMES))
    kinds = []
    if _UNCLAIMED.search(text) or (claims and _BY_NOBODY.search(text, 0, claims.end())):
        kinds.append(NONE)
    elif claims and not (denies and denies.start() <= claims.start()):
        kinds.append(CLAIM)
    if denies:
        kinds.append(DENIAL)
    if blames and not _NEGATED.search(text[: blames.start()]):
        kinds.append(BLAME)
    return kinds


def _to_the_point(
    query: Query, evidence: Evidence, readings: Sequence[Reading]
) -> Iterator[tuple[CandidateSentence, list[str]]]:
    """Yield the sentences about the matter that report any of them, and which, the best first."""
    asking = (_ASKS_CLAIM, _ASKS_BLAME, _ASKS_DENIAL)
    asked = [word for word in matter_of(query) if not any(sign.match(word.form) for sign in asking)]
    weights = weigh(asked, evidence.word_weights)
    found: list[tuple[float, CandidateSentence, list[str]]] = []
    for one in evidence.sentences:
        article = one.passage.article
        kinds = [k for k in reports(one.text) if k != CLAIM or _claims_the(one.text, weights)]
        unclear = is_junk(one.text, article.language) or _of_him(one.text)
        if not kinds or one.passage.superseded_by or unclear:
            continue
        own = _covered(one.text, weights)
        opening = article.text[: one.sentences[min(_HEAD, len(one.sentences)) - 1].end]
        head = _covered(f"{article.title} {opening}", weights)
        if max(own, head) >= _ABOUT:
            near = float(one.vector @ evidence.query_vector)
            found.append((own + head + near + _read(one, readings), one, kinds))
    found.sort(key=lambda one: -one[0])
    return ((one, kinds) for _, one, kinds in found)


def _of_him(text: str) -> bool:
    """Whether a sentence speaks of someone whom it does not name."""
    pronoun = _PRONOUN.search(text)
    return pronoun is not None and not any(
        word.capital for word in words(text[: pronoun.start()])[1:]
    )


def _claims_the(text: str, weights: Mapping[str, float]) -> bool:
    """Whether what a sentence says is claimed can be the matter: "a bomb" is no shooting."""
    claims = _CLAIMS.search(text)
    assert claims is not None
    what = re.split(r"[.;]|, ", text[claims.end() :])[0]
    if "responsibility" in claims[0].lower() and not what.startswith(" for "):
        return True
    if "claimed by" in claims[0].lower():
        return True
    named = [word for word in words(what) if word.content]
    return not named or _covered(what, weights) > 0


def _covered(text: str, weights: Mapping[str, float]) -> float:
    if not weights:
        return 1.0
    stems = {word.stem for word in words(text)}
    return sum(weights[stem] for stem in weights if stem in stems) / sum(weights.values())


def _read(sentence: CandidateSentence, readings: Sequence[Reading]) -> float:
    """Tell how near the reader's best words in a sentence come to the best of all, [0, 1]."""
    best = max((span.score for reading in readings for span in reading.spans), default=0.0)
    own = max((span.score for span in _spans_in(sentence, readings)), default=best - _FAR)
    return max(0.0, 1 - (best - own) / _FAR)


def _spans_in(sentence: CandidateSentence, readings: Sequence[Reading]) -> Iterator[ScoredSpan]:
    for reading in readings:
        if reading.passage.article.id == sentence.passage.article.id:
            for span in reading.spans:
                if sentence.start <= span.start and span.end <= sentence.end:
                    yield span


def _answering(
    query: Query, sentence: CandidateSentence, kind: str, readings: Sequence[Reading]
) -> Span | None:
    """Find the reader's best words in a sentence that are on the right side of its verb.

    Who claims, blames and denies stands before it, behind any other such verb; who is blamed
    behind it. In the passive it is the other way round.
    """
    whole = sentence.passage.article.text
    signs = {CLAIM: _CLAIMS, BLAME: _BLAMES, DENIAL: _DENIES}
    verb = signs[kind].search(sentence.text)
    assert verb is not None
    others = [
        match.end()
        for other, sign in signs.items()
        if other != kind and (match := sign.search(sentence.text, 0, verb.start()))
    ]
    passive = "by" in verb[0].split() or bool(_PASSIVE.search(sentence.text[: verb.start()]))
    of_whom = kind == BLAME and bool(_ASKS_OF_WHOM.search(query.standalone))
    low, high = max(others, default=0), verb.start()
    if passive != of_whom:
        low, high = verb.start(), len(sentence.text)
    for span in sorted(_spans_in(sentence, readings), key=lambda one: -one.score):
        named = any(word.capital and word.content for word in words(whole[span.start : span.end]))
        if named and low <= span.start - sentence.start and span.end - sentence.start <= high:
            return Span(span.start, span.end)
    return None


def _instead(kind: str, others: Sequence[tuple[CandidateSentence, str]]) -> Iterator[Line]:
    """Yield what is reported where no claim is: that nobody claimed, who is blamed, who denies."""
    first = {reported: one for one, reported in reversed(others)}
    if kind != CLAIM or not (NONE in first or BLAME in first):
        return
    if NONE in first:
        yield line_of(first[NONE], lead=f"{_NO_CLAIM};")
        if BLAME in first:
            yield line_of(first[BLAME], lead=_LEADS[BLAME])
    else:
        yield line_of(first[BLAME], lead=f"{_NO_CLAIM}; blamed:")
    if DENIAL in first:
        yield line_of(first[DENIAL], lead=_LEADS[DENIAL])

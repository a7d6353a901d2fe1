"""A summary: the fewest sentences that cover a story, or the main stories of a period.

Sentences are chosen by maximal marginal relevance (Carbonell and Goldstein, 1998): what comes near
the question and the middle of the story, less what it repeats of those chosen before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from rag.answer.story import (
    Report,
    dated,
    day_in_words,
    in_order,
    matter_of,
    reports,
    stands_alone,
    story_of,
)
from rag.question.calendar import spoken_times
from rag.reader import Reading
from rag.types import CandidateSentence, Draft, Evidence, Line, Query

_MOST = 6  # lines
_REPEATS = 0.7  # weight of what a sentence repeats against what it says
_NEWS = 0.25  # what an article's news has ahead of its other sentences, as cosine
_WORTH = 0.05  # below it a sentence adds too little to the others
_OF_A_PERIOD = 300  # articles that are looked through, the most reprinted first
_ONE_STORY = 0.6  # mean cosine of the openings of articles that tell one story


def compose(query: Query, evidence: Evidence, readings: Sequence[Reading]) -> Draft:
    """Sum up the story that is asked about, its newest state first; or the stories of a period.

    What is superseded is left out. A draft without lines where no article is about the matter.
    """
    if not matter_of(query):
        return Draft(tuple(_main_stories(query, evidence)))
    story = [one for one in story_of(query, evidence) if not one.superseded]
    if not story:
        return Draft()
    several = len({one.article.day for one in story}) > 1
    chosen = _covering(_candidates(story, evidence), story, evidence)
    return Draft(tuple(dated(one) if several else dated(one, "") for one in chosen))


def _candidates(story: Sequence[Report], evidence: Evidence) -> list[CandidateSentence]:
    """Sentences of a story's articles that can be read alone, each once, its news among them."""
    articles = {one.article.id for one in story}
    further = [one for one in evidence.sentences if one.passage.article.id in articles]
    found = reports([s for report in story for s in report.sentences] + further, ())
    sentences = [one for report in found for one in report.sentences if stands_alone(one)]
    known = {(one.passage.article.id, one.start) for one in sentences}
    return sentences + [one.news for one in story if (one.article.id, one.news.start) not in known]


def _covering(
    candidates: Sequence[CandidateSentence], story: Sequence[Report], evidence: Evidence
) -> list[CandidateSentence]:
    """Choose the sentences that cover a story; the newest article's come first."""
    vectors = np.stack([one.vector for one in candidates])
    middle = np.mean([report.opening for report in story], axis=0)
    news = {(one.article.id, one.news.start) for one in story}
    leads = [_NEWS * ((one.passage.article.id, one.start) in news) for one in candidates]
    relevance = (vectors @ evidence.query_vector + vectors @ middle) / 2 + leads
    newest = next(
        (n for n in range(len(candidates)) if (story[-1].article.id, candidates[n].start) in news),
        int(relevance.argmax()),
    )
    chosen = [newest]
    while len(chosen) < min(_MOST, len(candidates)):
        repeated = (vectors @ vectors[chosen].T).max(axis=1)
        gain = relevance - _REPEATS * repeated
        gain[chosen] = -np.inf
        best = int(gain.argmax())
        if gain[best] < _WORTH:
            break
        chosen.append(best)
    age = {one.article.id: n for n, one in enumerate(reversed(story))}
    return sorted(
        (candidates[n] for n in chosen), key=lambda one: (age[one.passage.article.id], one.start)
    )


def _main_stories(query: Query, evidence: Evidence) -> list[Line]:
    """Tell the stories of the days that are asked about, those that most articles tell first."""
    newest = evidence.holdings.days()[1] if evidence.holdings else None
    if evidence.holdings is None or newest is None:
        return []
    # The limits reach back a day: elsewhere it was the day before.
    spoken = spoken_times(query.standalone, date.fromisoformat(query.asked or newest))
    since = min((one.first.isoformat() for one in spoken), default="")
    found = reports(evidence.holdings.beginnings("", query.filters, _OF_A_PERIOD), ())
    of_the_period = [one for one in found if (one.article.day or since) >= since]
    stories: list[list[Report]] = []
    for report in sorted(of_the_period, key=lambda one: -one.told):
        near = [float(np.mean([one.opening @ report.opening for one in s])) for s in stories]
        best = int(np.argmax(near)) if near else 0
        if near and near[best] >= _ONE_STORY:
            stories[best].append(report)
        else:
            stories.append([report])
    stories.sort(key=lambda story: -sum(one.told for one in story))
    return [_line_of_story(story) for story in stories[:_MOST]]


def _line_of_story(story: Sequence[Report]) -> Line:
    """Tell a story in the sentence of its most reprinted article, with how many tell it."""
    current = [one for one in in_order(story) if not one.superseded] or list(story)
    main = max(current, key=lambda one: one.told)
    told = sum(one.told for one in story)
    day = day_in_words(main.article)
    count = f"{told} articles" if told > 1 else ""
    return dated(main.news, f"{lead}:" if (lead := ", ".join(filter(None, (day, count)))) else "")

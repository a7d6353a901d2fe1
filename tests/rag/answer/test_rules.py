"""Answers in the articles' own sentences, and refusals: by rules, of made-up articles."""

import re

import numpy as np
import pytest

from index.models.hashed import HashedWordsEmbedder
from index.text.sentences import sentence_spans
from index.text.words import stem, words
from index.types import Article, Span
from rag.answer.rules import NOTHING_QUOTABLE, ExtractiveAnswerer
from rag.answer.rules.kinds import wanted_unit
from rag.answer.rules.premise import Relative
from rag.question import understand
from rag.question.asked import Question
from rag.types import CandidateSentence, Draft, Evidence, Passage

EMBEDDER = HashedWordsEmbedder()

FERRY = Article(
    "ferry",
    "Ferry sinks off Norhaven",
    "Tuesday, August 6, 2024\n\n"
    "The ferry Kestrel sank off Norhaven yesterday. "
    "Its captain, Ines Okafor, was the last to leave. "
    "She said the pumps had failed because of a blocked valve.\n\n"
    "Image: Harbour Archive.\n\n"
    "Rescuers brought 214 passengers ashore. What happens next?\n\n"
    "Port director Lena Brandt blamed the ferry company for the sinking. "
    "The company denied that it had skipped inspections. "
    "Bakeries in Norhaven were open as usual.",
    "2024-08-06",
    "Harbour Courier",
)
BRIDGE = Article(
    "bridge",
    "Bridge opens in Norhaven",
    "The Tamarind bridge opened to traffic in Norhaven after three years. "
    "It cost 4 million pounds. "
    "Mayor Tomas Lind cut the ribbon.",
    "2024-03-02",
    "The Post",
)
TUNNEL = Article(
    "tunnel",
    "Tunnel opens under the bay",
    "The Osprey tunnel opened to traffic under the bay on Friday. It cost 9 million pounds.",
    "2024-07-12",
    "The Post",
)
ALL = (FERRY, BRIDGE, TUNNEL)


def evidence(question, articles=ALL):
    """Each article as one passage, those that share more words with the question first."""
    vector = EMBEDDER.embed_question(question)
    vectors, _ = EMBEDDER.embed([f"{a.title} {a.text}" for a in articles], [[] for _ in articles])
    passages, sentences = [], []
    for index in np.argsort(-(vectors @ vector), kind="stable"):
        article = articles[index]
        score = float(vectors[index] @ vector)
        rank = len(passages) + 1
        passage = Passage(article, 0, len(article.text), article.text, score, rank, {"words": rank})
        passages.append(passage)
        spans = tuple(sentence_spans(article.text, "en"))
        inner, own = EMBEDDER.embed([article.text], [spans])
        sentences += [
            CandidateSentence(passage, s.start, s.end, i, spans, own[i])
            for i, s in enumerate(spans)
        ]
    weights = {word: 3.0 for word in re.findall(r"\w+", question.lower())}
    return Evidence(tuple(passages), tuple(sentences), vector, weights)


def draft(question, articles=ALL):
    return ExtractiveAnswerer().draft(understand(Question(question)), evidence(question, articles))


def answer(question, articles=ALL):
    found = draft(question, articles)
    assert not found.refusal
    return " ".join(text for text, _ in found.picked)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many passengers of the ferry Kestrel were brought ashore?", "214"),
        ("Who was the captain of the ferry Kestrel?", "Ines Okafor"),
        ("What did the Tamarind bridge cost?", "4 million"),
        ("Who cut the ribbon of the Tamarind bridge?", "Tomas Lind"),
        ("Why had the pumps of the ferry failed?", "blocked valve"),
    ],
)
def test_the_answer_holds_what_is_asked(question, expected):
    assert expected in answer(question)


def test_every_sentence_is_the_articles_own():
    picked = draft("Why had the pumps of the ferry Kestrel failed?").picked
    assert picked
    for text, sources in picked:
        (passage, span), *others = sources
        assert not others
        assert text.split() == passage.article.text[span.start : span.end].split()


def test_who_was_blamed_is_told_with_who_blames():
    found = answer("Who claimed the sinking of the ferry Kestrel attack?")
    assert "Lena Brandt blamed the ferry company" in found
    assert "claimed" not in found


def test_a_sentence_that_leans_brings_the_one_before():
    found = draft("Why had the pumps of the ferry failed, what blocked valve?")
    texts = [text for text, _ in found.picked if "blocked valve" in text]
    assert texts
    assert "Ines Okafor" in texts[0]


def test_a_day_that_is_relative_comes_with_its_dateline():
    found = answer("When did the ferry Kestrel sink off Norhaven?")
    assert found.index("Tuesday, August 6, 2024") < found.index("yesterday")


def test_when_in_a_clause_asks_no_day():
    found = answer("Who blamed the ferry company when the ferry Kestrel sank?")
    assert "Lena Brandt" in found
    assert "Tuesday, August 6, 2024" not in found


def test_a_short_sentence_is_quoted_with_whom_it_is_about():
    text = (
        "Ines Okafor, captain of the ferry Kestrel, died in Norhaven on Friday. He was 79. "
        "The harbour flew its flags at half mast."
    )
    article = Article("okafor", "Captain Okafor dies", text, "2024-09-01", "The Post")
    found = draft("How old was captain Ines Okafor when he died?", (article,))
    texts = [text for text, _ in found.picked]
    assert any("He was 79." in text for text in texts)
    assert "Ines Okafor" in texts[0]


def test_someones_words_come_with_whose_they_are():
    text = (
        "Mayor Tomas Lind visited the Tamarind bridge. "
        "Harbour master Ada Voss commented: "
        '"Tomas Lind has no business on the Tamarind bridge and should stay at home."'
    )
    article = Article("lind", "Mayor Lind on the bridge", text, "2024-09-01", "The Post")
    found = answer("What did mayor Tomas Lind say on the Tamarind bridge?", (article,))
    assert "no business" not in found or "Ada Voss commented" in found


def test_another_article_does_not_fill_a_short_answer():
    mill = Article(
        "mill",
        "Fire at the Dunmore mill",
        "Twelve people died in a fire at the Dunmore mill. Its owner wept.",
        "2024-05-02",
        "The Post",
    )
    found = draft("How many people died in the fire at the Dunmore mill?", (mill, FERRY, BRIDGE))
    assert {source[0].article.id for _, sources in found.picked for source in sources} == {"mill"}


def test_each_side_of_a_comparison_gets_its_sentence_earliest_first():
    found = answer("Which opened first: the Tamarind bridge or the Osprey tunnel?")
    assert found.index("Tamarind") < found.index("Osprey")


def test_captions_and_questions_are_left_out_of_a_short_answer():
    found = answer("How many passengers did rescuers bring ashore in Norhaven?", (FERRY,))
    assert "Image:" not in found
    assert "What happens next?" not in found


def test_an_answer_is_short():
    long = " ".join(f"The ferry Kestrel carried cargo number {n} to Norhaven." for n in range(60))
    article = Article("long", "Cargo of the ferry Kestrel", long, "2024-01-01", "The Post")
    found = draft("What cargo did the ferry Kestrel carry?", (article,))
    assert 1 <= len(found.picked) <= 5
    assert sum(len(text.split()) for text, _ in found.picked) <= 110


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Who won the 2018 Quidditch Trophy?", "2018 Quidditch Trophy"),
        ("What does Zanzibar export?", "Zanzibar"),
    ],
)
def test_refuses_and_names_what_is_missing(question, named):
    found = draft(question)
    assert found.picked == ()
    assert f'mentions "{named}"' in found.refusal


PRIZE = Article(
    "prize",
    "Tamarind Prize in Botany awarded",
    "The Tamarind Prize in Botany was awarded in Norhaven on Friday. "
    "The winner of the Tamarind Prize, Hester Munro, thanked the academy. "
    "A series of talks followed around the world.",
    "2024-05-03",
    "The Post",
)


@pytest.mark.parametrize(
    ("question", "refusal"),
    [
        (
            "Who won the Tamarind Prize in Geology?",
            'Nothing that was found in the archive mentions "Tamarind Prize in Geology".',
        ),
        (
            "Who won the Tamarind World Series?",
            'Nothing that was found in the archive mentions "Tamarind World Series".',
        ),
        (
            "How much was the winner of the Tamarind Prize paid?",
            "Nothing that was found gives a sum of money for this.",
        ),
    ],
)
def test_refuses_where_a_premise_is_not_there(question, refusal):
    assert draft(question, (PRIZE, FERRY)).refusal == refusal


@pytest.mark.parametrize(
    "question",
    [
        "Who won the Tamarind Prize in Botany?",
        "What did Hester Munro say about the Tamarind Prize?",
        "Who won the Tamarind Prize?",
    ],
)
def test_does_not_refuse_where_the_premise_is_there(question):
    assert "Hester Munro" in answer(question, (PRIZE, FERRY))


def test_refuses_where_who_is_to_have_spoken_does_not_speak_of_it():
    told = " ".join(f"The Tamarind Prize went to judge number {n} of the jury." for n in range(12))
    prize = Article("long", "Tamarind Prize awarded", told, "2024-05-03", "The Post")
    found = draft("What did Lena Brandt say about the Tamarind Prize?", (prize, FERRY))
    assert found.refusal == 'Nothing that was found tells what "Lena Brandt" says of this.'


def test_refuses_what_an_outlet_is_to_have_reported_that_nothing_names():
    assert draft("What did the Daily Lantern report about the ferry Kestrel?").refusal
    assert "Kestrel" in answer("What did the Harbour Courier report about the ferry Kestrel?")


CAPTION = Article(
    "caption",
    "A candidate answers",
    "Image: Oda Lindqvist.\n\nShe would freeze all prices, she said. Schools come second.",
)
ARREST = Article(
    "arrest",
    "Four arrested",
    "Four men were arrested for theft at home by the police because of a painting.",
)


def test_what_others_did_is_no_answer_about_someone_named_in_passing():
    question = "Why was Oda Lindqvist arrested for theft at home?"
    found = draft(question, (CAPTION, ARREST))
    assert found.refusal == 'Nothing that was found in the archive tells this of "Oda Lindqvist".'
    told = Article("told", "Held", "Oda Lindqvist was arrested because of a theft, police said.")
    assert "Lindqvist" in answer(question, (CAPTION, ARREST, told))


def test_the_newest_article_answers_where_it_is_asked_for():
    days = {
        day: Article(day, "Strike", f"The port strike went on, with {n} ships waiting.", day)
        for n, day in enumerate(("2024-01-05", "2024-02-05", "2024-03-05"), start=7)
    }
    for question, first in (
        ("What is the latest on the port strike and the ships?", "2024-03-05"),
        ("What was first reported of the port strike and the ships?", "2024-01-05"),
    ):
        for articles in (tuple(days.values()), tuple(reversed(days.values()))):
            found = draft(question, articles)
            assert found.picked[0][1][0][0].article.id == first


def test_refuses_where_the_unit_that_is_asked_is_missing():
    found = draft("What share of the ferry Kestrel passengers did rescuers bring ashore?", (FERRY,))
    assert found.refusal == "Nothing that was found gives a share for this."


def test_refuses_a_matter_that_is_not_there():
    assert draft("best lentil soup recipe with garlic").refusal


@pytest.mark.parametrize("question", ["*** [[ ~~", "???", "What is it?", "<>"])
def test_refuses_a_question_without_words_to_look_for(question):
    assert draft(question).refusal == "The question has no word that says what it is about."


def test_refuses_where_no_word_of_the_question_is_there():
    refusal = draft("zxqv blorp").refusal
    assert refusal == "Nothing that was found in the archive has any word of the question."


def test_refuses_without_evidence():
    nothing = Evidence((), (), np.zeros(4, np.float32), {})
    assert ExtractiveAnswerer().draft(understand(Question("Who sank?")), nothing).refusal


def test_another_spelling_of_a_name_is_no_missing_name():
    assert "sank" in answer("When did the ferry Kestrell sink off Norhaven?")


def test_words_keep_their_places_and_meet_in_their_stems():
    text = "Norhaven's elected mayors won 1,200 votes in the US."
    found = words(text)
    assert [text[w.start : w.end] for w in found][:2] == ["Norhaven", "elected"]
    assert {"1200", "usa"} <= {w.form for w in found}
    assert stem("election") == stem("elected")
    assert stem("wins") == stem("won")
    assert stem("countries") == stem("country")
    assert stem("bridge") != stem("bride")


def test_a_span_is_inside_its_article():
    picked = draft("Who blamed the ferry company?").picked
    assert picked
    for _, sources in picked:
        for passage, span in sources:
            assert isinstance(span, Span)
            assert 0 <= span.start < span.end <= len(passage.article.text)


def test_what_has_only_words_of_nobody_who_is_named_is_refused():
    text = "“The pumps of the ferry Kestrel failed off Norhaven because a valve was blocked.”"
    bare = Article("bare", "", text, "2024-08-06", "Harbour Courier")
    found = draft("Why did the pumps of the ferry Kestrel fail off Norhaven?", [bare])
    assert found == Draft(refusal=NOTHING_QUOTABLE)


# Someone's relative is not answered of the one who is named

OBITUARY = Article(
    "obituary",
    "Composer Henrik Aldane dies at 79",
    "Composer Henrik Aldane died on Friday in Norhaven. "
    "Aldane wrote four operas and said music was a way of listening. "
    "Aldane's sister Petra said he had worked until the last day. "
    "Critics called Aldane the voice of Norhaven.",
    "2024-08-06",
    "Harbour Courier",
)
TRIAL = Article(
    "trial",
    "Two jailed over Norhaven harbour fraud",
    "Marta Velk was jailed in Norhaven for life on Monday. "
    "Her clerk Iven Rask was sentenced to six years over 14 million pounds that went missing.",
    "2024-09-02",
    "The Post",
)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What did Johnson's wife say?", "wife"),
        ("What did James’ younger brother say?", "brother"),
        ("Who are his daughters?", "daughter"),
        ("Who is the mayor's husband?", "husband"),
        ("Did the ferry's sister ship sail?", None),
        ("What did the mother company's lawyers say?", None),
        ("Who killed a brother of the mayor?", None),
        ("Is it Baloch's mother-in-law?", None),
        ("Who wrote the Observer's sister paper?", None),
    ],
)
def test_the_relative_that_is_asked_about(question: str, name: str | None) -> None:
    relative = Relative.asked(question)
    assert (None if relative is None else relative.name) == name


def test_the_relative_answers_and_not_the_one_who_is_named() -> None:
    said = answer("What did composer Henrik Aldane's sister say of music?", [OBITUARY])
    assert "Petra said he had worked" in said
    assert "four operas" not in said


def test_refuses_where_no_such_relative_is_told_of() -> None:
    refusal = draft("What did Composer Aldane's wife say of music in Norhaven?", [OBITUARY]).refusal
    assert refusal == "Nothing that was found in the archive tells of a wife in this."


def test_a_sentence_for_life_is_a_length_of_time() -> None:
    assert "for life" in answer("How long was Marta Velk jailed for?", [TRIAL])


# What a figure must be of: read from the question, told apart in texts


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("How old was Anna Kalven?", "an age"),
        ("At what age did she retire?", "an age"),
        ("How long did the strike last?", "a length of time"),
        ("How long ago was it?", None),
        ("How much did the bridge cost?", "a sum of money"),
        ("What share of votes did she get?", "a share"),
        ("What was the score?", "a score or margin"),
        ("How far off is the star?", "a distance or size"),
        ("How many boats sank?", None),
        ("How many goals did she score?", None),
        ("How many members voted for the budget?", None),
        ("How many lives did the storm cost?", None),
        ("How much rain fell in Fort Worth?", None),
        ("How many days did the budget talks last?", "a length of time"),
        ("How much is the house worth?", "a sum of money"),
        ("What did the pier cost?", "a sum of money"),
        ("What was the final score of the match?", "a score or margin"),
        ("By what margin did she win?", "a score or margin"),
        ("What did he share with her?", None),
        ("Who sang?", None),
    ],
)
def test_the_unit_that_is_asked_for(question: str, name: str | None) -> None:
    unit = wanted_unit(question)
    assert (None if unit is None else unit.name) == name


@pytest.mark.parametrize(
    ("text", "plainly"),
    [
        ("The 79-year-old died on Friday.", True),
        ("He was 79.", True),
        ("Anna Kalven, 43, said so.", True),
        ("She retired at the age of sixty.", True),
        ("A man aged 30 was held.", True),
        ("He turned 18 in May.", True),
        ("The kind is 100 million years old.", True),
        ("He was 10 miles away.", False),
        ("He left after 12 years.", False),
        ("It was 79% full.", False),
        ("It was 79.5 degrees.", False),
    ],
)
def test_how_an_age_is_given(text: str, plainly: bool) -> None:
    unit = wanted_unit("How old was he?")
    assert unit is not None
    assert bool(unit.plainly.search(text)) == plainly


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How high did inflation rise?", "Inflation rose to 9.1 per cent."),
        ("How old is the bridge?", "The bridge was built in 1890."),
        ("How long is the tunnel?", "The tunnel measures 9 km."),
        ("How long was she jailed for?", "She was jailed for life."),
    ],
)
def test_any_way_of_giving_it_is_enough_for_an_answer(question: str, text: str) -> None:
    unit = wanted_unit(question)
    assert unit is not None
    assert unit.given.search(text)

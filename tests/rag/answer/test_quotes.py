"""Words of the speaker that is asked for, and of nobody else."""

import pytest

from index.text.sentences import sentence_spans
from index.types import Article
from rag.answer import quotes
from rag.types import CandidateSentence, Passage


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("What did Lena Brandt say about the strike?", "Lena Brandt"),
        ("what has the mayor said about the dam", "mayor"),
        ("What was Lind's reaction to the offer?", "Lind"),
        ("According to Olaf Rehn, who did it?", "Olaf Rehn"),
        ("Quotes by Brandt on the strike", "Brandt"),
        ("What did she say about it? (Lena Brandt)", "Lena Brandt"),
        ("What did they say?", ""),
        ("Where was the bomb?", ""),
    ],
)
def test_the_speaker(question, speaker):
    assert quotes.speaker_of(question) == speaker


def words_of(speaker, text):
    article = Article("a", "Dam", text)
    spans = tuple(sentence_spans(text, "en"))
    passage = Passage(article, 0, len(text), text, 1.0, 1, {})
    sentences = [
        CandidateSentence(passage, span.start, span.end, position, spans, None)
        for position, span in enumerate(spans)
    ]
    return [(said.sentence.text, said.named) for said in quotes.words_of(speaker, sentences)]


def test_what_follows_a_name_is_the_speakers():
    text = "“The dam is safe,” said Paul Lind. “It will hold.”\n\nHe said that it was old."
    assert words_of("Lind", text) == [
        ("“The dam is safe,” said Paul Lind.", True),
        ("“It will hold.”", False),
        ("He said that it was old.", False),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "“The dam is safe,” Lena Brandt told Lind.",
        "Critics of Lind said that the dam would break.",
        "Lind's spokesman said that the dam was safe.",
        "Lind visited the dam. “It will break,” Lena Brandt said. “I know it.” She said it twice.",
        "Lind is the director. “It will break.” Brandt said.",
        "Lena Brandt said Lind was wrong. “He lies.”",
    ],
)
def test_what_others_say_is_not_the_speakers(text):
    assert words_of("Lind", text) == []


def test_words_with_who_speaks(composing, said):
    lines = said(composing(quotes, "What did Lena Brandt say?"))
    told = "“We will not go back for that,” said Lena Brandt, the secretary of the dockers’ union."
    assert ("", "walkout", told) in lines
    assert ("Lena Brandt:", "walkout", "“It is an insult.”") in lines
    assert not any("ready to talk" in words or "untrue" in words for _, _, words in lines)


def test_words_on_the_matter_alone(composing, said):
    lines = said(composing(quotes, "What did Brandt say about the dock strike?"))
    assert ("Brandt:", "talks", "She said that the dock strike would go on for weeks.") in lines
    assert not any("insult" in words for _, _, words in lines)


@pytest.mark.parametrize(
    "question", ["What did Olaf Rehn say about the dock strike?", "What did Anna Zorb say?"]
)
def test_silence_where_the_speaker_has_no_words_on_it(composing, question):
    assert not composing(quotes, question).lines

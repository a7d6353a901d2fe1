"""Chunks: word for word, all sentences once, never longer than the embedder reads."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.models.chunker import ChunkedArticle, Chunker
from index.models.embedder import Embedder
from index.models.kept import open_embedder
from index.types import Article

HASHED = open_embedder("hashed-words")
MINILM = open_embedder("all-MiniLM-L6-v2")  # its tokenizer alone: cutting loads no model

LONG_SENTENCE = ("the minister said again that nothing at all had been decided yet and " * 80)[
    :5000
]
WORDS = st.text(st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=12)
# The rest of a split word of these has more pieces by itself than inside the word.
PIECES = (
    "емждбажидивджедзблиблйждвмжеамимазайндккжддибазивнган бмзнгжбкагежкеегйндблжмили"
    "канйлгизклекбдалбдднгегбиидкбзизакизлззебвклйзмбежбд кжмаейкибдмгвкбмгвзкеивквгй"
    "звгкдклнгвнзагднвдзекалйекмгеелвдлвбквввижмбажбаквлннкквзжикезежгзмдз мббижжггжв"
    "загкднлвеалддвелйнжкжквнйгвбикжййймлбмиабдаиежлйадкджмйазглгвмзнвкбленажмниеммжз"
    "д малб"
)
KINDS = st.one_of(
    st.text(max_size=600),
    st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), max_size=900),  # one word
    st.text("汉字在新闻档案中搜索。、", min_size=50, max_size=800),
    st.text("👩👨👧🏽🇮🇶🏴‍️🙂 ", max_size=500),
    st.text("aeiou\u0301\u0308\u0327\u20dd ", max_size=800),
    st.text(".,;:!?…—“”'()[] ", max_size=800),
    st.lists(WORDS, max_size=300).map("\n".join),
    st.lists(WORDS, max_size=300).map(" ".join),
    st.lists(st.lists(WORDS, max_size=40).map(" ".join), max_size=12).map(".\n\n".join),
    st.text("กขคงจฉชซฌญ", min_size=100, max_size=700),  # no spaces, and word pieces inside
    st.text("абвгдежзийклмн", min_size=80, max_size=700),
)
TITLES = st.one_of(st.text(max_size=80), st.just("Headline " * 222), st.text("x汉é", max_size=2000))
either = pytest.mark.parametrize("embedder", [HASHED, MINILM], ids=["hashed", "minilm"])
thorough = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def article(text: str, title: str = "A headline", published: str | None = "2024-08-06") -> Article:
    return Article(id="a:1", title=title, text=text, published=published)


def check(chunked: ChunkedArticle, embedder: Embedder, chunk_pieces: int) -> None:
    text = chunked.article.text
    for chunk in chunked.chunks:
        assert text[chunk.start : chunk.end] == chunk.text
    assert [c.id for c in chunked.chunks] == [f"a:1:{n}" for n in range(len(chunked.chunks))]

    assert all(span.start < span.end for span in chunked.sentences)
    assert all(before.end <= after.start for before, after in pairwise(chunked.sentences))
    inside = bytearray(len(text))
    for span in chunked.sentences:
        inside[span.start : span.end] = b"\1" * (span.end - span.start)
    assert all(held or character.isspace() for held, character in zip(inside, text, strict=True))

    indices = [index for own in chunked.chunk_sentences for index in own]
    assert indices == list(range(len(chunked.sentences)))
    for chunk, own in zip(chunked.chunks, chunked.chunk_sentences, strict=True):
        assert chunk.start == chunked.sentences[own.start].start
        assert chunk.end == chunked.sentences[own.stop - 1].end

    sizes = embedder.count([chunked.embedded_text(n) for n in range(len(chunked.chunks))])
    assert max(sizes, default=0) <= min(chunk_pieces, embedder.window)
    assert list(chunked.chunk_pieces) == sizes


@either
@thorough
@given(text=KINDS, title=TITLES, chunk_pieces=st.sampled_from([48, 64, 160, 400]))
@example(text=LONG_SENTENCE, title="Headline", chunk_pieces=160)
@example(text="x" * 5000, title="x" * 2000, chunk_pieces=48)
@example(text="unbelievablyinternationalization" * 3 + "1" * 90, title="", chunk_pieces=48)
@example(text=PIECES, title="t", chunk_pieces=48)
@example(text="Ja.\n" * 500, title="Short lines", chunk_pieces=160)
@example(text="", title="No text", chunk_pieces=160)
def test_chunks_of_any_text(embedder: Embedder, text: str, title: str, chunk_pieces: int) -> None:
    chunked = Chunker(embedder, chunk_pieces).chunk(article(text, title))
    check(chunked, embedder, chunk_pieces)


@either
def test_one_sentence_of_5000_characters_is_cut_at_spaces(embedder: Embedder) -> None:
    chunked = Chunker(embedder, 160).chunk(article(LONG_SENTENCE))
    check(chunked, embedder, 160)
    assert len(chunked.chunks) > 5
    assert all(chunk.text.split()[0] in LONG_SENTENCE.split() for chunk in chunked.chunks)


@either
def test_a_title_of_2000_characters_leaves_room_for_the_text(embedder: Embedder) -> None:
    title = "The joint operations command condemned attacks " * 43
    chunked = Chunker(embedder, 160).chunk(article("It was a quiet day. " * 60, title))
    check(chunked, embedder, 160)
    assert title.startswith(chunked.header.removesuffix(" (2024-08-06)\n"))
    assert embedder.count([chunked.header])[0] < 160 / 2


def test_headline_and_day_stand_before_each_chunk() -> None:
    chunked = Chunker(HASHED, 48).chunk(article("One sentence of seven words is here. " * 20))
    assert len(chunked.chunks) > 1
    for ordinal, chunk in enumerate(chunked.chunks):
        assert chunked.embedded_text(ordinal) == f"A headline (2024-08-06)\n{chunk.text}"
    undated = Chunker(HASHED, 48).chunk(article("Some text.", published=None))
    assert undated.header == "A headline\n"


def test_a_paragraph_is_not_begun_in_a_chunk_that_is_nearly_full() -> None:
    first = "One two three four five six seven eight nine. " * 3
    second = "Another paragraph begins in this place. " * 3
    text = f"{first.strip()}\n\n{second.strip()}"
    chunked = Chunker(HASHED, 48).chunk(article(text))
    assert [chunk.text for chunk in chunked.chunks] == [first.strip(), second.strip()]


def test_short_paragraphs_share_a_chunk() -> None:
    chunked = Chunker(HASHED, 160).chunk(article("First.\n\nSecond.\n\nThird."))
    assert [chunk.text for chunk in chunked.chunks] == ["First.\n\nSecond.\n\nThird."]

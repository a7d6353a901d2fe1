"""An archive inside LlamaIndex and Chroma programs of others."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import chromadb
import pytest
from llama_index.core import Settings as LlamaSettings
from llama_index.core import VectorStoreIndex
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.schema import MetadataMode
from llama_index.vector_stores.chroma import ChromaVectorStore

from index.models.embedder import Embedder
from index.store.archive import ArchiveFolder
from rag import Archive


class OurEmbedding(BaseEmbedding):
    """The packaged model for LlamaIndex."""

    embedder: Any

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(value) for value in self.embedder.embed_question(query)]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_query_embedding(text)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


@pytest.fixture(autouse=True)
def no_default_models(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """LlamaIndex falls back to OpenAI where it is given no model; that would be a fault."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a default model of LlamaIndex was resolved")

    monkeypatch.setattr("llama_index.core.settings.resolve_llm", refuse)
    monkeypatch.setattr("llama_index.core.settings.resolve_embed_model", refuse)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    yield
    assert LlamaSettings._llm is None


def test_a_retriever(opened: Archive) -> None:
    retriever = opened.as_retriever(top_k=3)
    assert isinstance(retriever, BaseRetriever)
    found = retriever.retrieve("Which ferry ran aground?")
    passages = opened.search("Which ferry ran aground?", top_k=3)
    assert [node.text for node in found] == [passage.text for passage in passages]
    assert [node.score for node in found] == [passage.score for passage in passages]
    first = found[0].node
    assert first.metadata == {
        "article_id": "ferry",
        "title": "Ferry runs aground off Selm",
        "source": "Harbour Courier",
        "published": "2024-03-04",
        "url": "https://example.org/ferry",
        "start": 0,
        "end": len(passages[0].text),
    }
    for_llm = first.get_content(MetadataMode.LLM)
    assert "Harbour Courier" in for_llm
    assert "2024-03-04" in for_llm
    assert "article_id" not in for_llm


def test_a_retriever_in_a_program_with_async(opened: Archive) -> None:
    retrieving = opened.as_retriever().aretrieve("Which ferry ran aground?")
    # In a thread: tests of the browser leave a loop running in the main one of their process.
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(asyncio.run, retrieving).result()
    assert found[0].node.metadata["article_id"] == "ferry"
    assert len({node.node.node_id for node in found}) == len(found)


def test_a_query_engine_words_answers_with_the_given_model(
    opened: Archive, scripted: Callable[[str], Any]
) -> None:
    llm = scripted("It ran aground off Selm.")
    engine = opened.as_query_engine(llm, top_k=2)
    assert isinstance(engine, BaseQueryEngine)
    response = engine.query("Where did the ferry Ostrel run aground?")
    assert str(response) == "It ran aground off Selm."
    assert len(llm.prompts) == 1
    assert "Where did the ferry Ostrel run aground?" in llm.prompts[0]
    assert "The ferry Ostrel ran aground off Selm on Monday" in llm.prompts[0]
    assert "Harbour Courier" in llm.prompts[0]
    assert [node.metadata["article_id"] for node in response.source_nodes][0] == "ferry"
    assert len(response.source_nodes) == 2


def test_a_query_engine_with_the_real_model(
    opened_seeds: Archive, scripted: Callable[[str], Any]
) -> None:
    llm = scripted("It ran aground off Selm.")
    response = opened_seeds.as_query_engine(llm).query("Who is coxswain of the Drevna lifeboat?")
    assert "Torben Askel" in "".join(llm.prompts)
    assert len(response.source_nodes) == 10


def test_a_chroma_program_reads_the_collection(seed_archive: Path, opened_seeds: Archive) -> None:
    """Also in the process that has the archive open."""
    client = chromadb.PersistentClient(str(ArchiveFolder(seed_archive).current().chroma))
    collection = client.get_collection("newsarchive", embedding_function=None)
    kept = collection.get(where={"published_epoch": {"$gte": 1_767_225_600}}, limit=1_000)
    client.close()
    assert kept["documents"] is not None
    assert kept["metadatas"] is not None
    assert len(kept["ids"]) > 50
    for text, fields in zip(kept["documents"], kept["metadatas"], strict=True):
        article = opened_seeds.article(str(fields["article_id"]))
        assert article is not None
        assert article.text[int(fields["start"]) : int(fields["end"])] == text
        assert fields["title"] == article.title
        assert fields["source"] == article.source
        assert fields["published"] == article.published
        assert fields["url"] == article.url


def test_a_llamaindex_program_opens_the_collection(seed_archive: Path, minilm: Embedder) -> None:
    client = chromadb.PersistentClient(str(ArchiveFolder(seed_archive).current().chroma))
    collection = client.get_collection("newsarchive", embedding_function=None)
    index = VectorStoreIndex.from_vector_store(
        ChromaVectorStore(chroma_collection=collection),
        embed_model=OurEmbedding(embedder=minilm, model_name="ours"),
    )
    found = index.as_retriever(similarity_top_k=3).retrieve(
        "Who condemned the attacks on military bases in Iraq?"
    )
    client.close()
    assert "joint operations command in Baghdad condemned" in found[0].text
    assert found[0].metadata["title"].startswith("Iraq military condemns")

"""An archive inside a LlamaIndex program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms import LLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.records import article_record
from rag.types import Passage


class Search(Protocol):
    """Finds passages, as ``Archive.search`` does."""

    def __call__(self, question: str, *, top_k: int) -> Sequence[Passage]:
        """Best passages, best first."""
        ...


class ArchiveRetriever(BaseRetriever):
    """Passages of an archive as LlamaIndex nodes, with outlet and date in their metadata."""

    def __init__(self, search: Search, top_k: int) -> None:
        self._search = search
        self._top_k = top_k
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        passages = self._search(query_bundle.query_str, top_k=self._top_k)
        return [NodeWithScore(node=_node(passage), score=passage.score) for passage in passages]


def query_engine(search: Search, llm: LLM, top_k: int) -> BaseQueryEngine:
    """Make a query engine that reads what ``search`` finds and words answers with ``llm``."""
    synthesizer = get_response_synthesizer(llm=llm)
    return RetrieverQueryEngine(ArchiveRetriever(search, top_k), synthesizer)


def _node(passage: Passage) -> TextNode:
    article = passage.article
    fields = {**article_record(article), "start": passage.start, "end": passage.end}
    return TextNode(
        id_=f"{article.id}:{passage.start}-{passage.end}",
        text=passage.text,
        metadata={name: value for name, value in fields.items() if value is not None},
        excluded_llm_metadata_keys=["article_id", "start", "end", "url"],
    )

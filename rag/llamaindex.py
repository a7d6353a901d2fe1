"""An archive inside a LlamaIndex program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms import LLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.records import article_record
from rag.types import Passage

if TYPE_CHECKING:
    from rag.archive import Archive


class ArchiveRetriever(BaseRetriever):
    """Passages of an archive as LlamaIndex nodes, with outlet and date in their metadata."""

    def __init__(self, archive: Archive, top_k: int) -> None:
        self._archive = archive
        self._top_k = top_k
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        passages = self._archive.search(query_bundle.query_str, top_k=self._top_k)
        return [NodeWithScore(node=_node(passage), score=passage.score) for passage in passages]


def query_engine(archive: Archive, llm: LLM, top_k: int) -> BaseQueryEngine:
    """Make a query engine that reads this archive's passages and words answers with ``llm``."""
    synthesizer = get_response_synthesizer(llm=llm)
    return RetrieverQueryEngine(ArchiveRetriever(archive, top_k), synthesizer)


def _node(passage: Passage) -> TextNode:
    article = passage.article
    fields = {**article_record(article), "start": passage.start, "end": passage.end}
    return TextNode(
        id_=f"{article.id}:{passage.start}-{passage.end}",
        text=passage.text,
        metadata={name: value for name, value in fields.items() if value is not None},
        excluded_llm_metadata_keys=["article_id", "start", "end", "url"],
    )

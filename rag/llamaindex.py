"""An archive inside a LlamaIndex program."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms import LLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.records import article_record
from rag.types import Passage

Search = Callable[[str], Sequence[Passage]]  # a question → the best passages, best first


class ArchiveRetriever(BaseRetriever):
    """Passages of an archive as LlamaIndex nodes, with outlet and date in their metadata."""

    def __init__(self, search: Search) -> None:
        self._search = search
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        nodes = []
        for passage in self._search(query_bundle.query_str):
            article = passage.article
            fields = {**article_record(article), "start": passage.start, "end": passage.end}
            node = TextNode(
                id_=f"{article.id}:{passage.start}-{passage.end}",
                text=passage.text,
                metadata={name: value for name, value in fields.items() if value is not None},
                excluded_llm_metadata_keys=["article_id", "start", "end", "url"],
            )
            nodes.append(NodeWithScore(node=node, score=passage.score))
        return nodes


def query_engine(search: Search, llm: LLM) -> BaseQueryEngine:
    """Make a query engine that reads what ``search`` finds and words answers with ``llm``."""
    synthesizer = get_response_synthesizer(llm=llm)
    return RetrieverQueryEngine(ArchiveRetriever(search), synthesizer)

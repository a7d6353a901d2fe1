"""Ask a news archive: ``from rag import Archive``.

Questions come in; answers go out, each sentence of which cites the words of an article.
"""

from rag.about import Stale, Status
from rag.archive import Archive, Conversation
from rag.options import RetrievalOptions
from rag.question.asked import Rewriter
from rag.question.followups import LLMRewriter
from rag.types import Answer, Citation, Filters, Passage, Query, QuestionError, Sentence, Turn

__all__ = [
    "Answer",
    "Archive",
    "Citation",
    "Conversation",
    "Filters",
    "LLMRewriter",
    "Passage",
    "Query",
    "QuestionError",
    "RetrievalOptions",
    "Rewriter",
    "Sentence",
    "Stale",
    "Status",
    "Turn",
]

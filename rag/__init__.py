"""Ask a news archive: ``from rag import Archive``."""

from rag.archive import Archive
from rag.conversation import Conversation
from rag.errors import QuestionError
from rag.options import RetrievalOptions
from rag.question.rewriter import LLMRewriter, Rewriter
from rag.status import Stale, Status
from rag.types import Answer, Citation, Filters, Passage, Query, Sentence, Turn

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

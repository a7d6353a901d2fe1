"""Errors of asking, below those of ``index.errors``.

NewsArchiveError
└── QuestionError    a question or one of its limits cannot be used
"""

from __future__ import annotations

from index.errors import NewsArchiveError


class QuestionError(NewsArchiveError):
    """A question, a day or a ranking's name cannot be used."""

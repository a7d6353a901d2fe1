"""Measure an archive: sets of questions come in, figures of how it answers them go out.

``evaluate`` asks, ``print_report`` shows. Beside them: what each part of the retrieval is worth
(``ablation``), what understanding follow-ups is worth (``follow_ups``), questions made of a user's
own articles (``make``).
"""

from rag.evaluation.evaluate import evaluate
from rag.evaluation.report import print_report
from rag.evaluation.results import EvaluationReport
from rag.evaluation.sets import EvaluationSetError

__all__ = ["EvaluationReport", "EvaluationSetError", "evaluate", "print_report"]

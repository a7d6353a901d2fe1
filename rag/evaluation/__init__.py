"""Score an archive on a set of questions: ``evaluate`` and ``print_report``."""

from rag.evaluation.evaluate import evaluate
from rag.evaluation.report import print_report
from rag.evaluation.results import EvaluationReport
from rag.evaluation.sets import EvaluationSetError

__all__ = ["EvaluationReport", "EvaluationSetError", "evaluate", "print_report"]

"""A trained model measured again: on other images, class by class, and by its confidence."""

from convlab.evaluation.calibration import Calibration
from convlab.evaluation.evaluating import evaluate
from convlab.evaluation.report import ClassReport, Confusion, Evaluation

__all__ = ["Calibration", "ClassReport", "Confusion", "Evaluation", "evaluate"]

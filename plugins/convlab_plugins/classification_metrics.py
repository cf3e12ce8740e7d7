"""Metrics over integer labels and logits, exact for batches of unequal size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from convlab import ConfigError, Metric

if TYPE_CHECKING:
    import keras


def _accuracy(num_classes: int, options: None) -> keras.metrics.Metric:
    import keras

    return keras.metrics.SparseCategoricalAccuracy(name="accuracy")


@dataclass(frozen=True)
class TopKOptions:
    """Options of ``top_k_accuracy``."""

    k: Annotated[int, Field(ge=1)] = 5
    """Number of most likely classes to consider."""


def _top_k_accuracy(num_classes: int, options: TopKOptions) -> keras.metrics.Metric:
    import keras

    if options.k >= num_classes:
        raise ConfigError(
            f"`metric_options.top_k_accuracy.k` is {options.k}, but with {num_classes} classes every image "
            f"would be counted as correct; use {num_classes - 1} or less"
        )
    return keras.metrics.SparseTopKCategoricalAccuracy(k=options.k, name="top_k_accuracy")


def _macro_f1(num_classes: int, options: None) -> keras.metrics.Metric:
    from convlab_plugins.macro_f1 import MacroF1

    return MacroF1(num_classes)


def _balanced_accuracy(num_classes: int, options: None) -> keras.metrics.Metric:
    from convlab_plugins.confusion_metrics import BalancedAccuracy

    return BalancedAccuracy(num_classes, name="balanced_accuracy")


def _cohen_kappa(num_classes: int, options: None) -> keras.metrics.Metric:
    from convlab_plugins.confusion_metrics import CohenKappa

    return CohenKappa(num_classes, name="cohen_kappa")


def _roc_auc(num_classes: int, options: None) -> keras.metrics.Metric:
    from convlab_plugins.roc_auc import RocAuc

    return RocAuc(num_classes)


@dataclass(frozen=True)
class CalibrationErrorOptions:
    """Options of ``calibration_error``."""

    bins: Annotated[int, Field(ge=1)] = 15
    """Number of confidence intervals."""


def _calibration_error(num_classes: int, options: CalibrationErrorOptions) -> keras.metrics.Metric:
    from convlab_plugins.calibration_error import CalibrationError

    return CalibrationError(options.bins)


ACCURACY = Metric(
    name="accuracy", summary="Fraction of images whose most likely class is the label", build=_accuracy
)
TOP_K_ACCURACY = Metric(
    name="top_k_accuracy",
    summary="Fraction of images whose label is among the k most likely classes",
    build=_top_k_accuracy,
    options=TopKOptions,
)
MACRO_F1 = Metric(
    name="macro_f1",
    summary="Mean of the F1 scores of the classes that occur or are predicted",
    build=_macro_f1,
)
BALANCED_ACCURACY = Metric(
    name="balanced_accuracy",
    summary="Unweighted mean of the recalls of all classes",
    build=_balanced_accuracy,
)
COHEN_KAPPA = Metric(
    name="cohen_kappa", summary="Agreement with the labels beyond chance (Cohen 1960)", build=_cohen_kappa
)
ROC_AUC = Metric(
    name="roc_auc",
    summary="Area under the ROC curve of each class against the rest, unweighted mean",
    build=_roc_auc,
)
CALIBRATION_ERROR = Metric(
    name="calibration_error",
    summary="Expected gap between confidence and accuracy (Guo et al. 2017)",
    build=_calibration_error,
    options=CalibrationErrorOptions,
    mode="min",
)
METRICS = (
    *(ACCURACY, TOP_K_ACCURACY, MACRO_F1),
    *(BALANCED_ACCURACY, COHEN_KAPPA, ROC_AUC, CALIBRATION_ERROR),
)

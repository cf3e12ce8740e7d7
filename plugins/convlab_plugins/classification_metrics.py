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

"""Metrics over integer labels and logits; all are right for batches of unequal size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from convlab import Metric

if TYPE_CHECKING:
    import keras


def _accuracy(num_classes: int, options: None) -> keras.metrics.Metric:
    import keras

    return keras.metrics.SparseCategoricalAccuracy(name="accuracy")


@dataclass(frozen=True)
class TopKOptions:
    """Options of ``top_k_accuracy``."""

    k: Annotated[int, Field(ge=1)] = 5
    """How many of the likeliest classes count."""


def _top_k_accuracy(num_classes: int, options: TopKOptions) -> keras.metrics.Metric:
    import keras

    return keras.metrics.SparseTopKCategoricalAccuracy(k=options.k, name="top_k_accuracy")


def _macro_f1(num_classes: int, options: None) -> keras.metrics.Metric:
    from convlab_plugins.macro_f1 import MacroF1

    return MacroF1(num_classes)


ACCURACY = Metric(
    name="accuracy", summary="Share of images whose likeliest class is the label", build=_accuracy
)
TOP_K_ACCURACY = Metric(
    name="top_k_accuracy",
    summary="Share of images whose label is among the k likeliest classes",
    build=_top_k_accuracy,
    options=TopKOptions,
)
MACRO_F1 = Metric(
    name="macro_f1", summary="F1 of each class, averaged with equal weight a class", build=_macro_f1
)

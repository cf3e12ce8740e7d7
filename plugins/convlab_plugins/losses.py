"""Losses over labels and logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from convlab import ConfigError, Loss

if TYPE_CHECKING:
    import keras

_Weights = tuple[Annotated[float, Field(ge=0)], ...]


@dataclass(frozen=True)
class CrossEntropyOptions:
    """Options of ``cross_entropy``."""

    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of each label that is spread evenly over all classes (Szegedy et al. 2016)."""
    class_weights: Literal["balanced"] | _Weights | None = None
    """Weight of each class, in the order of the labels; ``balanced``: inverse to its share of the images."""


@dataclass(frozen=True)
class FocalOptions(CrossEntropyOptions):
    """Options of ``focal``."""

    gamma: Annotated[float, Field(ge=0)] = 2.0
    """How much less an image counts the more certain its class is; 0 is the cross-entropy."""


def _build(class_counts: tuple[int, ...], options: CrossEntropyOptions) -> keras.losses.Loss:
    from convlab_plugins.cross_entropy import CrossEntropy

    return CrossEntropy(
        gamma=options.gamma if isinstance(options, FocalOptions) else 0.0,
        label_smoothing=options.label_smoothing,
        class_weights=_weights(class_counts, options.class_weights),
    )


def _weights(
    class_counts: Sequence[int], chosen: Literal["balanced"] | _Weights | None
) -> list[float] | None:
    if chosen is None:
        return None
    if chosen == "balanced":
        images, present = sum(class_counts), sum(count > 0 for count in class_counts)
        return [images / (present * count) if count else 0.0 for count in class_counts]
    if len(chosen) != len(class_counts):
        raise ConfigError(
            f"`loss_options.class_weights`: expected {len(class_counts)} weights, one per class, got "
            f"{len(chosen)}"
        )
    if not any(chosen):
        raise ConfigError("`loss_options.class_weights`: at least one weight must be above 0")
    return list(chosen)


CROSS_ENTROPY = Loss(
    name="cross_entropy",
    summary="Cross-entropy, with label smoothing and class weights if set",
    build=_build,
    options=CrossEntropyOptions,
)
FOCAL = Loss(
    name="focal",
    summary="Cross-entropy that emphasizes difficult images (Lin et al. 2017)",
    build=_build,
    options=FocalOptions,
)

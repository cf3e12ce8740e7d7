"""LeNet-5."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from convlab import Architecture, ConfigError

if TYPE_CHECKING:
    import keras

_SMALLEST = 12


@dataclass(frozen=True)
class LeNet5Options:
    """Options of ``lenet5``."""

    activation: Literal["tanh", "relu"] = "tanh"
    """Activation of the convolutions and dense layers."""


def _build(input_shape: tuple[int, int, int], num_classes: int, options: LeNet5Options) -> keras.Model:
    """Build the network of LeCun et al. (1998), figure 2, with full connections and without radial units."""
    import keras
    from keras import layers

    height, width, _ = input_shape
    if min(height, width) < _SMALLEST:
        raise ConfigError(f"images must be at least {_SMALLEST}×{_SMALLEST}, got {height}×{width}")
    # The paper pads its 28×28 digits to 32×32.
    padding = "same" if min(height, width) < 32 else "valid"
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(6, 5, padding=padding, activation=options.activation),
            layers.AveragePooling2D(2, padding="same"),
            layers.Conv2D(16, 5, activation=options.activation),
            layers.AveragePooling2D(2, padding="same"),
            layers.Flatten(),
            layers.Dense(120, activation=options.activation),
            layers.Dense(84, activation=options.activation),
            layers.Dense(num_classes),
        ],
        name="lenet5",
    )


LENET5 = Architecture(
    name="lenet5", summary="LeNet-5 (LeCun et al. 1998)", build=_build, options=LeNet5Options
)

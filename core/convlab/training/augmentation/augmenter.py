"""The augmentations of an experiment, as one function of a batch."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from convlab.errors import ConvlabError, PluginError
from convlab.host import ProvidedPart
from convlab.host.provider import build_part
from convlab.parts import Augmentation
from convlab.training.augmentation.randomness import Randomness
from convlab.training.failures import reason

logger = logging.getLogger("convlab")

_STREAM = 4  # apart from the other uses of the seed


class Augmenter:
    """Applies augmentations to the batches of a run, one after the other.

    Args:
        augmentations: the parts, each with its options.
        input_shape: height, width and channels of an image.
        num_classes: the number of classes.
        seed: the run's seed.
        batch_size: images per step.
        xla: whether XLA may compile the augmentations. It makes them several times faster, even if the rest
            of the step runs without it.

    Attributes:
        changes_dtype: whether the images are float32 afterwards, and no longer uint8.
        mixes_labels: whether the labels are probabilities afterwards.

    Raises:
        ConvlabError: an augmentation refuses its options or the shape of the images.
        PluginError: an augmentation fails, or returns anything but a batch.
    """

    def __init__(
        self,
        augmentations: Sequence[tuple[ProvidedPart[Augmentation], Any]],
        *,
        input_shape: tuple[int, int, int],
        num_classes: int,
        seed: int,
        batch_size: int,
        xla: bool,
    ) -> None:
        self._epoch = tf.Variable(1, dtype=tf.int32, trainable=False)
        self._step = tf.Variable(0, dtype=tf.int32, trainable=False)
        self._graphs: list[Any] = []
        random = np.random.default_rng(0)
        images = tf.constant(random.integers(0, 256, (batch_size, *input_shape), dtype=np.uint8))
        labels = tf.constant(np.arange(batch_size) % num_classes)
        for place, (part, options) in enumerate(augmentations):
            augment = partial(
                _augment,
                build_part(part, input_shape, num_classes, options),
                np.random.SeedSequence([seed, _STREAM, place]).generate_state(3),
            )
            graph, (images, labels) = _compiled(part, augment, images, labels, xla=xla)
            _check_batch(part, images, labels, (batch_size, *input_shape), num_classes)
            self._graphs.append(graph)
        self.changes_dtype = images.dtype != tf.uint8
        self.mixes_labels = len(labels.shape) == 2

    def begin(self, epoch: int, step: int) -> None:
        """Go to a step of an epoch.

        Args:
            epoch: counted from 1.
            step: counted from 0.
        """
        self._epoch.assign(epoch)
        self._step.assign(step)

    def __call__(
        self, images: tf.Tensor, labels: tf.Tensor, positions: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Augment the batch of a step, and go to the next step.

        Args:
            images: uint8, shape ``(batch, height, width, channels)``.
            labels: int64, shape ``(batch,)``.
            positions: int32, shape ``(batch,)``, of the images in the training set.

        Returns:
            The images, as uint8 or float32, and the labels: int64, or float32 ``(batch, num_classes)``.
        """
        epoch, step = self._epoch.read_value(), self._step.read_value()
        for graph in self._graphs:
            images, labels = graph(images, labels, positions, epoch, step)
        self._step.assign_add(1)
        return images, labels


def _augment(
    function: Callable[..., Any], seeds: Any, images: Any, labels: Any, positions: Any, epoch: Any, step: Any
) -> Any:
    seed = seeds[:2].view(np.int32)
    for number in (epoch, step):
        seed = tf.random.experimental.stateless_fold_in(seed, number, alg="philox")
    random = Randomness(seed, int(seeds[2]), positions=positions, epoch=epoch)
    augmented = function(images, labels, random)
    if not (isinstance(augmented, tuple) and len(augmented) == 2):
        raise TypeError(f"expected (images, labels), got {type(augmented).__name__}")
    return augmented


def _compiled(
    part: ProvidedPart[Augmentation], augment: Callable[..., Any], images: Any, labels: Any, *, xla: bool
) -> tuple[Any, Any]:
    """Return an augmentation as a graph, and what it makes of a trial batch.

    A graph for each: in one for all, XLA would compute pixels again for everything that depends on them.
    """
    signature = [
        tf.TensorSpec((None, *images.shape[1:]), images.dtype),
        tf.TensorSpec((None, *labels.shape[1:]), labels.dtype),
        tf.TensorSpec((None,), tf.int32),
        tf.TensorSpec((), tf.int32),
        tf.TensorSpec((), tf.int32),
    ]
    graph = tf.function(augment, input_signature=signature, jit_compile=xla or None)
    positions = tf.range(len(images), dtype=tf.int32)
    try:
        return graph, graph(images, labels, positions, tf.constant(1), tf.constant(0))
    except ConvlabError as error:
        raise error.prefixed(part) from error
    except Exception as error:
        if xla and isinstance(error, tf.errors.OpError):
            logger.info("XLA cannot compile %s, which runs without it (%s)", part, reason(error))
            return _compiled(part, augment, images, labels, xla=False)
        shape = ", ".join(map(str, images.shape[1:]))
        raise PluginError(f"{part} failed on images of shape (batch, {shape}): {reason(error)}") from error


def _check_batch(
    part: ProvidedPart[Augmentation], images: Any, labels: Any, shape: tuple[int, ...], num_classes: int
) -> None:
    """Raise ``PluginError`` unless an augmentation returned a batch of images and labels."""
    if tuple(images.shape) != shape or images.dtype not in (tf.uint8, tf.float32):
        raise PluginError(
            f"{part} must return images of shape {shape} as uint8 or float32, got {images.dtype.name} "
            f"{tuple(images.shape)}"
        )
    kinds = (((shape[0],), tf.int64), ((shape[0], num_classes), tf.float32))
    if (tuple(labels.shape), labels.dtype) not in kinds:
        raise PluginError(
            f"{part} must return labels as int64 (batch,) or float32 (batch, {num_classes}), got "
            f"{labels.dtype.name} {tuple(labels.shape)}"
        )

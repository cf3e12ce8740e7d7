"""Whether an augmentation returns valid batches that depend on the seed, the epoch and the step alone."""

import numpy as np

from convlab.errors import ConfigError
from convlab.inspect.checks.augmentations.augmentation_subject import (
    CLASSES,
    IMAGES,
    LABELS,
    SIZE,
    AugmentationSubject,
    augmented,
)
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check

_SHAPES = ((12, 10, 3), (8, 8, 1), (28, 28, 1), (33, 31, 3))
_RANDOM_FIX = (
    "draw every random number from the argument random, such as random.uniform((tf.shape(images)[0],))"
)


@check(
    "Returns images and labels of the same shapes",
    why="the network is built for one shape of images",
    fix="return (images, labels) from the function that build(input_shape, num_classes, options) returns: "
    "images as uint8 or float32 of the shape they had, and labels as they were or as probabilities",
)
def returns_a_batch(subject: AugmentationSubject) -> None:
    """Try images of different sizes, in gray and in color; a ``ConfigError`` for a size is accepted."""
    for shape in _SHAPES:
        try:
            subject.augmenter(shape=shape, batch_size=4)
        except ConfigError:
            if shape == _SHAPES[0]:
                raise


@check(
    "Returns pixels from 0 to 255, and labels that add up to 1",
    why="the model scales pixels of this range, and the loss expects probabilities",
    fix="clip float32 images with tf.clip_by_value(images, 0, 255), and mix labels with weights of sum 1",
    needs=("returns_a_batch",),
)
def returns_valid_values(subject: AugmentationSubject) -> None:
    """Look at the values of some steps."""
    augmenter = subject.augmenter()
    for step in range(5):
        images, labels = augmented(augmenter, step=step)
        low, high = float(images.min()), float(images.max())
        if not (np.isfinite(images).all() and low >= -0.5 and high <= 255.5):
            raise CheckFailedError(f"pixels have values from {low:.4g} to {high:.4g}")
        if labels.ndim == 2 and not (np.allclose(labels.sum(1), 1, atol=1e-4) and labels.min() >= -1e-6):
            raise CheckFailedError(f"the probabilities of a label add up to {labels.sum(1).max():.4g}")


@check(
    "Depends on the seed, the epoch and the step alone",
    why="a run that resumes must see the images that an uninterrupted one would",
    fix=_RANDOM_FIX,
    needs=("returns_a_batch",),
)
def repeats(subject: AugmentationSubject) -> None:
    """Compare a step in order, the same step after a jump, and another instance."""
    first, second = subject.augmenter(), subject.augmenter()
    for step in range(3):
        in_order = augmented(first, epoch=2, step=step)
    for name, other in (
        ("a run that resumes there", augmented(second, epoch=2, step=2)),
        ("the same step again", augmented(first, epoch=2, step=2)),
    ):
        if not all(map(np.array_equal, in_order, other)):
            raise CheckFailedError(f"step 2 of epoch 2 is different in {name}")


@check(
    "Varies from epoch to epoch",
    why="an augmentation that always makes the same of an image adds nothing to learn from",
    fix=_RANDOM_FIX + ", or use random.epoch",
    needs=("repeats",),
)
def varies(subject: AugmentationSubject) -> None:
    """Compare some epochs with one another."""
    augmenter = subject.augmenter()
    first, *others = (augmented(augmenter, epoch=epoch) for epoch in range(1, 6))
    if all(np.array_equal(first[0], images) for images, _ in others):
        raise CheckFailedError("the images are the same in five epochs")


@check(
    "Changes labels only with images",
    why="a label that no longer fits its image teaches the wrong class",
    fix="return labels as they are, or mix them as the images are mixed",
    needs=("returns_valid_values",),
)
def labels_belong_to_images(subject: AugmentationSubject) -> None:
    """Look for labels that are not those of the image, in a batch of one class, and for unmixed ones."""
    augmenter = subject.augmenter()
    images, labels = augmented(augmenter)
    if labels.ndim == 1:
        if not np.array_equal(labels, LABELS):
            raise CheckFailedError("integer labels were changed")
        return
    unchanged = (images == IMAGES).reshape(SIZE, -1).all(axis=1)
    for label in labels[unchanged] - np.eye(CLASSES)[LABELS[unchanged]]:
        if np.abs(label).max() > 1e-3:
            raise CheckFailedError("the label of an unchanged image was changed")


@check(
    "Works in a smaller last batch and after itself",
    why="the last batch of an epoch is smaller, and augmentations are combined",
    fix="use tf.shape(images)[0] instead of a fixed batch size, and accept float32 images, and labels that "
    "are probabilities (batch, num_classes)",
    needs=("returns_a_batch",),
)
def combines(subject: AugmentationSubject) -> None:
    """Apply it twice in a row, to 32 images, to 5 and to 1."""
    augmenter = subject.augmenter(times=2)
    for first in (0, SIZE - 5, SIZE - 1):
        images, _ = augmented(augmenter, first=first)
        if len(images) != SIZE - first:
            raise CheckFailedError(f"a batch of {SIZE - first} images became one of {len(images)}")

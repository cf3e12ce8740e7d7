"""For each mistake in an augmentation, one check fails and suggests the fix."""

from collections.abc import Callable
from typing import Any

import pytest

from convlab import Augmentation


def shrinks(input_shape: Any, num_classes: int, options: None) -> Any:
    return lambda images, labels, random: (images[:, 1:], labels)


def brightens_beyond_white(input_shape: Any, num_classes: int, options: None) -> Any:
    import tensorflow as tf

    def brighten(images: Any, labels: Any, random: Any) -> Any:
        return tf.cast(images, tf.float32) * random.uniform((), 1.5, 2.0), labels

    return brighten


def draws_elsewhere(input_shape: Any, num_classes: int, options: None) -> Any:
    import tensorflow as tf

    def flip(images: Any, labels: Any, random: Any) -> Any:
        chosen = tf.random.uniform((tf.shape(images)[0], 1, 1, 1)) < 0.5
        return tf.where(chosen, images[:, :, ::-1], images), labels

    return flip


def draws_while_tracing(input_shape: Any, num_classes: int, options: None) -> Any:
    import numpy as np

    rng = np.random.default_rng(0)
    return lambda images, labels, random: (images[:, :: 1 if rng.random() < 2 else -1], labels)


def changes_labels(input_shape: Any, num_classes: int, options: None) -> Any:
    import tensorflow as tf

    def relabel(images: Any, labels: Any, random: Any) -> Any:
        chosen = random.uniform((tf.shape(images)[0],)) < 0.5
        images = tf.where(chosen[:, None, None, None], images[:, ::-1], images)
        return images, tf.where(chosen, (labels + 1) % num_classes, labels)

    return relabel


def requires_uint8_images(input_shape: Any, num_classes: int, options: None) -> Any:
    import tensorflow as tf

    def flip(images: Any, labels: Any, random: Any) -> Any:
        chosen = random.uniform((tf.shape(images)[0], 1, 1, 1)) < 0.5
        if images.dtype == tf.float32:
            raise TypeError("uint8 images only")
        return tf.cast(tf.where(chosen, images[:, :, ::-1], images), tf.float32), labels

    return flip


CASES: list[tuple[Callable[..., Any], str, str, str]] = [
    (shrinks, "returns_a_batch", "must return images of shape (4, 12, 10, 3)", "of the shape they had"),
    (brightens_beyond_white, "returns_valid_values", "pixels have values from 0 to", "tf.clip_by_value"),
    (draws_elsewhere, "repeats", "step 2 of epoch 2 is different", "from the argument random"),
    (draws_while_tracing, "varies", "the same in five epochs", "from the argument random"),
    (changes_labels, "labels_belong_to_images", "integer labels were changed", "return labels as they are"),
    (requires_uint8_images, "combines", "uint8 images only", "accept float32 images"),
]


@pytest.mark.parametrize(("build", "name", "found", "fix"), CASES, ids=[case[0].__name__ for case in CASES])
def test_exactly_one_check_fails_for_each_mistake(
    assert_caught: Callable[..., None], build: Callable[..., Any], name: str, found: str, fix: str
) -> None:
    part = Augmentation(name="faulty", summary="An augmentation with a mistake", build=build)
    assert_caught(part, name, found, fix)

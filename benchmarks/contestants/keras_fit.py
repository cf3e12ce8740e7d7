"""Keras ``fit`` in its fastest configurations: arrays, tf.data, and many steps per execution."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from contestants.case import LEARNING_RATE, Case
from contestants.keras_models import classifier


def _compiled(case: Case, **arguments: Any) -> keras.Model:
    keras.utils.set_random_seed(0)
    keras.config.set_dtype_policy(case.precision)
    model = classifier(case.model)
    model.compile(
        keras.optimizers.Adam(LEARNING_RATE),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        **arguments,
    )
    return model


def arrays(case: Case) -> Callable[[int], None]:
    """Fit on NumPy arrays with the defaults of Keras."""
    model, (images, labels) = _compiled(case), case.data()
    return lambda count: _check_trained(
        model.fit(images, labels, batch_size=case.batch_size, epochs=count, verbose=0)
    )


def arrays_without_xla(case: Case) -> Callable[[int], None]:
    """Fit on NumPy arrays with ``jit_compile=False``."""
    model, (images, labels) = _compiled(case, jit_compile=False), case.data()
    return lambda count: _check_trained(
        model.fit(images, labels, batch_size=case.batch_size, epochs=count, verbose=0)
    )


def dataset(case: Case) -> Callable[[int], None]:
    """Fit on a shuffled, batched and prefetched ``tf.data.Dataset``."""
    model = _compiled(case, jit_compile=False)
    data = tf.data.Dataset.from_tensor_slices(case.data()).cache().shuffle(case.images).batch(case.batch_size)
    return lambda count: _check_trained(model.fit(data.prefetch(tf.data.AUTOTUNE), epochs=count, verbose=0))


def many_steps(case: Case) -> Callable[[int], None]:
    """Fit on NumPy arrays with 32 steps per execution."""
    model, (images, labels) = _compiled(case, jit_compile=False, steps_per_execution=32), case.data()
    return lambda count: _check_trained(
        model.fit(images, labels, batch_size=case.batch_size, epochs=count, verbose=0)
    )


def _check_trained(history: Any) -> None:
    assert history.history["loss"]

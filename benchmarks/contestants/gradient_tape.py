"""A textbook GradientTape loop: one ``tf.function`` step, called once per batch."""

from collections.abc import Callable

import keras
import tensorflow as tf

from contestants.case import LEARNING_RATE, Case
from contestants.keras_models import classifier


def prepare(case: Case) -> Callable[[int], None]:
    """Train on a ``tf.data.Dataset``, one step per call."""
    keras.utils.set_random_seed(0)
    keras.config.set_dtype_policy(case.precision)
    model = classifier(case.model)
    optimizer = keras.optimizers.Adam(LEARNING_RATE)
    optimizer.build(model.trainable_variables)
    loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    accuracy = keras.metrics.SparseCategoricalAccuracy()
    data = tf.data.Dataset.from_tensor_slices(case.data()).shuffle(case.images).batch(case.batch_size)

    @tf.function
    def step(images: tf.Tensor, labels: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            logits = model(images, training=True)
            loss = loss_function(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        accuracy.update_state(labels, logits)

    def train(count: int) -> None:
        for _ in range(count):
            for images, labels in data.prefetch(tf.data.AUTOTUNE):
                step(images, labels)
        float(accuracy.result())

    return train

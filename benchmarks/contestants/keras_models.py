"""The models in Keras, shared by convlab, Keras ``fit`` and the GradientTape loop."""

from typing import Any

import keras
from keras import layers

from contestants.case import DENSE, DROPOUT, FILTERS, HIDDEN, RESIDUAL_FILTERS, Model


def network(model: Model) -> keras.Model:
    """Return a network that maps scaled images ``(28, 28, 1)`` to logits of 10 classes."""
    inputs = keras.Input((28, 28, 1))
    features = {"mlp": _mlp, "cnn": _cnn, "cnn_bn": _cnn_bn, "resnet": _resnet}[model](inputs)
    return keras.Model(inputs, layers.Dense(10)(features))


def classifier(model: Model) -> keras.Model:
    """Return the network with a rescaling layer for raw pixels in front, and float32 logits."""
    pixels = keras.Input((28, 28, 1), dtype="uint8")
    logits = network(model)(layers.Rescaling(1 / 255, dtype="float32")(pixels))
    return keras.Model(pixels, layers.Activation("linear", dtype="float32")(logits))


def _mlp(x: Any) -> Any:
    x = layers.Flatten()(x)
    for units in HIDDEN:
        x = layers.Dense(units, activation="relu")(x)
    return x


def _cnn(x: Any) -> Any:
    for filters in FILTERS:
        x = layers.MaxPool2D()(layers.Conv2D(filters, 3, padding="same", activation="relu")(x))
    return layers.Dense(DENSE, activation="relu")(layers.Flatten()(x))


def _normalized(x: Any) -> Any:
    return layers.Activation("relu")(layers.BatchNormalization()(x))


def _cnn_bn(x: Any) -> Any:
    for filters in FILTERS:
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.MaxPool2D()(_normalized(x))
    x = layers.Dense(DENSE, activation="relu")(layers.Flatten()(x))
    return layers.Dropout(DROPOUT)(x)


def _resnet(x: Any) -> Any:
    x = _normalized(layers.Conv2D(RESIDUAL_FILTERS[0], 3, padding="same", use_bias=False)(x))
    for filters in RESIDUAL_FILTERS:
        strides = 1 if filters == RESIDUAL_FILTERS[0] else 2
        y = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
        y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(_normalized(y))
        y = layers.BatchNormalization()(y)
        if strides != 1:
            x = layers.BatchNormalization()(layers.Conv2D(filters, 1, strides=2, use_bias=False)(x))
        x = layers.Activation("relu")(layers.Add()([x, y]))
    return layers.GlobalAveragePooling2D()(x)

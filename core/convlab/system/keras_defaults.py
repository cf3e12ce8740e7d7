"""Keras's global settings, held at the values that convlab's results are defined for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

_DEFAULTS = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last"}


@contextmanager
def keras_defaults(dtype_policy: str = "float32") -> Iterator[None]:
    """Use Keras's own defaults, graphs and a dtype policy in the block, and restore what was set before.

    ``keras.json`` or a notebook may set another ``floatx``, in which metrics lose precision without a word,
    or another of these settings, with which the same experiment gives other results.

    Args:
        dtype_policy: what new layers compute in, such as ``mixed_bfloat16``.
    """
    settings = {**_DEFAULTS, "dtype_policy": dtype_policy}
    before = {name: getattr(keras.config, name)() for name in settings}
    eager = tf.config.functions_run_eagerly()
    _set(settings, eager=False)
    try:
        yield
    finally:
        _set(before, eager=eager)


def _set(settings: Mapping[str, Any], *, eager: bool) -> None:
    for name, value in settings.items():
        getattr(keras.config, f"set_{name}")(value)
    if tf.config.functions_run_eagerly() != eager:
        tf.config.run_functions_eagerly(eager)

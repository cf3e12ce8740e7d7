"""Keras's global settings, held at the values that convlab's results are defined for."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def keras_defaults(dtype_policy: str = "float32") -> Iterator[None]:
    """Use float32, channels last and a dtype policy in the block, and restore what was set before.

    ``keras.json`` or a notebook may set another ``floatx``, in which metrics lose precision without a word.

    Args:
        dtype_policy: what new layers compute in, such as ``mixed_bfloat16``.
    """
    floatx, data_format = keras.config.floatx(), keras.config.image_data_format()
    policy = keras.config.dtype_policy()
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    keras.config.set_dtype_policy(dtype_policy)
    try:
        yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_image_data_format(data_format)
        keras.config.set_dtype_policy(policy)

"""The weights that an optimizer ends with, such as the moving averages of ``use_ema``."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def final_weights(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> Iterator[None]:
    """Give the model the weights with which training would end here; restore it after the block.

    Keras calls ``finalize_variable_values`` once, at the end of ``fit``. Validation in between needs the same
    weights, and the next step needs the ones from before.

    Args:
        model: the whole model.
        optimizer: built for the model.
    """
    if not _finalizes(optimizer):
        yield
        return
    variables = [*model.variables, *optimizer.variables]
    before = [variable.numpy() for variable in variables]
    finalize(model, optimizer)
    try:
        yield
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)


def finalize(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
    """Give the model the weights with which training ends."""
    optimizer.finalize_variable_values(model.trainable_variables)


def _finalizes(optimizer: keras.optimizers.Optimizer) -> bool:
    own = type(optimizer).finalize_variable_values is not keras.optimizers.Optimizer.finalize_variable_values
    return own or bool(optimizer.use_ema)

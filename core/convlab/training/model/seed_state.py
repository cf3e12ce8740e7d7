"""The random state of dropout, as a function of the seed and the epoch."""

import keras
import numpy as np


class SeedState:
    """The seed generators of a model's layers.

    Keras advances them for as long as a process lives. Reset at each epoch, the draws of a step are a
    function of (seed, epoch, step), and a resumed run draws what an uninterrupted one would.
    """

    def __init__(self, model: keras.Model) -> None:
        self._states = [variable for variable in model.variables if is_seed_state(variable)]
        self._initial = [[int(word) for word in np.asarray(state)] for state in self._states]

    def begin_epoch(self, epoch: int) -> None:
        """Reset every generator to the start of an epoch, counted from 1."""
        for state, initial in zip(self._states, self._initial, strict=True):
            seed = np.random.SeedSequence([*initial, epoch]).generate_state(1)[0]
            state.assign(np.array([seed, 0], dtype=np.uint32).astype(state.dtype))


def is_seed_state(variable: keras.Variable) -> bool:
    """Return whether a variable is the state of a ``keras.random.SeedGenerator``."""
    return str(variable.path).rsplit("/", 1)[-1] == "seed_generator_state"

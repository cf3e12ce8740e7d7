"""All variables that the rest of a run depends on."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from convlab.errors import RunFolderError
from convlab.training.checkpoints.file import Arrays
from convlab.training.metrics import MetricSet


class TrainingState:
    """The weights, the optimizer's slots, the random state and the counts of an epoch under way.

    Variables are known by their place, since Keras numbers its layers differently in each process.

    Args:
        model: the whole model; the states of its seed generators are among its variables.
        optimizer: with all its slots made.
        measures: those that the loop keeps.
    """

    def __init__(
        self, model: keras.Model, optimizer: keras.optimizers.Optimizer, measures: MetricSet
    ) -> None:
        self._model = _named("model", model.variables)
        self._rest = _named("optimizer", optimizer.variables) | _named("measures", measures.variables())
        trainable = {id(variable) for variable in model.trainable_variables}
        self._trainable = [name for name, variable in self._model.items() if id(variable) in trainable]

    def arrays(self) -> Arrays:
        """Return a copy of all."""
        return _copied(self._model | self._rest)

    def model_arrays(self) -> Arrays:
        """Return a copy of the model's alone."""
        return _copied(self._model)

    def is_finite(self, arrays: Arrays) -> bool:
        """Tell whether all trainable weights among the arrays are finite."""
        return all(bool(np.isfinite(arrays[name]).all()) for name in self._trainable)

    def restore(self, arrays: Arrays) -> None:
        """Set all variables.

        Raises:
            RunFolderError: the arrays are not those of this experiment.
        """
        _assign(self._model | self._rest, arrays)

    def restore_model(self, arrays: Arrays) -> None:
        """Set the model's variables.

        Raises:
            RunFolderError: the arrays are not those of this experiment.
        """
        _assign(self._model, arrays)


def _named(owner: str, variables: Sequence[keras.Variable]) -> dict[str, keras.Variable]:
    return {f"{owner}/{place:04}": variable for place, variable in enumerate(variables)}


def _copied(variables: Mapping[str, keras.Variable]) -> Arrays:
    return {name: variable.value.numpy() for name, variable in variables.items()}


def _assign(variables: Mapping[str, keras.Variable], arrays: Arrays) -> None:
    shapes = {name: (tuple(variable.shape), variable.dtype) for name, variable in variables.items()}
    kept = {name: (array.shape, array.dtype.name) for name, array in arrays.items()}
    if shapes != kept:
        differing = sorted(name for name in shapes | kept if shapes.get(name) != kept.get(name))
        raise RunFolderError(
            f"the checkpoint is not of this experiment ({len(differing)} variables differ, such as "
            f"{differing[0]}): the run's plugins or experiment.toml have changed since: bring the old back"
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])

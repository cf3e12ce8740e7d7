"""All variables that the rest of a run depends on."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from convlab.errors import RunFolderError
from convlab.training.checkpoints.file import Arrays
from convlab.training.metrics import MetricSet
from convlab.training.model.final_weights import final_weights


class TrainingState:
    """Weights, optimizer slots, random state, and the metrics of the current epoch.

    Variables are identified by position, since Keras numbers its layers differently in each process.

    Args:
        model: the whole model; the states of its seed generators are among its variables.
        optimizer: built, so that it has its slots.
        metrics: those of the training loop.
    """

    def __init__(self, model: keras.Model, optimizer: keras.optimizers.Optimizer, metrics: MetricSet) -> None:
        self._of_model, self._optimizer = model, optimizer
        self._model = _numbered("model", model.variables)
        # "measures" is what version 0.1 called metrics; checkpoints keep the name.
        self._rest = _numbered("optimizer", optimizer.variables) | _numbered("measures", metrics.variables())
        trainable = {id(variable) for variable in model.trainable_variables}
        self._trainable = [name for name, variable in self._model.items() if id(variable) in trainable]

    def arrays(self) -> Arrays:
        """Return a copy of all variables."""
        return _copied(self._model | self._rest)

    def final_model_arrays(self) -> Arrays:
        """Return a copy of the model's variables as they would be if training ended here."""
        with final_weights(self._of_model, self._optimizer):
            return _copied(self._model)

    def is_finite(self, arrays: Arrays) -> bool:
        """Return whether all trainable weights among the arrays are finite."""
        return all(bool(np.isfinite(arrays[name]).all()) for name in self._trainable)

    def restore(self, arrays: Arrays) -> None:
        """Set all variables.

        Raises:
            RunFolderError: the arrays belong to another experiment.
        """
        _assign(self._model | self._rest, arrays)

    def restore_model(self, arrays: Arrays) -> None:
        """Set the model's variables.

        Raises:
            RunFolderError: the arrays belong to another experiment.
        """
        _assign(self._model, arrays)


def _numbered(owner: str, variables: Sequence[keras.Variable]) -> dict[str, keras.Variable]:
    return {f"{owner}/{position:04}": variable for position, variable in enumerate(variables)}


def _copied(variables: Mapping[str, keras.Variable]) -> Arrays:
    return {name: variable.value.numpy() for name, variable in variables.items()}


def _assign(variables: Mapping[str, keras.Variable], arrays: Arrays) -> None:
    expected = {name: (tuple(variable.shape), variable.dtype) for name, variable in variables.items()}
    found = {name: (array.shape, array.dtype.name) for name, array in arrays.items()}
    if expected != found:
        differing = sorted(name for name in expected | found if expected.get(name) != found.get(name))
        raise RunFolderError(
            f"the checkpoint belongs to another experiment ({len(differing)} variables differ, such as "
            f"{differing[0]}); restore the plugins and experiment.toml that the run started with"
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])

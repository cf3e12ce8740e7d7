"""Whether the saved model is the trained one."""

import tempfile
from pathlib import Path

import numpy as np

from convlab.errors import in_one_line
from convlab.inspect.checks.architectures.architecture_subject import ArchitectureSubject, noise
from convlab.inspect.checks.configs import require_complete_configs
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check
from convlab.text.formatting import listed


@check(
    "Keras lists every variable",
    why="the optimizer and the saved model know only the variables that Keras lists; others are neither "
    "trained nor saved",
    fix="create weights with self.add_weight(…) instead of tf.Variable, and store layers in attributes of a "
    "layer, or in lists or dicts there",
    needs=("finite_output",),
)
def keras_lists_every_variable(subject: ArchitectureSubject) -> None:
    """Trace a forward pass in training mode, and look for other variables in its graph."""
    import tensorflow as tf

    model = subject.model
    forward = tf.function(lambda images: model(images, training=True), autograph=False)
    try:
        graph = forward.get_concrete_function(tf.TensorSpec((None, *subject.shape), tf.float32)).graph
    except Exception as error:
        raise NotApplicableError("the network cannot be traced; see trains_in_the_graph_loop") from error
    known = {id(variable.value) for variable in model.variables}
    unlisted = [variable.name for variable in graph.variables if id(variable) not in known]
    if unlisted:
        raise CheckFailedError(f"the network uses {listed(unlisted)}, which model.variables does not contain")


@check(
    "Custom classes return all constructor arguments from get_config",
    why="an argument that get_config() forgets has its default in the loaded model, whatever it was before",
    fix="return {**super().get_config(), 'argument': self.argument} with every argument of the constructor",
    needs=("finite_output",),
)
def configs_are_complete(subject: ArchitectureSubject) -> None:
    """Compare the constructor of each custom layer with its configuration."""
    require_complete_configs(subject.model._flatten_layers(include_self=False))


@check(
    "Saves and loads with the same outputs",
    why="a run ends by saving model.keras; a network that cannot be loaded was trained for nothing",
    fix="give each custom class a get_config() with every argument of its constructor and "
    "@keras.saving.register_keras_serializable(package=…); do not use Lambda layers, which cannot be loaded",
    needs=("finite_output", "inference_is_deterministic"),
)
def saves_and_loads(subject: ArchitectureSubject) -> None:
    """Save as ``.keras`` and load in Keras's safe mode."""
    import keras

    images = noise(4, subject.shape)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "model.keras")
        try:
            subject.model.save(file)
        except Exception as error:
            raise CheckFailedError(f"the model cannot be saved: {in_one_line(error)}") from error
        try:
            loaded = keras.saving.load_model(file, compile=False, safe_mode=True)
        except Exception as error:
            raise CheckFailedError(f"the saved model cannot be loaded: {in_one_line(error)}") from error
    before, after = (np.asarray(model(images, training=False)) for model in (subject.model, loaded))
    if before.shape != after.shape or not np.allclose(before, after, rtol=1e-4, atol=1e-5):
        raise CheckFailedError("the loaded model returns different logits; a weight or option is not saved")

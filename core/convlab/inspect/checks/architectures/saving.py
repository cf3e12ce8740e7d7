"""Whether a trained network outlives the process."""

import tempfile
from pathlib import Path

import numpy as np

from convlab.errors import in_one_line
from convlab.inspect.checks.architectures.subject import ArchitectureSubject, noise
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check


@check(
    "It is saved and loaded again to the same outputs",
    why="a run ends with model.keras; a network that cannot be loaded was trained for nothing",
    fix="give each class of its own a get_config() with all that its constructor takes and "
    "@keras.saving.register_keras_serializable(package=…); write no Lambda layers, which are refused",
    needs=("finite_output", "inference_repeats"),
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
            raise CheckFailedError(f"it cannot be saved: {in_one_line(error)}") from error
        try:
            loaded = keras.saving.load_model(file, compile=False, safe_mode=True)
        except Exception as error:
            raise CheckFailedError(f"it cannot be loaded: {in_one_line(error)}") from error
    before, after = (np.asarray(model(images, training=False)) for model in (subject.model, loaded))
    if before.shape != after.shape or not np.allclose(before, after, rtol=1e-4, atol=1e-5):
        raise CheckFailedError("the loaded network gives other logits: a weight or an option is not saved")

"""Whether a saved model is the one that was trained."""

from pathlib import Path

import keras
import numpy as np

from convlab.errors import PluginError, in_one_line
from convlab.training.preparation import Prepared

_IMAGES = 8
# Of the largest logit. Another process may sum in another order, in bfloat16 too.
_TOLERANCES = {"float32": 1e-3, "mixed_bfloat16": 5e-2}


def check_saved_model(file: Path, prepared: Prepared) -> None:
    """Load a model as ``evaluate`` will, and compare it with the one in memory on a few training images.

    Args:
        file: the saved model, of this process's own making.
        prepared: the experiment; its model is trained.

    Raises:
        PluginError: it cannot be loaded, or computes other logits.
    """
    architecture = prepared.resolved.architecture
    try:
        loaded = keras.saving.load_model(file, compile=False, safe_mode=False)
    except Exception as error:  # a layer's constructor or from_config may raise anything
        raise PluginError(
            f"{architecture}: the saved model cannot be loaded ({in_one_line(error)}); give each custom "
            "class a get_config() with every constructor argument"
        ) from error
    images = prepared.data.train.images[:_IMAGES]
    expected, found = (np.asarray(model(images, training=False)) for model in (prepared.model, loaded))
    again = np.asarray(prepared.model(images, training=False))
    if not np.array_equal(expected, again, equal_nan=True):
        return  # its inference is random: there is nothing to compare with
    scale = float(np.nanmax(np.abs(expected), initial=0.0))
    difference = float(np.nanmax(np.abs(expected - found), initial=0.0))
    if not difference <= _TOLERANCES[prepared.precision] * scale + 1e-6:
        raise PluginError(
            f"{architecture}: the saved model computes other logits than the trained one (by up to "
            f"{difference:.2g}); an option is missing from a get_config(), or a variable is unknown to Keras"
        )

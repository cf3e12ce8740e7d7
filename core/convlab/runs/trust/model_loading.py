"""A run's trained model, loaded without running anything that is not trusted."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import keras

from convlab.errors import PluginError, RunFolderError
from convlab.experiment import part_options
from convlab.host import PluginHost
from convlab.parts import Architecture
from convlab.runs.trust.model_config import checked_config

if TYPE_CHECKING:
    from convlab.runs.recorded_run import RecordedRun

_LONGEST_REASON = 200


def load_model(run: "RecordedRun", host: PluginHost | None, *, trust: bool) -> keras.Model:
    """Load the model of a run; see ``RecordedRun.load_model``. TensorFlow has been started."""
    file = run.path / "model.keras"
    config = checked_config(file, trust=trust)
    if config.own_classes:
        if host is None:
            host = run.host([Architecture], trust=trust)
        else:
            run.check(host, [Architecture])
        _register(run, host, config.own_classes)
    try:
        model = keras.saving.load_model(file, compile=False, safe_mode=not trust)
    except Exception as error:  # Keras raises all kinds, with the whole configuration in the message
        raise RunFolderError(
            f"{str(file)!r} cannot be loaded ({_gist(error)}): take it from a copy, or run it again"
        ) from error
    _check_shape(model, str(file))
    return model


def _register(run: "RecordedRun", host: PluginHost, names: Iterable[str]) -> None:
    """See to it that Keras knows the classes that the run's architecture brings.

    Some architectures import their classes only while they build, so one is built where need be.
    """
    if not _unknown(names):
        return
    architecture = host.find(Architecture, run.experiment.architecture)
    options = part_options(architecture, run.experiment.architecture_options)
    if run.input_shape is not None and run.class_names is not None:
        try:
            architecture.part.build(run.input_shape, len(run.class_names), options)
        except (Exception, SystemExit) as error:
            raise PluginError(f"{architecture} failed to build: {type(error).__name__}: {error}") from error
    unknown = _unknown(names)
    if unknown:
        raise PluginError(
            f"the model has {', '.join(map(repr, unknown))}, which {architecture} does not register: mark "
            "each class and function of its own with @keras.saving.register_keras_serializable()"
        )


def _unknown(names: Iterable[str]) -> list[str]:
    return [name for name in names if keras.saving.get_registered_object(name) is None]


def _check_shape(model: object, file: str) -> None:
    if isinstance(model, keras.Model):
        inputs, outputs = model.inputs, model.outputs
        if len(inputs or ()) == len(outputs or ()) == 1:
            shape, logits = inputs[0].shape, outputs[0].shape
            if len(shape) == 4 and None not in shape[1:] and inputs[0].dtype == "uint8" and len(logits) == 2:
                return
    raise RunFolderError(
        f"{file!r} is no classifier of uint8 images (n, height, width, channels): run it again"
    )


def _gist(error: Exception) -> str:
    """Return the beginning of what Keras says, in one line."""
    words = " ".join(str(error).split()).partition(" Full object config")[0] or type(error).__name__
    return words if len(words) <= _LONGEST_REASON else f"{words[:_LONGEST_REASON]}…"

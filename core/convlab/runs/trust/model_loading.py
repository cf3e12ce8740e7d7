"""Loading a run's trained model without executing untrusted code."""

from typing import TYPE_CHECKING

import keras

from convlab.errors import PluginError, RunFolderError
from convlab.experiment import part_options
from convlab.host import PluginHost
from convlab.host.provider import build_part
from convlab.parts import Architecture
from convlab.runs.trust.model_archive import check_archive
from convlab.runs.trust.model_config import MODEL_FILE, ModelConfig, checked_config
from convlab.system.keras_defaults import keras_defaults
from convlab.text.formatting import listed, one_line

if TYPE_CHECKING:
    from convlab.runs.recorded_run import RecordedRun

_MAX_REASON = 200


def load_model(run: "RecordedRun", host: PluginHost | None, *, trust: bool) -> keras.Model:
    """Load the model of a run; TensorFlow must have been started.

    Args:
        run: the run.
        host: provides the run's architecture; may be ``None`` if the model has no custom classes.
        trust: whether to execute code in the model file.

    Raises:
        TrustError: the model file contains code that is not trusted.
        RunFolderError: the model file is missing or damaged.
        PluginError: a class of the model cannot be found.
    """
    file = run.path / MODEL_FILE
    config = checked_config(file, trust=trust)
    if config.custom_names:
        _register(run, host, config)
    try:
        if not trust:
            check_archive(file)
        with keras_defaults():
            model = keras.saving.load_model(file, compile=False, safe_mode=not trust)
    except Exception as error:  # Keras raises all kinds, with the whole configuration in the message
        before_config = str(error).partition("Full object config")[0]
        reason = before_config.rpartition("Exception encountered:")[2].strip() or type(error).__name__
        raise RunFolderError(
            f"{str(file)!r} cannot be loaded ({one_line(reason, _MAX_REASON)}); restore it from a copy "
            "of the run, or run it again"
        ) from error
    if not _is_image_classifier(model):
        raise RunFolderError(
            f"{str(file)!r} does not map uint8 images (n, height, width, channels) to logits (n, classes); "
            "run it again"
        )
    return model


def _register(run: "RecordedRun", host: PluginHost | None, config: ModelConfig) -> None:
    """Make the custom classes of the run's architecture known to Keras.

    Some architectures import their classes only while building, so one is built if a class is unknown.
    """
    if host is not None and _unregistered(config):
        architecture = host.find(Architecture, run.experiment.architecture)
        options = part_options(architecture, run.experiment.architecture_options)
        if run.input_shape is not None and run.class_names is not None:
            with keras_defaults():
                build_part(architecture, run.input_shape, len(run.class_names), options)
    unregistered = _unregistered(config)
    if unregistered:
        raise PluginError(
            f"the model contains {listed(unregistered)}, which architecture {run.experiment.architecture!r} "
            "does not register; decorate each custom class and function with "
            "@keras.saving.register_keras_serializable()"
        )


def _unregistered(config: ModelConfig) -> list[str]:
    """Return the names of the custom objects that Keras would not find, or would find to be another kind."""
    return [
        name
        for names, is_class in ((config.custom_classes, True), (config.custom_functions, False))
        for name in names
        if (found := keras.saving.get_registered_object(name)) is None or isinstance(found, type) != is_class
    ]


def _is_image_classifier(model: object) -> bool:
    """Return whether a model maps one batch of uint8 images to one batch of logits."""
    if not isinstance(model, keras.Model) or not len(model.inputs or ()) == len(model.outputs or ()) == 1:
        return False
    images, logits = model.inputs[0], model.outputs[0]
    has_fixed_shape = len(images.shape) == 4 and None not in images.shape[1:]
    return bool(has_fixed_shape and images.dtype == "uint8" and len(logits.shape) == 2)

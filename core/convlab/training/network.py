"""The architecture's network, built from the seed and checked before anything is trained."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from convlab.errors import ConvlabError, PluginError
from convlab.experiment import ResolvedExperiment
from convlab.image_data import ImageData


def build_network(resolved: ResolvedExperiment, data: ImageData) -> keras.Model:
    """Build the architecture for the data's shape and classes.

    The seed is set first, for Python, NumPy and TensorFlow, so that initial weights repeat.

    Raises:
        PluginError: the architecture fails, builds no Keras model, or builds one that cannot be saved.
    """
    settings = resolved.experiment.train
    owner = resolved.architecture
    keras.utils.set_random_seed(settings.seed)
    with _precision(settings.precision):
        try:
            network = owner.part.build(data.input_shape, data.num_classes, resolved.architecture_options)
            if isinstance(network, keras.Model) and not network.built:
                network(keras.Input(data.input_shape))
        except ConvlabError as error:
            raise type(error)(f"{owner}: {error}") from error
        except (Exception, SystemExit) as error:
            raise PluginError(
                f"{owner} failed to build for images of shape {data.input_shape} and {data.num_classes} "
                f"classes: {type(error).__name__}: {error}"
            ) from error
    if not isinstance(network, keras.Model):
        raise PluginError(f"{owner} builds {type(network).__name__}, but must return a keras.Model")
    if not network.trainable_variables:
        raise PluginError(f"{owner} has no trainable weights: leave at least one layer trainable")
    _check_that_it_saves(network, str(owner))
    return network


def build_optimizer(optimizer: Any, model: keras.Model, owner: str) -> None:
    """Make the optimizer's slots for a model's weights.

    Raises:
        PluginError: it is no Keras optimizer.
    """
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise PluginError(f"{owner} builds {type(optimizer).__name__}, but must return a keras Optimizer")
    optimizer.build(model.trainable_variables)


def _check_that_it_saves(network: keras.Model, owner: str) -> None:
    try:
        keras.saving.serialize_keras_object(network)
    except Exception as error:
        raise PluginError(
            f"{owner} could not be saved after training: give each class of its own a get_config() and "
            f"@keras.saving.register_keras_serializable() ({type(error).__name__})"
        ) from error


@contextmanager
def _precision(policy: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)

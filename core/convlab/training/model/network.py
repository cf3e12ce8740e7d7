"""The architecture's network, built from the seed and checked before training."""

import weakref
from functools import partial
from typing import Any

import keras

from convlab.data.image_data import ImageData
from convlab.errors import ConvlabError, PluginError, in_one_line
from convlab.experiment import ResolvedExperiment
from convlab.host import ProvidedPart
from convlab.host.isolation import isolated
from convlab.parts import Architecture
from convlab.system.keras_defaults import keras_defaults
from convlab.training.model.device_rules import Precision, chosen_precision

# What users of keras.Model call, and what fit, evaluate and predict call, but convlab's own loops do not.
_NOT_CALLED = (
    *("compile", "fit", "evaluate", "predict", "train_step", "test_step", "predict_step"),
    *("train_on_batch", "test_on_batch", "predict_on_batch", "compute_loss", "compute_metrics"),
    *("make_train_function", "make_test_function", "make_predict_function"),
    *("metrics", "get_metrics_result", "reset_metrics"),
)
_COMPUTE_DTYPES = {"float32": ("float32",), "mixed_bfloat16": ("float32", "bfloat16")}
# Layers of all networks built in this process, as long as they live.
_built_layers: "weakref.WeakSet[keras.Layer]" = weakref.WeakSet()


def build_network(resolved: ResolvedExperiment, data: ImageData) -> tuple[keras.Model, Precision]:
    """Build the architecture for the shape and classes of the data.

    Returns:
        The network, and the precision its layers compute in.

    Raises:
        PluginError: the architecture fails, does not build a Keras model, or builds one that cannot be saved.
    """
    choice = resolved.experiment.train.precision
    build = partial(
        build_seeded,
        resolved.architecture,
        resolved.architecture_options,
        data.input_shape,
        data.num_classes,
        seed=resolved.experiment.train.seed,
    )
    network = build(precision="float32" if choice == "auto" else choice)
    precision = chosen_precision(network, choice)
    if choice == "auto" and precision != "float32":
        network = build(precision=precision)
    _check_that_it_saves(network, str(resolved.architecture))
    return network, precision


def build_seeded(
    owner: ProvidedPart[Architecture],
    options: Any,
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    seed: int,
    precision: Precision,
) -> keras.Model:
    """Build a network after seeding Python, NumPy and TensorFlow, so that initial weights repeat.

    Args:
        owner: the architecture.
        options: an instance of its options class; ``None`` if it has none.
        input_shape: height, width and channels of an image.
        num_classes: the number of logits.
        seed: determines the initial weights.
        precision: what the layers compute in.

    Raises:
        ConvlabError: the architecture refuses the shape or the options.
        PluginError: it fails, or does not build a Keras model that can be trained.
    """
    keras.utils.set_random_seed(seed)
    network: object = None
    with keras_defaults(precision), isolated() as code:
        network = owner.part.build(input_shape, num_classes, options)
        if isinstance(network, keras.Model) and not network.built:
            network(keras.Input(input_shape))
    if isinstance(code.error, ConvlabError):
        raise code.error.prefixed(owner) from code.error
    if code.error is not None:
        raise PluginError(
            f"{owner} failed to build for images of shape {input_shape} and {num_classes} classes: "
            f"{in_one_line(code.error)}"
        ) from code.error
    if not isinstance(network, keras.Model):
        raise PluginError(f"{owner} must build a keras.Model, got {type(network).__name__}")
    check_network(network, str(owner), precision)
    return network


def check_network(network: keras.Model, owner: str, precision: Precision) -> None:
    """Refuse what the training loops would have to ignore.

    Raises:
        PluginError: the model overrides a step of ``fit``, has metrics, is compiled, has layers in another
            precision or from an earlier build, or nothing to train.
    """
    for method in _NOT_CALLED:
        of_class = getattr(type(network), method)
        if of_class is not getattr(keras.Model, method) or method in vars(network):
            raise PluginError(
                f"{owner} overrides {method}(), which convlab does not call; add losses with add_loss() in a "
                "layer, and provide optimizers and metrics as parts of their own"
            )
    if network.compiled:
        raise PluginError(
            f"{owner} builds a compiled model; remove compile(): the experiment names its optimizer"
        )
    if network.metrics:
        raise PluginError(
            f"{owner} has the metric {network.metrics[0].name!r}, which convlab does not report; provide it "
            "as a metric part"
        )
    layers = list(network._flatten_layers(include_self=False))
    for layer in layers:
        computes, stores = layer.compute_dtype, layer.variable_dtype
        if layer.weights and (computes not in _COMPUTE_DTYPES[precision] or stores != "float32"):
            raise PluginError(
                f"{owner} builds {layer.name!r} with dtype policy {layer.dtype_policy.name}, but the run "
                f"computes in {precision}; leave the policy to `train.precision`"
            )
    if reused := [layer.name for layer in layers if layer in _built_layers]:
        raise PluginError(
            f"{owner} reuses the layer {reused[0]!r} of an earlier build, with its weights; create layers "
            "inside build()"
        )
    _built_layers.update(layers)
    if not network.trainable_variables:
        raise PluginError(f"{owner} has no trainable weights; leave at least one layer trainable")


def check_optimizer(optimizer: Any, owner: str) -> None:
    """Raise ``PluginError`` unless an optimizer is Keras's."""
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise PluginError(f"{owner} must build a keras Optimizer, got {type(optimizer).__name__}")


def _check_that_it_saves(network: keras.Model, owner: str) -> None:
    try:
        keras.saving.serialize_keras_object(network)
    except Exception as error:
        raise PluginError(
            f"{owner} could not be saved after training ({type(error).__name__}); give each custom class a "
            "get_config() and @keras.saving.register_keras_serializable()"
        ) from error

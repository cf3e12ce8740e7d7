"""Whether a network supports what a run does: mixed precision, the graph loop, and counting its cost."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from convlab.data.source import DataSource
from convlab.errors import TrainingError
from convlab.experiment import DataSettings, Experiment, TrainSettings, resolve
from convlab.hookspecs import hookimpl
from convlab.host import PluginHost
from convlab.inspect.checks.architectures.architecture_subject import ArchitectureSubject, noise
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check
from convlab.inspect.checks.tiny_images import CLASSES, tiny_images
from convlab.parts import Architecture, Dataset
from convlab.text.formatting import in_pixels


@check(
    "Trains in mixed_bfloat16",
    why="`train.precision` set to 'mixed_bfloat16', or to 'auto' on a device that supports it, applies to "
    "every architecture",
    fix="cast constants to the dtype of the tensors they are combined with (keras.ops.cast(x, y.dtype)), and "
    "do not give layers a fixed dtype",
    needs=("finite_output",),
)
def works_in_mixed_bfloat16(subject: ArchitectureSubject) -> None:
    """Build under the policy, and check the logits and gradients of one batch."""
    import keras

    from convlab.training.step import loss_and_gradients

    model = subject.build(subject.shape, bfloat16=True)
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    _, gradients, logits = loss_and_gradients(model, cross_entropy, noise(8, subject.shape), np.arange(8))
    _require_finite("the logits", [logits])
    _require_finite("the gradients", [gradient for gradient in gradients if gradient is not None])
    for weight in model.trainable_variables:
        if weight.dtype != "float32":
            raise CheckFailedError(f"{weight.path} is stored in {weight.dtype}, which loses small updates")


def _require_finite(name: str, tensors: list[Any]) -> None:
    import keras

    for tensor in tensors:
        if not np.isfinite(np.asarray(keras.ops.cast(keras.ops.convert_to_tensor(tensor), "float32"))).all():
            raise CheckFailedError(f"{name} are not finite in bfloat16")


@check(
    "Trains in the graph loop, with a smaller last batch",
    why="'convlab run' traces the training step into a graph; code that works eagerly may fail there",
    fix="use keras.ops or TensorFlow operations on tensors instead of NumPy and Python branches, and do not "
    "rely on a fixed batch size",
    needs=("output_width", "finite_output"),
)
def trains_in_the_graph_loop(subject: ArchitectureSubject) -> None:
    """Train for two short epochs as ``convlab run`` does, but without a run folder."""
    from convlab.training.preparation import prepare
    from convlab.training.trainer import Trainer

    experiment = Experiment(
        dataset="tiny",
        architecture=f"checked:{subject.part.name}",
        metrics=("accuracy",),
        data=DataSettings(validation=0.25),
        train=TrainSettings(epochs=2, batch_size=7, learning_rate=1e-3),
    )
    host = _host(subject)
    prepared = prepare(resolve(experiment, host), host=host, source=DataSource(folders=()))
    try:
        outcome = Trainer(prepared).train()
    except TrainingError as error:
        raise CheckFailedError(str(error)) from error
    if not math.isfinite(outcome.test["loss"]):
        raise CheckFailedError(f"the loss after {prepared.plan.total_steps} steps is {outcome.test['loss']}")


def _host(subject: ArchitectureSubject) -> PluginHost:
    data = tiny_images(subject.shape, train=10 * CLASSES, test=2 * CLASSES)
    part: Architecture = subject.part

    @hookimpl
    def convlab_datasets() -> list[Dataset]:
        return [Dataset(name="tiny", summary="Which quarter is bright", load=lambda *_: data)]

    @hookimpl
    def convlab_architectures() -> list[Architecture]:
        return [part]

    host = PluginHost(third_party=False, strict=True)
    hooks = {"convlab_datasets": convlab_datasets, "convlab_architectures": convlab_architectures}
    host.register(SimpleNamespace(**hooks), name="checked")
    return host


@check(
    "Its parameters and FLOPs can be counted",
    why="they show which networks are comparable and how long a run will take",
    fix="build the network from Keras layers, whose operations TensorFlow's profiler counts",
    needs=("output_width",),
)
def cost(subject: ArchitectureSubject) -> dict[str, int | str]:
    """Count the weights, and the operations of one image's forward pass."""
    import keras

    from convlab.training.model.cost import forward_flops

    inputs = keras.Input(subject.shape)
    network = keras.Model(inputs, subject.model(inputs))
    return {
        "parameters": subject.model.count_params(),
        "flops": forward_flops(network),
        "input_shape": in_pixels(subject.shape),
    }

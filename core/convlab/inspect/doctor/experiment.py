"""The model of an experiment, and the mistakes in it that raise no error."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from convlab.data.source import DataSource
from convlab.errors import ConvlabError, in_one_line
from convlab.experiment import Experiment, resolve
from convlab.host import PluginHost
from convlab.inspect.doctor.finding import Finding, ok, problem
from convlab.training.preparation import Prepared, prepare

if TYPE_CHECKING:
    from convlab.inspect.doctor.probe import Probe
    from convlab.training.model.cost import LayerCost
    from convlab.training.model.layer_calls import LayerCall


@dataclass(frozen=True, kw_only=True)
class Model:
    """The model that an experiment would train.

    Attributes:
        prepared: the experiment's data, model and optimizer; the examination changes the model's weights.
        layers: the cost of each layer, in the order in which they run.
    """

    prepared: Prepared
    layers: tuple["LayerCost", ...]

    @property
    def parameters(self) -> int:
        """The number of weights in all layers."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def flops(self) -> int:
        """The floating-point operations of one image's forward pass; a training step takes about 3 times."""
        return sum(layer.flops for layer in self.layers)


def examine_experiment(
    experiment: Experiment, host: PluginHost, data_dir: str | Path | None
) -> tuple[list[Finding], Model | None]:
    """Load the data, build the model and train it for a few steps, without saving anything.

    Returns:
        The findings, and the model; ``None`` if the experiment cannot be prepared or its training fails.
    """
    try:
        prepared = prepare(resolve(experiment, host), host=host, source=DataSource.from_environment(data_dir))
    except ConvlabError as error:
        return [problem("experiment", str(error), "")], None
    from convlab.system.keras_defaults import keras_defaults
    from convlab.training.callbacks.summary_lines import describe
    from convlab.training.model.cost import layer_costs

    try:
        with warnings.catch_warnings(), keras_defaults():
            warnings.simplefilter("ignore")  # the findings cover what Keras warns about
            model = Model(prepared=prepared, layers=tuple(layer_costs(prepared.model)))
            return [ok("experiment", "; ".join(describe(prepared))), *_mistakes(prepared)], model
    except Exception as error:  # raised by the code of a part
        message = f"the first training steps fail: {in_one_line(error)}"
        fix = f"correct {prepared.resolved.architecture} or {prepared.resolved.optimizer}"
        return [problem("experiment", message, fix)], None


def _mistakes(prepared: Prepared) -> Iterator[Finding]:
    from convlab.inspect.doctor.learning_rate import examine_learning_rate
    from convlab.inspect.doctor.logits import examine_outputs
    from convlab.inspect.doctor.pixels import examine_pixels
    from convlab.inspect.doctor.probe import Probe
    from convlab.inspect.doctor.weights import examine_weights

    probe = Probe(prepared)
    calls = _layer_calls(prepared, probe)
    scaling = prepared.resolved.scaling
    untrained = [*examine_outputs(np.asarray(calls[-1].outputs, np.float32)), *examine_pixels(calls, scaling)]
    yield from untrained
    learning_rate = prepared.resolved.learning_rate
    if any(finding.state == "problem" for finding in untrained):
        probe.train(learning_rate)  # a slow start may be due to these problems, not to the learning rate
    else:
        yield from examine_learning_rate(probe, learning_rate, prepared.resolved.optimizer.part.learning_rate)
    yield from examine_weights(prepared.model, probe.gradients())


def _layer_calls(prepared: Prepared, probe: "Probe") -> list["LayerCall"]:
    from convlab.training.model.layer_calls import recorded_layer_calls

    calls: list[LayerCall] = []
    with recorded_layer_calls(calls.append):
        prepared.model(probe.images, training=True)  # so that batch normalization normalizes
    return calls

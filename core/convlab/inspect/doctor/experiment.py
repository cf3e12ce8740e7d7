"""The model of an experiment, and the mistakes in it that no error tells of."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from convlab.data.source import DataSource
from convlab.errors import ConvlabError
from convlab.experiment import Experiment, resolve
from convlab.host import PluginHost
from convlab.inspect.doctor.finding import Finding, ok, problem
from convlab.inspect.doctor.model import Model
from convlab.training.preparation import Prepared, prepare

if TYPE_CHECKING:
    from convlab.inspect.doctor.probe import Probe
    from convlab.training.model.layer_calls import LayerCall


def examine_experiment(
    experiment: Experiment, host: PluginHost, data_dir: str | Path | None
) -> tuple[list[Finding], Model | None]:
    """Load the data, build the model, try it out for a few steps and keep nothing of it.

    Returns:
        What was found, and the model unless the experiment cannot be prepared.
    """
    try:
        prepared = prepare(resolve(experiment, host), host=host, source=DataSource.from_environment(data_dir))
    except ConvlabError as error:
        return [_refused(error)], None
    from convlab.training.model.cost import layer_costs

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Keras warns of is told below
            model = Model(prepared=prepared, layers=tuple(layer_costs(prepared.model)))
            return [_described(prepared), *_mistakes(prepared)], model
    except Exception as error:  # a part's own code
        reason = f"the first steps of training fail: {type(error).__name__}: {error}"
        fix = f"correct {prepared.resolved.architecture} or {prepared.resolved.optimizer}"
        return [problem("experiment", " ".join(reason.split()), fix)], None


def _refused(error: ConvlabError) -> Finding:
    return problem("experiment", str(error), "")


def _described(prepared: Prepared) -> Finding:
    from convlab.training.callbacks.summary_lines import describe

    return ok("experiment", "; ".join(describe(prepared)))


def _mistakes(prepared: Prepared) -> Iterator[Finding]:
    from convlab.inspect.doctor.learning_rate import examine_learning_rate
    from convlab.inspect.doctor.outputs import examine_outputs
    from convlab.inspect.doctor.pixels import examine_pixels
    from convlab.inspect.doctor.probe import Probe
    from convlab.inspect.doctor.weights import examine_weights

    probe = Probe(prepared)
    calls = _calls(prepared, probe)
    scaling = prepared.resolved.experiment.data.scaling
    before = [*examine_outputs(np.asarray(calls[-1].outputs, np.float32)), *examine_pixels(calls, scaling)]
    yield from before
    rate = prepared.resolved.learning_rate
    if any(finding.state == "problem" for finding in before):
        probe.train(rate)  # how well it does says nothing of the rate
    else:
        yield from examine_learning_rate(probe, rate, prepared.resolved.optimizer.part.learning_rate)
    yield from examine_weights(prepared.model, probe.gradients())


def _calls(prepared: Prepared, probe: "Probe") -> list["LayerCall"]:
    from convlab.training.model.layer_calls import recorded_layer_calls

    calls: list[LayerCall] = []
    with recorded_layer_calls(calls.append):
        prepared.model(probe.images, training=True)  # so that batch norm counts for what it does
    return calls

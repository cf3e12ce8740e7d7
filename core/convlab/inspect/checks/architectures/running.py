"""Whether a network trains in convlab's own loop."""

import math
from types import SimpleNamespace

from convlab.data.source import DataSource
from convlab.errors import TrainingError
from convlab.experiment import DataSettings, Experiment, TrainSettings, resolve
from convlab.hookspecs import hookimpl
from convlab.host import PluginHost
from convlab.inspect.checks.architectures.subject import ArchitectureSubject
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check
from convlab.inspect.checks.tiny_images import CLASSES, tiny_images
from convlab.parts import Architecture, Dataset


@check(
    "It trains in the graph loop, and with a smaller last batch",
    why="convlab run traces the step into one graph: what works call by call may not work there",
    fix="use keras.ops or TensorFlow's operations on tensors rather than NumPy, Python branches or a fixed "
    "batch size",
    needs=("output_width", "finite_output"),
)
def trains_in_the_graph_loop(subject: ArchitectureSubject) -> None:
    """Prepare and run two short epochs as ``convlab run`` does, all but the run's folder."""
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
        raise CheckFailedError(f"after {prepared.plan.total_steps} steps the loss is {outcome.test['loss']}")


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

"""All that comes before the first step: data, division, model, optimizer, measures."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convlab.data_source import DataSource
from convlab.errors import ConvlabError, DataError, PluginError
from convlab.experiment import Experiment, ResolvedExperiment, resolve
from convlab.host import PluginHost, ProvidedPart
from convlab.image_data import ImageData
from convlab.training.division import Division, divide
from convlab.training.plan import Plan
from convlab.training.schedules import find_schedule, scheduled_rate
from convlab.training.tensorflow_start import start_tensorflow

if TYPE_CHECKING:
    import keras

    from convlab.training.measures import Measures


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An experiment with everything loaded and built and nothing trained.

    Attributes:
        resolved: the parts, and the experiment with every default filled in.
        data: the images and labels.
        division: which train images are held out for validation.
        plan: how many steps there are and what each sees.
        model: from uint8 images to float32 logits.
        parameters: how many weights the architecture has.
        xla: whether XLA compiles the training step.
        timing: seconds of ``import`` (TensorFlow), ``data`` and ``build``.
    """

    resolved: ResolvedExperiment
    data: ImageData
    division: Division
    plan: Plan
    model: "keras.Model"
    parameters: int
    optimizer: "keras.optimizers.Optimizer"
    xla: bool
    timing: dict[str, float]

    def measures(self) -> "Measures":
        """Return the loss and the experiment's metrics, counting from nothing."""
        from convlab.training.measures import Measures

        return Measures(
            {
                metric.part.name: _call(metric, self.data.num_classes, options)
                for metric, options in self.resolved.metrics
            }
        )


def prepare(
    experiment: Experiment, *, host: PluginHost | None = None, source: DataSource | None = None
) -> Prepared:
    """Load the data and build the model of an experiment.

    Args:
        experiment: what to prepare.
        host: where the parts come from; by default all installed plugins.
        source: where data files are looked for; by default the environment's folders.

    Raises:
        ConfigError: a name, option or setting does not fit.
        DataError: the data are missing or damaged.
        PluginError: a part failed or does not fit the others.
    """
    resolved = resolve(experiment, host or PluginHost())
    settings = resolved.experiment.train
    schedule = find_schedule(settings.schedule)
    source = source or DataSource.from_environment()
    timing: dict[str, float] = {}

    with _timed(timing, "import"):
        start_tensorflow()
        from convlab.training.compilation import uses_xla
        from convlab.training.network import build_network
        from convlab.training.raw_pixels import raw_pixel_model

    with _timed(timing, "data"):
        data = _load(resolved, source)
        division = divide(data.train.labels, resolved.experiment.data, settings.seed)
        plan = Plan.of(settings, len(division.train))

    with _timed(timing, "build"):
        network = build_network(resolved, data)
        model = raw_pixel_model(
            network, data, division.train, resolved.experiment.data, str(resolved.architecture)
        )
        rate = scheduled_rate(
            schedule, resolved.learning_rate, steps=plan.total_steps, warmup=settings.warmup
        )
        optimizer = _call(resolved.optimizer, rate, resolved.optimizer_options)
        optimizer.build(model.trainable_variables)

    return Prepared(
        resolved=resolved,
        data=data,
        division=division,
        plan=plan,
        model=model,
        parameters=network.count_params(),
        optimizer=optimizer,
        xla=uses_xla(model, settings.compile),
        timing=timing,
    )


def _load(resolved: ResolvedExperiment, source: DataSource) -> ImageData:
    data = _call(resolved.dataset, source, resolved.dataset_options, raises=DataError)
    if not isinstance(data, ImageData):
        raise PluginError(f"{resolved.dataset} loads {type(data).__name__}, but must return ImageData")
    return data


def _call(provided: ProvidedPart[Any], *arguments: Any, raises: type[ConvlabError] = PluginError) -> Any:
    """Call a part's factory; whatever goes wrong in it becomes one sentence that names the part."""
    try:
        return getattr(provided.part, provided.part.factory)(*arguments)
    except ConvlabError as error:
        raise type(error)(f"{provided}: {error}") from error
    except Exception as error:
        raise raises(f"{provided} failed: {type(error).__name__}: {error}") from error


@contextmanager
def _timed(timing: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timing[name] = time.perf_counter() - start

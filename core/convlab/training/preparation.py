"""All that comes before the first step: data, division, model, optimizer, measures."""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convlab.data.classes import choose_classes
from convlab.data.image_data import ImageData
from convlab.data.loading import load_checked
from convlab.data.source import DataSource
from convlab.data.split import HeldOut, TrainValSplit, split_data
from convlab.errors import ConfigError
from convlab.experiment import Experiment, ResolvedExperiment, resolve
from convlab.host import PluginHost
from convlab.host.building import build_part
from convlab.parts import Dataset
from convlab.system.tensorflow_start import enable_determinism, start_in_background
from convlab.training.checkpoints.monitor import Monitor
from convlab.training.plan import Plan
from convlab.training.schedules import find_schedule, scheduled_rate

if TYPE_CHECKING:
    import keras

    from convlab.training.metrics import MetricSet


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An experiment with everything loaded and built and nothing trained.

    Attributes:
        resolved: the parts, and the experiment with every default filled in.
        data: the images and labels.
        division: which train images are learnt from.
        validation: the images that validate each epoch: a part of the train split, or a split of their own.
        plan: how many steps there are and what each sees.
        model: from uint8 images to float32 logits.
        parameters: how many weights the architecture has.
        rate: the learning rate, or its schedule.
        precision: what the layers compute in, ``float32`` or ``mixed_bfloat16``.
        xla: whether XLA compiles the training step.
        monitor: what says which epoch is the best.
        timing: seconds of ``data``, of ``import`` (TensorFlow, as far as it took longer than the data) and of
            ``build``.
    """

    resolved: ResolvedExperiment
    data: ImageData
    division: TrainValSplit
    validation: HeldOut
    plan: Plan
    model: "keras.Model"
    parameters: int
    optimizer: "keras.optimizers.Optimizer"
    rate: Any
    precision: str
    xla: bool
    monitor: Monitor
    timing: dict[str, float]

    def summary(self) -> dict[str, Any]:
        """Return what ``convlab run --dry-run --json`` prints."""
        return {
            "experiment": self.resolved.experiment.model_dump(mode="json", exclude_none=True),
            "parameters": self.parameters,
            "images": {
                "train": len(self.division.train),
                "validation": len(self.validation.indices),
                "test": len(self.data.test.labels),
            },
            "input_shape": list(self.data.input_shape),
            "classes": list(self.data.class_names),
            "steps": self.plan.total_steps,
            "precision": self.precision,
            "xla": self.xla,
            "timing": self.timing,
        }

    def data_digest(self) -> str:
        """Return a digest of what is trained on: the labels, and the scaling.

        That of ``standard`` knows the statistics of all pixels.
        """
        scaling = json.dumps(self.model.get_layer("scaling").get_config(), sort_keys=True, default=str)
        labels = self.data.train.labels[self.division.train]
        return hashlib.sha256(scaling.encode() + labels.tobytes()).hexdigest()

    def measures(self) -> "MetricSet":
        """Return the loss and the experiment's metrics, counting from nothing.

        Raises:
            PluginError: a metric cannot be built, or does not take labels and logits.
        """
        from convlab.training.metrics import build_metrics

        return build_metrics(self.resolved.metrics, self.data.num_classes)


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
    host = host or PluginHost()
    resolved = resolve(experiment, host)
    _refuse_missing_modules(resolved)
    settings = resolved.experiment.train
    schedule = find_schedule(settings.schedule)
    source = source or DataSource.from_environment()
    timing: dict[str, float] = {}

    importing = start_in_background()  # while the data are read
    with _timed(timing, "data"):
        data = load_checked(resolved.dataset, resolved.dataset_options, source, host.parts(Dataset))
        data = choose_classes(data, resolved.experiment.data)
        division, validation = split_data(data, resolved.experiment.data, settings.seed)
        plan = Plan.of(settings, len(division.train))
        monitor = Monitor.of(resolved, validates=bool(len(validation.indices)))
    with _timed(timing, "import"):
        importing.result()
        if settings.deterministic:
            enable_determinism()
        from convlab.training.model.network import build_network, build_optimizer
        from convlab.training.model.preprocessing import raw_pixel_model
        from convlab.training.model.xla import uses_xla

    with _timed(timing, "build"):
        network, precision = build_network(resolved, data)
        model = raw_pixel_model(
            network, data, division.train, resolved.experiment.data, str(resolved.architecture)
        )
        rate = scheduled_rate(
            schedule, resolved.learning_rate, steps=plan.total_steps, warmup=settings.warmup
        )
        optimizer = build_part(resolved.optimizer, rate, resolved.optimizer_options)
        build_optimizer(optimizer, model, str(resolved.optimizer))

    prepared = Prepared(
        resolved=resolved,
        data=data,
        division=division,
        validation=validation,
        plan=plan,
        model=model,
        parameters=network.count_params(),
        optimizer=optimizer,
        rate=rate,
        precision=precision,
        xla=uses_xla(model, settings.compile),
        monitor=monitor,
        timing=timing,
    )
    prepared.measures()  # a metric that does not fit is told before anything is trained
    return prepared


def _refuse_missing_modules(resolved: ResolvedExperiment) -> None:
    for tracker, _ in resolved.trackers:
        if missing := tracker.part.missing():
            raise ConfigError(f"{missing}, or leave the tracker out")


@contextmanager
def _timed(timing: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timing[name] = time.perf_counter() - start

"""Everything before the first step: data, split, model, optimizer, metrics."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from convlab.data.classes import choose_classes
from convlab.data.image_data import ImageData
from convlab.data.loading import load_checked
from convlab.data.rare_classes import warn_about_rare_classes
from convlab.data.source import DataSource
from convlab.data.split import Subset, TrainValSplit
from convlab.data.used_images import SplitName, SplitRecord, UsedImages
from convlab.errors import ConfigError, DataError
from convlab.experiment import ResolvedExperiment
from convlab.host import PluginHost
from convlab.host.provider import build_part
from convlab.parts import Dataset
from convlab.system.tensorflow_start import enable_determinism, start_in_background
from convlab.training.checkpoints.best import Monitor
from convlab.training.plan import Plan

if TYPE_CHECKING:
    import keras

    from convlab.training.augmentation.augmenter import Augmenter
    from convlab.training.metrics import MetricSet
    from convlab.training.placement import Placement


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An experiment with everything loaded and built and nothing trained.

    Attributes:
        resolved: the parts, and the experiment with every default filled in.
        data: the images and labels.
        images: which of them train, validate and test.
        split: which images of the training set train.
        class_counts: the number of images of each class that train.
        validation: the images that validate each epoch: a part of the training set, or a set of their own.
        plan: the steps, and what each of them sees.
        placement: where variables live and steps run.
        model: maps uint8 images to float32 logits.
        parameters: the number of weights of the architecture.
        optimizer: built for the model.
        rate: the learning rate, or its schedule.
        loss: what training minimizes.
        augmenter: changes the training batches, if any augmentation is set.
        metrics: the loss and the metrics of the training loop.
        precision: what the layers compute in, ``float32`` or ``mixed_bfloat16``.
        xla: whether XLA is to compile the training step.
        monitor: ranks epochs.
        timing: seconds of ``data``, ``import`` (TensorFlow, as far as it took longer than the data) and
            ``build``.
    """

    resolved: ResolvedExperiment
    data: ImageData
    images: UsedImages
    split: TrainValSplit
    class_counts: tuple[int, ...]
    validation: Subset
    plan: Plan
    placement: "Placement"
    model: "keras.Model"
    parameters: int
    optimizer: "keras.optimizers.Optimizer"
    rate: Any
    loss: "keras.losses.Loss"
    augmenter: "Augmenter | None"
    metrics: "MetricSet"
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
                "train": len(self.split.train),
                "validation": len(self.validation.indices),
                "test": len(self.images.indices["test"]),
            },
            "input_shape": list(self.data.input_shape),
            "classes": list(self.data.class_names),
            "steps": self.plan.total_steps,
            "precision": self.precision,
            "xla": self.xla,
            "timing": self.timing,
        }

    def data_digest(self) -> str:
        """Return a digest of the training data: the labels, and the scaling.

        With ``scaling = "standard"`` the scaling depends on all pixels.
        """
        scaling = json.dumps(self.model.get_layer("scaling").get_config(), sort_keys=True, default=str)
        labels = self.data.train.labels[self.split.train]
        return hashlib.sha256(scaling.encode() + labels.tobytes()).hexdigest()

    def build_metrics(self) -> "MetricSet":
        """Return the loss and the metrics once more, for evaluation."""
        from convlab.training.metrics import build_metrics

        return build_metrics(self.resolved.metrics, self.data.num_classes)


def prepare(
    resolved: ResolvedExperiment,
    *,
    host: PluginHost,
    source: DataSource,
    recorded: Mapping[SplitName, SplitRecord] | None = None,
) -> Prepared:
    """Load the data and build the model of an experiment.

    Args:
        resolved: the experiment and its parts.
        host: the plugins the parts come from; data of another known dataset are refused.
        source: where data files are looked for.
        recorded: the images of the run that is resumed, if it recorded them; others are not used.

    Raises:
        ConfigError: a setting does not fit the data.
        DataError: the data are missing or damaged, or are not those of the run.
        PluginError: a part failed or does not fit the others.
    """
    _refuse_missing_modules(resolved)
    settings = resolved.experiment.train
    timing: dict[str, float] = {}

    importing = start_in_background(settings.threads)  # while the data are read
    with _timed(timing, "data"):
        data = load_checked(resolved.dataset, resolved.dataset_options, source, host.parts(Dataset))
        data = choose_classes(data, resolved.experiment.data)
        images = UsedImages.of(data, resolved.experiment.data, settings.seed)
        if recorded:
            images = _recorded_images(images, recorded)
        split = TrainValSplit(train=images.indices["train"], validation=images.indices["validation"])
        validation, test = images.subset("validation"), images.subset("test")
        warn_about_rare_classes(
            data.class_names,
            data.train.labels[split.train],
            {
                "validation": validation.split.labels[validation.indices],
                "test": test.split.labels[test.indices],
            },
        )
        plan = Plan.of(settings, len(split.train))
        monitor = Monitor.of(resolved, validates=bool(len(validation.indices)))
    with _timed(timing, "import"):
        importing.result()
        if settings.deterministic:
            enable_determinism()
        from convlab.system.keras_defaults import keras_defaults
        from convlab.training.augmentation.preparation import build_augmenter
        from convlab.training.losses import build_loss
        from convlab.training.metrics import build_metrics
        from convlab.training.model.adaptation import adapt_layers
        from convlab.training.model.device_rules import uses_xla
        from convlab.training.model.network import build_network, check_optimizer
        from convlab.training.model.preprocessing import raw_pixel_model
        from convlab.training.placement import Placement
        from convlab.training.schedules import scheduled_rate

    placement = Placement()
    with _timed(timing, "build"), keras_defaults(), placement.scope():
        network, precision = build_network(resolved, data)
        model = raw_pixel_model(
            network, data, split.train, resolved.experiment.data, str(resolved.architecture)
        )
        adapt_layers(model, data, split.train, settings.seed, str(resolved.architecture))
        rate = scheduled_rate(
            resolved.schedule,
            resolved.schedule_options,
            resolved.learning_rate,
            steps=plan.total_steps,
            warmup=settings.warmup,
        )
        optimizer = build_part(resolved.optimizer, rate, resolved.optimizer_options)
        check_optimizer(optimizer, str(resolved.optimizer))
        optimizer.build(model.trainable_variables)
        counts = np.bincount(data.train.labels[split.train], minlength=data.num_classes)
        loss = build_loss(resolved.loss, resolved.loss_options, counts.tolist())
        augmenter = build_augmenter(resolved, data, loss)
        metrics = build_metrics(resolved.metrics, data.num_classes)

    return Prepared(
        resolved=resolved,
        data=data,
        images=images,
        split=split,
        class_counts=tuple(counts.tolist()),
        validation=validation,
        plan=plan,
        placement=placement,
        model=model,
        parameters=network.count_params(),
        optimizer=optimizer,
        rate=rate,
        loss=loss,
        augmenter=augmenter,
        metrics=metrics,
        precision=precision,
        xla=uses_xla(model, settings.compile),
        monitor=monitor,
        timing=timing,
    )


def _recorded_images(images: UsedImages, recorded: Mapping[SplitName, SplitRecord]) -> UsedImages:
    """Return the images that a run recorded, of which none may be missing."""
    images = images.as_recorded(recorded)
    if differences := images.differences(recorded):
        raise DataError(
            f"{'; '.join(differences)}. Restore them, point `data_dir` at the original data, or start a new "
            "run"
        )
    return images


def _refuse_missing_modules(resolved: ResolvedExperiment) -> None:
    for tracker, _ in resolved.trackers:
        if missing := tracker.part.missing():
            raise ConfigError(f"{missing}, or remove the tracker")


@contextmanager
def _timed(timing: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timing[name] = time.perf_counter() - start

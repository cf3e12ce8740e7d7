"""``convlab evaluate`` as a function."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from convlab.data.arrays import Data
from convlab.data.image_data import ImageData
from convlab.data.split import Subset
from convlab.errors import ConfigError
from convlab.experiment import part_options
from convlab.host import PluginHost
from convlab.parts import Dataset, Loss, Metric, Part
from convlab.runs.recorded_run import RecordedRun, open_run
from convlab.runs.test_looks import record_look
from convlab.text.suggestions import did_you_mean
from convlab.use.evaluation_report import Evaluation, class_reports, confusion_matrix, measure_calibration
from convlab.use.opening import OpenedRun, open_for_use
from convlab.use.run_images import images_of_run

SPLITS = ("test", "validation")

logger = logging.getLogger("convlab")


def evaluate(
    run: str | Path | RecordedRun,
    *,
    dataset: str | None = None,
    dataset_options: Mapping[str, Any] | None = None,
    data: Data | None = None,
    split: Literal["test", "validation"] = "test",
    runs_dir: str | Path = "runs",
    host: PluginHost | None = None,
    plugin_files: Sequence[str | Path] = (),
    data_dir: str | Path | None = None,
    trust: bool = False,
) -> Evaluation:
    """Evaluate the model of a run on labeled images, overall and per class.

    On the run's own dataset, the loss and the metrics equal those that the run recorded. Of another folder
    without a test set, all images are evaluated.

    Args:
        run: a folder, a name, a unique part of a name, ``last``, or an opened run.
        dataset: another dataset with the same image shape and classes; by default the run's own.
        dataset_options: options of the dataset to change, such as its ``path``.
        data: the arrays of a run that was trained on arrays.
        split: the test set, or the run's validation set.
        runs_dir: the folder that contains the runs.
        host: provides the parts; by default the installed plugins and the run's own plugin files.
        plugin_files: plugin files to load, each instead of the run's own of that name.
        data_dir: a folder to search for data files first; by default the run's own.
        trust: whether to execute code from the run's author that this machine has never executed.

    Raises:
        ConfigError: no run matches, or an argument is invalid.
        DataError: the data is missing, damaged, or does not fit the model.
        TrustError: code is not trusted; nothing was executed.
        RunFolderError: the run is damaged, or has not finished.

    Example::

        from convlab import evaluate

        evaluation = evaluate("last")
        print(evaluation.metrics, evaluation.calibration.error)
        print(evaluation.worst_confusions(3))
    """
    if split not in SPLITS:
        raise ConfigError(f"unknown `split` {split!r}; {did_you_mean(split, SPLITS)}")
    recorded = run if isinstance(run, RecordedRun) else open_run(run, runs_dir=runs_dir)
    if split == "validation" and not recorded.experiment.data.validation:
        raise ConfigError(
            f"{str(recorded.path)!r} has no validation set (data.validation is 0); use the test set"
        )
    part_types: list[type[Part]] = [Loss, Metric]
    if dataset in (None, recorded.experiment.dataset):
        part_types.append(Dataset)
    opened = open_for_use(
        recorded, part_types, runs_dir=runs_dir, host=host, plugin_files=plugin_files, trust=trust
    )
    name, loaded = opened.load_data(
        dataset=dataset,
        dataset_options=dataset_options,
        data=data,
        data_dir=data_dir,
        for_evaluation=split == "test",
    )
    is_own = Dataset in part_types and opened.is_same_place(dataset_options)
    images = images_of_run(recorded, loaded, split, elsewhere=not is_own)
    if split == "test" and Dataset in part_types and not recorded.experiment.train.test:
        logger.info(
            "the run did not evaluate its test set, and this does; choose no more settings by the result"
        )
    if split == "test" and is_own:
        record_look(recorded.path, recorded.experiment.dataset)
    return evaluate_images(opened, name, loaded, images, split)


def evaluate_images(
    opened: OpenedRun,
    dataset: str,
    data: ImageData,
    images: Subset,
    split: Literal["test", "validation"],
) -> Evaluation:
    """Evaluate the model of an opened run on some images.

    Args:
        opened: the run.
        dataset: the name of the dataset.
        data: the dataset.
        images: those to evaluate.
        split: the set that they are.
    """
    labels = images.split.labels[images.indices]
    metrics, logits = _compute_metrics(opened, images)
    return Evaluation(
        run=opened.recorded.path,
        dataset=dataset,
        split=split,
        images=len(labels),
        metrics=metrics,
        classes=class_reports(logits, labels, data.class_names),
        confusion_matrix=confusion_matrix(logits, labels),
        calibration=measure_calibration(logits, labels),
        logits=logits,
        labels=labels,
    )


def _compute_metrics(opened: OpenedRun, images: Subset) -> tuple[dict[str, float], npt.NDArray[np.float32]]:
    """Return the loss and the run's metrics, computed as during the run, and the logits."""
    from convlab.system.keras_defaults import keras_defaults
    from convlab.training.evaluator import Evaluator
    from convlab.training.losses import build_loss
    from convlab.training.metrics import build_metrics

    experiment = opened.recorded.experiment
    metrics = [
        (metric, part_options(metric, experiment.metric_options.get(name, {}), name))
        for name, metric in ((name, opened.host.find(Metric, name)) for name in experiment.metrics)
    ]
    num_classes: int = opened.model.output_shape[1]
    chunks: list[npt.NDArray[np.float32]] = []
    with keras_defaults():
        loss_part = opened.host.find(Loss, experiment.loss)
        options = part_options(loss_part, experiment.loss_options)
        loss = build_loss(loss_part, options, opened.recorded.class_counts(num_classes))
        evaluator = Evaluator(opened.model, loss, build_metrics(metrics, num_classes))
        results = evaluator.evaluate(images.split, images.indices, on_logits=chunks.append)
    return results, np.concatenate(chunks)

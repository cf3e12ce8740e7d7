"""What ``convlab evaluate`` does, as one call."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from convlab.data.arrays import Data
from convlab.data.split import Subset, train_val_split
from convlab.errors import ConfigError
from convlab.experiment import part_options
from convlab.host import PluginHost
from convlab.parts import Dataset, Metric, Part
from convlab.runs.recorded_run import RecordedRun, open_run
from convlab.use.calibration import calibration
from convlab.use.evaluation_report import ClassReport, Evaluation
from convlab.use.run_data import check_fit, load_run_data

if TYPE_CHECKING:
    import keras

SPLITS = ("test", "validation")


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
    """Measure the model of a run on labelled images, overall and class by class.

    On the run's own data set the loss and the metrics are those that it measured itself.

    Args:
        run: its folder, its name, a part of its name that no other has, ``last``, or an opened run.
        dataset: another data set, of the same image shape and classes; by default the run's own.
        dataset_options: options of the data set to set, such as where it lies.
        data: the arrays that the run was begun with, where it was.
        split: the test split, or the images that the run held out of the train split for validation.
        runs_dir: the folder that has the runs.
        host: has the parts that are needed; by default the installed plugins and the run's own files.
        plugin_files: plugin files to load, each in place of the run's own of that name.
        data_dir: a folder to look for data files in before all others; by default the run's own.
        trust: whether code that came with the run may run though this machine has never run it.

    Raises:
        ConfigError: no such run, data set or split, or the run held out no images.
        DataError: the data are missing or damaged, or do not fit the model.
        TrustError: code would run that is not trusted.
        RunFolderError: the run is damaged, or has not finished.

    Example::

        from convlab import evaluate

        found = evaluate("last")
        print(found.measures, found.calibration.error)
        print(found.worst_confusions(3))
    """
    if split not in SPLITS:
        raise ConfigError(f"no split {split!r}: choose test or validation")
    recorded = run if isinstance(run, RecordedRun) else open_run(run, runs_dir=runs_dir)
    own_data = dataset is None or dataset == recorded.experiment.dataset
    needed: list[type[Part]] = [Metric, *recorded.part_types_of_model(trust=trust)]
    needed += [Dataset] if own_data else []
    if host is None:
        host = recorded.host(needed, plugin_files=plugin_files, trust=trust)
    else:
        recorded.check(host, needed)
    name, loaded = load_run_data(
        recorded, host, dataset=dataset, dataset_options=dataset_options, data=data, data_dir=data_dir
    )
    images = Subset(loaded.test, np.arange(len(loaded.test.labels)))
    if split == "validation":
        _, images = train_val_split(loaded, recorded.experiment.data, recorded.experiment.train.seed)
        if not len(images.indices):
            raise ConfigError(
                f"{str(recorded.path)!r} held out no images (data.validation is 0): use the test split"
            )
    labels = images.split.labels[images.indices]
    model = recorded.load_model(host, trust=trust)
    check_fit(recorded, model, loaded, name)
    measures, logits = _measured(recorded, host, model, images)
    return Evaluation(
        run=recorded.path,
        dataset=name,
        split=split,
        images=len(labels),
        measures=measures,
        classes=_by_class(logits, labels, loaded.class_names),
        confusion_matrix=_confusion_matrix(logits, labels),
        calibration=calibration(logits, labels),
        logits=logits,
        labels=labels,
    )


def _measured(
    recorded: RecordedRun, host: PluginHost, model: "keras.Model", images: Subset
) -> tuple[dict[str, float], npt.NDArray[np.float32]]:
    """Return the loss and the run's metrics, computed as the run did, and the logits."""
    import keras

    from convlab.training.evaluator import Evaluator
    from convlab.training.metrics import build_metrics

    experiment = recorded.experiment
    metrics = [
        (metric, part_options(metric, experiment.metric_options.get(name, {}), name))
        for name, metric in ((name, host.find(Metric, name)) for name in experiment.metrics)
    ]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    evaluator = Evaluator(model, loss, build_metrics(metrics, model.output_shape[1]))
    chunks: list[npt.NDArray[np.float32]] = []
    results = evaluator.evaluate(images.split, images.indices, on_logits=chunks.append)
    return results, np.concatenate(chunks)


def _by_class(
    logits: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], names: Sequence[str]
) -> tuple[ClassReport, ...]:
    from sklearn.metrics import precision_recall_fscore_support

    columns = precision_recall_fscore_support(
        labels, logits.argmax(axis=1), labels=range(len(names)), zero_division=np.nan
    )
    return tuple(
        ClassReport(
            name=name, precision=float(precision), recall=float(recall), f1=float(f1), support=int(support)
        )
        for name, precision, recall, f1, support in zip(names, *columns, strict=True)
    )


def _confusion_matrix(
    logits: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    from sklearn.metrics import confusion_matrix

    matrix: npt.NDArray[np.int64] = confusion_matrix(
        labels, logits.argmax(axis=1), labels=range(logits.shape[1])
    )
    return matrix

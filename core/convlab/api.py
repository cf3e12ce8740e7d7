"""What ``convlab run`` and ``convlab resume`` do, each as one call."""

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from convlab.data.arrays import Data
from convlab.data.in_memory import with_arrays
from convlab.data.source import DataSource
from convlab.experiment import Experiment, resolve
from convlab.host import PluginHost
from convlab.runs.execution import execute, locked_run
from convlab.runs.folder import RunFolder
from convlab.runs.recorded_images import recorded_images
from convlab.runs.recorded_run import RecordedRun, open_run
from convlab.runs.recorded_threads import warn_about_threads
from convlab.runs.result import Run
from convlab.runs.resume_settings import experiment_to_resume
from convlab.training.callbacks.callback import Callback
from convlab.training.preparation import Prepared
from convlab.training.preparation import prepare as prepare_resolved


def prepare(
    experiment: Experiment | None = None,
    *,
    data: Data | None = None,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
) -> Prepared:
    """Load the data and build the model of an experiment, but train nothing: ``convlab run --dry-run``.

    Args:
        experiment: what to prepare; by default a CNN on scikit-learn's digits.
        data: your own arrays instead of the experiment's dataset; see ``run``.
        host: where the parts come from; by default all installed plugins.
        data_dir: a folder to search for data files before all others.

    Raises:
        ConvlabError: what is wrong, and what to do.
    """
    host = host or PluginHost()
    experiment, arrays = with_arrays(experiment or Experiment(), data)
    source = DataSource.from_environment(data_dir, arrays=arrays)
    return prepare_resolved(resolve(experiment, host), host=host, source=source)


def run(
    experiment: Experiment | None = None,
    *,
    data: Data | None = None,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
    runs_dir: str | Path = "runs",
    name: str | None = None,
    callbacks: Iterable[Callback] = (),
    progress: bool = True,
    explain: bool = False,
) -> Run:
    """Train an experiment, validate each epoch, evaluate the test set once and save the run.

    The same experiment and seed give the same results, here and on the command line.

    Args:
        experiment: what to run; by default a CNN on scikit-learn's digits.
        data: your own arrays instead of the experiment's dataset: ``(images, labels)``, or
            ``((images, labels), (images, labels))`` for a training and a test set, as ``keras.datasets``
            loads them, or the result of ``convlab.arrays`` or ``ImageData``.
        host: where the parts come from; by default all installed plugins.
        data_dir: a folder to search for data files before all others.
        runs_dir: the folder in which the run's folder is created.
        name: the name of the run's folder; by default the time and the parts.
        callbacks: your own ``Callback`` objects; one that raises is dropped with a warning.
        progress: whether to show progress on standard error.
        explain: whether to explain there what each stage does, with its numbers; results stay the same.

    Returns:
        The finished run, with its trained model.

    Raises:
        ConvlabError: what is wrong, and what to do.

    Example::

        from convlab import Experiment, run

        result = run(Experiment(architecture="mlp", train={"epochs": 3}))
        print(result.test["accuracy"], result.folder)

        run(data=keras.datasets.fashion_mnist.load_data())
    """
    start = time.perf_counter()
    environment = {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "data_dir": None if data_dir is None else str(Path(data_dir).expanduser().resolve()),
    }
    host = host or PluginHost()
    experiment, arrays = with_arrays(experiment or Experiment(), data)
    resolved = resolve(experiment, host)
    source = DataSource.from_environment(data_dir, arrays=arrays)
    folder = RunFolder.create(Path(runs_dir), resolved, name)
    with locked_run(folder):
        prepared = prepare_resolved(resolved, host=host, source=source)
        folder.write_experiment(resolved.experiment.to_toml())
        return execute(
            prepared,
            folder,
            environment,
            start=start,
            progress=progress,
            explain=explain,
            callbacks=callbacks,
        )


def resume(
    run: str | Path | RecordedRun = "last",
    *,
    train: Mapping[str, Any] | None = None,
    data: Data | None = None,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
    runs_dir: str | Path = "runs",
    trust: bool = False,
    callbacks: Iterable[Callback] = (),
    progress: bool = True,
) -> Run:
    """Resume a run from its last checkpoint, even in the middle of an epoch.

    On the same machine it ends as the uninterrupted run would have, bit for bit.

    Args:
        run: its folder, its name, a unique part of its name, or ``last``; or the result of ``open_run``.
        train: settings of ``[train]`` to change, such as ``{"epochs": 20}`` to train a finished run for
            longer. A schedule is that of the new settings, from the step where the run is.
        data: the arrays that the run started with, if it did.
        host: where the parts come from; by default all installed plugins, and the plugin files that the run
            saved, if this machine has run them before.
        data_dir: a folder to search for data files before all others; by default the run's own.
        runs_dir: the folder that contains the runs.
        trust: whether plugin files that this machine has never run may run.
        callbacks: your own ``Callback`` objects; one that raises is dropped with a warning.
        progress: whether to show progress on standard error.

    Returns:
        The finished run, with its trained model.

    Raises:
        ConfigError: no such run, it is finished and nothing changed, or a setting cannot change.
        ConvlabError: what else is wrong, and what to do.

    Example::

        from convlab import resume

        result = resume("last", train={"epochs": 20})
    """
    start = time.perf_counter()
    recorded = run if isinstance(run, RecordedRun) else open_run(run, runs_dir=runs_dir)
    if host is None:
        host = recorded.host(trust=trust)
    else:
        recorded.check(host)
    source_dir = recorded.data_dir if data_dir is None else data_dir
    folder = RunFolder(recorded.path)
    with locked_run(folder):
        experiment, changed = experiment_to_resume(recorded, train or {})
        experiment, arrays = with_arrays(experiment, data)
        source = DataSource.from_environment(source_dir, arrays=arrays)
        warn_about_threads(recorded.environment, experiment.train)
        images = recorded_images(recorded.path)
        prepared = prepare_resolved(
            resolve(experiment, host), host=host, source=source, recorded=images.splits if images else None
        )
        return execute(
            prepared,
            folder,
            recorded.environment,
            start=start,
            progress=progress,
            callbacks=callbacks,
            changed=changed,
        )

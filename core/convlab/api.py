"""What ``convlab run`` and ``convlab resume`` do, each as one call."""

import time
from collections.abc import Mapping
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
from convlab.runs.recorded_run import RecordedRun, open_run
from convlab.runs.result import Run
from convlab.runs.resume_settings import experiment_to_resume
from convlab.training.preparation import Prepared
from convlab.training.preparation import prepare as _prepare


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
        data: your own arrays, in place of the experiment's data set; see ``run``.
        host: where the parts come from; by default all installed plugins.
        data_dir: a folder to look for data files in before all others.

    Raises:
        ConvlabError: what is wrong, and what to do.
    """
    experiment, arrays = with_arrays(experiment or Experiment(), data)
    source = DataSource.from_environment(data_dir, arrays=arrays)
    return _prepare(experiment, host=host, source=source)


def run(
    experiment: Experiment | None = None,
    *,
    data: Data | None = None,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
    runs_dir: str | Path = "runs",
    name: str | None = None,
    progress: bool = True,
) -> Run:
    """Train an experiment, validate each epoch, evaluate the test split once and keep the run.

    The same experiment and seed give the same numbers, here and on the command line.

    Args:
        experiment: what to run; by default a CNN on scikit-learn's digits.
        data: your own arrays, in place of the experiment's data set: ``(images, labels)``, or
            ``((images, labels), (images, labels))`` for a train and a test split, as ``keras.datasets``
            loads them, or what ``convlab.arrays`` or ``ImageData`` makes of them.
        host: where the parts come from; by default all installed plugins.
        data_dir: a folder to look for data files in before all others.
        runs_dir: the folder that the run's own folder is made in.
        name: the name of the run's folder; by default the time and the parts.
        progress: whether to show bars or lines on standard error.

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
    started = datetime.now(UTC).isoformat(timespec="seconds")
    environment = {"started": started, "data_dir": _absolute(data_dir)}
    host = host or PluginHost()
    experiment, arrays = with_arrays(experiment or Experiment(), data)
    resolved = resolve(experiment, host)
    source = DataSource.from_environment(data_dir, arrays=arrays)
    folder = RunFolder.create(Path(runs_dir), resolved, name)
    with locked_run(folder):
        prepared = _prepare(resolved.experiment, host=host, source=source)
        folder.write_experiment(resolved.experiment.to_toml())
        return execute(prepared, folder, environment, start=start, progress=progress)


def resume(
    run: str | Path | RecordedRun = "last",
    *,
    train: Mapping[str, Any] | None = None,
    data: Data | None = None,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
    runs_dir: str | Path = "runs",
    trust: bool = False,
    progress: bool = True,
) -> Run:
    """Go on with a run where its last checkpoint was kept, in the middle of an epoch too.

    On the same machine it ends as the unbroken run would have, bit for bit.

    Args:
        run: its folder, its name, a part of its name that no other has, or ``last``; or what ``open_run``
            returned.
        train: settings of ``[train]`` to change, such as ``{"epochs": 20}`` to train a finished run on. A
            schedule is that of the new settings, from the step where the run is.
        data: the arrays that the run was begun with, where it was.
        host: where the parts come from; by default all installed plugins, and the plugin files that the run
            kept where this machine has run them before.
        data_dir: a folder to look for data files in before all others; by default that of the run.
        runs_dir: the folder that has the runs.
        trust: whether plugin files that this machine has never run may run.
        progress: whether to show bars or lines on standard error.

    Returns:
        The finished run, with its trained model.

    Raises:
        ConfigError: no run is meant, it has finished and nothing is changed, or a setting cannot be.
        ConvlabError: what else is wrong, and what to do.

    Example::

        from convlab import resume

        result = resume("last", train={"epochs": 20})
    """
    start = time.perf_counter()
    recorded = run if isinstance(run, RecordedRun) else open_run(run, runs_dir=runs_dir)
    experiment, changed = experiment_to_resume(recorded, train or {})
    experiment, arrays = with_arrays(experiment, data)
    if host is None:
        host = recorded.host(trust=trust)
    else:
        recorded.check(host)
    if data_dir is None:
        data_dir = recorded.data_dir
    folder = RunFolder(recorded.path)
    with locked_run(folder):
        source = DataSource.from_environment(data_dir, arrays=arrays)
        prepared = _prepare(experiment, host=host, source=source)
        return execute(
            prepared, folder, recorded.environment, start=start, progress=progress, changed=changed
        )


def _absolute(folder: str | Path | None) -> str | None:
    return None if folder is None else str(Path(folder).expanduser().resolve())

"""What ``convlab run`` does, as one call."""

import time
from datetime import UTC, datetime
from pathlib import Path

from convlab.carry_out import carry_out, held
from convlab.data_source import DataSource
from convlab.experiment import Experiment, resolve
from convlab.finished_run import Run
from convlab.host import PluginHost
from convlab.runs.folder import RunFolder
from convlab.training.preparation import Prepared
from convlab.training.preparation import prepare as _prepare


def prepare(
    experiment: Experiment | None = None,
    *,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
) -> Prepared:
    """Load the data and build the model of an experiment, but train nothing: ``convlab run --dry-run``.

    Args:
        experiment: what to prepare; by default a CNN on scikit-learn's digits.
        host: where the parts come from; by default all installed plugins.
        data_dir: a folder to look for data files in before all others.

    Raises:
        ConvlabError: what is wrong, and what to do.
    """
    return _prepare(experiment or Experiment(), host=host, source=DataSource.from_environment(data_dir))


def run(
    experiment: Experiment | None = None,
    *,
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
    """
    start = time.perf_counter()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    environment = {"started": started, "data_dir": _absolute(data_dir)}
    host = host or PluginHost()
    resolved = resolve(experiment or Experiment(), host)
    source = DataSource.from_environment(data_dir)
    folder = RunFolder.create(Path(runs_dir), resolved, name)
    with held(folder):
        prepared = _prepare(resolved.experiment, host=host, source=source)
        folder.write_experiment(resolved.experiment.to_toml())
        return carry_out(prepared, folder, environment, start=start, progress=progress)


def _absolute(folder: str | Path | None) -> str | None:
    return None if folder is None else str(Path(folder).expanduser().resolve())

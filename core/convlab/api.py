"""What ``convlab run`` does, as one call."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.data_source import DataSource
from convlab.experiment import Experiment, resolve
from convlab.host import PluginHost
from convlab.reporting import reporter_for
from convlab.runs.folder import RunFolder, finite
from convlab.training.preparation import Prepared
from convlab.training.preparation import prepare as _prepare

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run.

    Attributes:
        folder: where it is kept.
        experiment: with every default filled in; runs again as it is.
        parameters: how many weights the architecture has.
        epochs: a record an epoch: ``epoch``, ``seconds``, ``images_per_second``, ``loss``, each metric,
            and the same of the validation images with ``val_`` before the name.
        test: ``loss`` and each metric on the test split.
        timing: seconds of ``import``, ``data``, ``build``, ``compile``, ``train``, ``evaluate`` and
            ``other`` (plugins, files); they add up to the call's.
        model: the trained model, from uint8 images ``(n, height, width, channels)`` to logits
            ``(n, num_classes)``.
    """

    folder: Path
    experiment: Experiment
    parameters: int
    epochs: list[dict[str, Any]]
    test: dict[str, float]
    timing: dict[str, float]
    model: "keras.Model"

    def summary(self) -> dict[str, Any]:
        """Return what ``--json`` prints and ``summary.json`` holds."""
        summary: dict[str, Any] = finite(
            {
                "run": str(self.folder),
                "experiment": self.experiment.model_dump(mode="json", exclude_none=True),
                "parameters": self.parameters,
                "epochs": self.epochs,
                "test": self.test,
                "timing": self.timing,
            }
        )
        return summary


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
    host = host or PluginHost()
    resolved = resolve(experiment or Experiment(), host)
    source = DataSource.from_environment(data_dir)
    folder = RunFolder.create(Path(runs_dir), resolved, name)
    with _telling_where(folder):
        prepared = _prepare(resolved.experiment, host=host, source=source)
        folder.write_experiment(resolved.experiment.to_toml())
        return _train_and_keep(prepared, folder, start, progress=progress)


def _train_and_keep(prepared: Prepared, folder: RunFolder, start: float, *, progress: bool) -> Run:
    from convlab.runs.environment import describe_environment
    from convlab.training.session import Session

    reporter = reporter_for(progress=progress)
    try:
        reporter.started(prepared)
        session = Session(prepared, reporter)
        session.compile()
        folder.write_environment(describe_environment(prepared, xla=session.xla))
        outcome = session.train(folder.append_epoch)
    finally:
        reporter.closed()
    folder.save_model(prepared.model)
    rest = time.perf_counter() - start - sum(outcome.timing.values())
    result = Run(
        folder=folder.path,
        experiment=prepared.resolved.experiment,
        parameters=prepared.parameters,
        epochs=outcome.epochs,
        test=outcome.test,
        timing=outcome.timing | {"other": rest},
        model=prepared.model,
    )
    folder.write_summary(result.summary())
    return result


@contextmanager
def _telling_where(folder: RunFolder) -> Iterator[None]:
    """Say, with whatever ends a run early, where the run so far is kept."""
    try:
        yield
    except BaseException as error:
        if not folder.discard_if_empty():
            error.add_note(f"the run so far, without a model, is in {folder.path}")
        raise

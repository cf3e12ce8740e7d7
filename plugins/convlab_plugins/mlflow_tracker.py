"""MLflow: an MLflow run for each run."""

from dataclasses import dataclass
from pathlib import Path

from convlab import RunTracker, TrackedRun, Tracker


@dataclass(frozen=True)
class MLflowOptions:
    """Options of ``mlflow``."""

    uri: str | None = None
    """The server or store, such as sqlite:///mlflow.db; MLFLOW_TRACKING_URI or MLflow's own if left out."""
    experiment: str | None = None
    """The MLflow experiment; MLFLOW_EXPERIMENT_NAME or convlab if left out."""
    artifacts: str | None = None
    """Where an experiment that is new keeps files, a folder or an address; MLflow's default if left out."""
    model: bool = False
    """Keep the trained model there too, beside experiment.toml and summary.json."""


def _start(run: TrackedRun, options: MLflowOptions) -> RunTracker:
    from convlab_plugins.mlflow_run import MLflowRun

    return MLflowRun(run, options)


def _offline(folder: Path) -> MLflowOptions:
    return MLflowOptions(uri=f"sqlite:///{folder / 'mlflow.db'}", artifacts=str(folder / "artifacts"))


MLFLOW = Tracker(
    name="mlflow",
    summary="An MLflow run: parameters, figures by epoch, test figures, files",
    start=_start,
    options=MLflowOptions,
    requires=("mlflow", "sqlalchemy", "alembic"),
    install="convlab[mlflow]",
    offline=_offline,
)

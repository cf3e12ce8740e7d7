"""The MLflow tracker: one MLflow run for each run."""

from dataclasses import dataclass
from pathlib import Path

from convlab import Callback, Tracker, TrainingInfo


@dataclass(frozen=True)
class MLflowOptions:
    """Options of ``mlflow``."""

    uri: str | None = None
    """Server or store, such as sqlite:///mlflow.db; by default MLFLOW_TRACKING_URI, or MLflow's default."""
    experiment: str | None = None
    """MLflow experiment; by default MLFLOW_EXPERIMENT_NAME, or convlab."""
    artifacts: str | None = None
    """Folder or URI for the files of a new experiment; by default MLflow's own."""
    model: bool = False
    """Log the trained model too, in addition to experiment.toml and summary.json."""


def _start(run: TrainingInfo, options: MLflowOptions) -> Callback:
    from convlab_plugins.mlflow_run import MLflowRun

    return MLflowRun(run, options)


def _offline(folder: Path) -> MLflowOptions:
    return MLflowOptions(uri=f"sqlite:///{folder / 'mlflow.db'}", artifacts=str(folder / "artifacts"))


MLFLOW = Tracker(
    name="mlflow",
    summary="An MLflow run with parameters, metrics per epoch, test results and files",
    start=_start,
    options=MLflowOptions,
    requires=("mlflow", "sqlalchemy", "alembic"),
    install="keras-convlab[mlflow]",
    offline=_offline,
)

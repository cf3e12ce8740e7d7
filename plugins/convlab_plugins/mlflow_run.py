"""Log a run to MLflow, using its client."""

import json
import logging
import math
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # telemetry should be opt-in

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode

from convlab import Callback, TrainingInfo, __version__

if TYPE_CHECKING:
    from convlab_plugins.mlflow_tracker import MLflowOptions

_MAX_VALUE_LENGTH = 6000  # MLflow's limit
_PARAMETERS_PER_CALL = 100
_TIMING = ("seconds", "images_per_second")


class MLflowRun(Callback):
    """Logs a run's settings, results and files to an MLflow run, and continues it when the run resumes.

    Args:
        run: the run to track.
        options: where to log, and what.
    """

    def __init__(self, run: TrainingInfo, options: "MLflowOptions") -> None:
        logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)  # it logs each table it creates
        self._folder, self._options = run.folder, options
        known = run.recall()
        named = options.uri or os.environ.get("MLFLOW_TRACKING_URI")
        self._uri = known["uri"] if known and named == known["named"] else _absolute(named)
        self._client = MlflowClient(tracking_uri=self._uri)
        found = self._find(known.get("run_id"))
        self._run_id = found.info.run_id if found else self._create(run.name)
        run.remember(run_id=self._run_id, uri=self._uri, named=named)
        self._client.update_run(self._run_id, status="RUNNING")
        self._log_settings(run, dict(found.data.params) if found else {})
        self._logged = {name: self._history(name) for name in found.data.metrics} if found else {}
        for record in run.records:
            self.on_epoch_end(record["epoch"], record)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Log an epoch's results."""
        self._log_metrics({name: value for name, value in logs.items() if name != "epoch"}, step=epoch)

    def on_train_end(self, summary: Mapping[str, Any]) -> None:
        """Log the test results and the run's files, and end the MLflow run."""
        test = {f"test_{name}": value for name, value in (summary["test"] or {}).items()}
        self._log_metrics(test, step=summary["selected_epoch"])
        files = ["experiment.toml", "summary.json", *(["model.keras"] if self._options.model else [])]
        for file in files:
            self._client.log_artifact(self._run_id, str(self._folder / file))
        self._client.set_terminated(self._run_id, "FINISHED")

    def on_failure(self, state: str, message: str) -> None:
        """Log why the run stopped early, and end the MLflow run."""
        self._client.set_tag(self._run_id, "convlab.message", message)
        self._client.set_terminated(self._run_id, "KILLED" if state == "interrupted" else "FAILED")

    def _find(self, run_id: str | None) -> Any:
        if run_id is None:
            return None
        try:
            return self._client.get_run(run_id)
        except MlflowException as error:
            if error.error_code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
                return None  # deleted, or another server
            raise

    def _create(self, run_name: str) -> str:
        name = self._options.experiment or os.environ.get("MLFLOW_EXPERIMENT_NAME") or "convlab"
        if found := self._client.get_experiment_by_name(name):
            experiment_id = found.experiment_id
        else:
            experiment_id = self._client.create_experiment(name, self._options.artifacts)
        run_id: str = self._client.create_run(experiment_id, run_name=run_name).info.run_id
        return run_id

    def _log_settings(self, run: TrainingInfo, before: Mapping[str, str]) -> None:
        settings = {key: _text(value) for key, value in run.settings().items()}
        tags = {"convlab.version": __version__, "convlab.run": str(run.folder.resolve())}
        tags["convlab.parameters"] = str(run.parameters)
        if changed := {key: text for key, text in settings.items() if before.get(key, text) != text}:
            tags["convlab.changed"] = _text(changed)  # MLflow's parameters cannot change
        new = [Param(key, text) for key, text in settings.items() if key not in before]
        for first in range(0, max(len(new), 1), _PARAMETERS_PER_CALL):
            chunk = new[first : first + _PARAMETERS_PER_CALL]
            self._client.log_batch(self._run_id, params=chunk, tags=[RunTag(*tag) for tag in tags.items()])

    def _log_metrics(self, results: Mapping[str, float | None], step: int) -> None:
        """Log new results only: an epoch that runs again after a resume is already logged."""
        now = int(time.time() * 1000)
        values = {name: math.nan if value is None else value for name, value in results.items()}
        new = [
            Metric(name, value, now, step)
            for name, value in values.items()
            if not self._is_logged(name, value, step)
        ]
        self._client.log_batch(self._run_id, metrics=new)

    def _is_logged(self, name: str, value: float, step: int) -> bool:
        logged = self._logged.get(name, {})
        if step not in logged:
            return False
        return name in _TIMING or logged[step] == value or (math.isnan(logged[step]) and math.isnan(value))

    def _history(self, name: str) -> dict[int, float]:
        return {metric.step: metric.value for metric in self._client.get_metric_history(self._run_id, name)}


def _absolute(named: str | None) -> str:
    """Return a store's URI that is valid in any working directory."""
    uri: str = named or mlflow.get_tracking_uri()
    scheme, found, path = uri.partition(":///")
    if found and scheme.startswith("sqlite") and path and not path.startswith("/"):
        return f"{scheme}:///{Path(path).resolve()}"
    return uri


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text[:_MAX_VALUE_LENGTH]

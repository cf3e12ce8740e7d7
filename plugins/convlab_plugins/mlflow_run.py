"""The MLflow run that a run is kept in, by MLflow's client."""

import json
import logging
import math
import os
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nothing is sent that was not asked for

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode

from convlab import RunTracker, TrackedRun

if TYPE_CHECKING:
    from convlab_plugins.mlflow_tracker import MLflowOptions

_LONGEST_VALUE = 6000  # what MLflow takes
_PARAMETERS_PER_CALL = 100
_TIMES = ("seconds", "images_per_second")


class MLflowRun(RunTracker):
    """Keeps a run's settings, figures and files in an MLflow run, and goes on with that where it is resumed.

    Args:
        run: what is tracked.
        options: where, and what of it.
    """

    def __init__(self, run: TrackedRun, options: "MLflowOptions") -> None:
        logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)  # it tells of tables it makes
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
        self._kept = {name: self._history(name) for name in found.data.metrics} if found else {}
        for record in run.records:
            self.epoch_ended(record)

    def epoch_ended(self, record: Mapping[str, Any]) -> None:
        """Keep an epoch's figures."""
        figures = {name: value for name, value in record.items() if name != "epoch"}
        self._log_figures(figures, step=record["epoch"])

    def finished(self, summary: Mapping[str, Any]) -> None:
        """Keep the test figures and the run's files, and end the MLflow run."""
        test = {f"test_{name}": value for name, value in summary["test"].items()}
        self._log_figures(test, step=summary["selected_epoch"])
        files = ["experiment.toml", "summary.json", *(["model.keras"] if self._options.model else [])]
        for file in files:
            self._client.log_artifact(self._run_id, str(self._folder / file))
        self._client.set_terminated(self._run_id, "FINISHED")

    def stopped(self, state: str, message: str) -> None:
        """Keep why the run ended early, and end the MLflow run."""
        self._client.set_tag(self._run_id, "convlab.message", message)
        self._client.set_terminated(self._run_id, "KILLED" if state == "interrupted" else "FAILED")

    def _find(self, run_id: str | None) -> Any:
        if run_id is None:
            return None
        try:
            return self._client.get_run(run_id)
        except MlflowException as error:
            if error.error_code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
                return None  # deleted there, or another server
            raise

    def _create(self, run_name: str) -> str:
        name = self._options.experiment or os.environ.get("MLFLOW_EXPERIMENT_NAME") or "convlab"
        if found := self._client.get_experiment_by_name(name):
            experiment_id = found.experiment_id
        else:
            experiment_id = self._client.create_experiment(name, self._options.artifacts)
        run_id: str = self._client.create_run(experiment_id, run_name=run_name).info.run_id
        return run_id

    def _log_settings(self, run: TrackedRun, before: Mapping[str, str]) -> None:
        settings = {key: _text(value) for key, value in run.settings().items()}
        tags = {"convlab.version": version("convlab"), "convlab.run": str(run.folder.resolve())}
        tags["convlab.parameters"] = str(run.parameters)
        if changed := {key: text for key, text in settings.items() if before.get(key, text) != text}:
            tags["convlab.changed"] = _text(changed)  # MLflow's parameters cannot change
        new = [Param(key, text) for key, text in settings.items() if key not in before]
        for first in range(0, max(len(new), 1), _PARAMETERS_PER_CALL):
            chunk = new[first : first + _PARAMETERS_PER_CALL]
            self._client.log_batch(self._run_id, params=chunk, tags=[RunTag(*tag) for tag in tags.items()])

    def _log_figures(self, figures: Mapping[str, float | None], step: int) -> None:
        """Keep what is not kept yet: an epoch that is run again has the figures that it had before."""
        now = int(time.time() * 1000)
        numbers = {name: math.nan if value is None else value for name, value in figures.items()}
        new = [
            Metric(name, value, now, step)
            for name, value in numbers.items()
            if not self._is_kept(name, value, step)
        ]
        self._client.log_batch(self._run_id, metrics=new)

    def _is_kept(self, name: str, value: float, step: int) -> bool:
        kept = self._kept.get(name, {})
        if step not in kept:
            return False
        return name in _TIMES or kept[step] == value or (math.isnan(kept[step]) and math.isnan(value))

    def _history(self, name: str) -> dict[int, float]:
        return {metric.step: metric.value for metric in self._client.get_metric_history(self._run_id, name)}


def _absolute(named: str | None) -> str:
    """Return a store's address that means the same in another working folder."""
    uri: str = named or mlflow.get_tracking_uri()
    scheme, found, path = uri.partition(":///")
    if found and scheme.startswith("sqlite") and path and not path.startswith("/"):
        return f"{scheme}:///{Path(path).resolve()}"
    return uri


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text[:_LONGEST_VALUE]

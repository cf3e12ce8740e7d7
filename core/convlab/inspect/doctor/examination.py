"""Everything that the doctor examines, in one call."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from convlab.experiment import Experiment
from convlab.host import PluginHost
from convlab.inspect.doctor.device import examine_device
from convlab.inspect.doctor.experiment import Model, examine_experiment
from convlab.inspect.doctor.finding import Finding
from convlab.inspect.doctor.machine import (
    examine_datasets,
    examine_folders,
    examine_plugins,
    examine_versions,
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """The result of an examination.

    Attributes:
        findings: in the order of the examination.
        model: the experiment's model; ``None`` without an experiment, or if it cannot be prepared.
    """

    findings: tuple[Finding, ...]
    model: Model | None = None

    @property
    def healthy(self) -> bool:
        """Whether no finding is a problem."""
        return all(finding.state != "problem" for finding in self.findings)

    def summary(self) -> dict[str, Any]:
        """Return what ``convlab doctor --json`` prints."""
        summary: dict[str, Any] = {
            "healthy": self.healthy,
            "findings": [asdict(finding) for finding in self.findings],
        }
        if self.model is not None:
            summary |= {
                "layers": [asdict(layer) for layer in self.model.layers],
                "parameters": self.model.parameters,
                "flops": self.model.flops,
            }
        return summary


def examine(
    experiment: Experiment | None = None,
    *,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
    runs_dir: str | Path = "runs",
) -> Report:
    """Look for problems that would stop a run or degrade its results.

    Args:
        experiment: if given, its model is built too and trained for a few steps; nothing is saved.
        host: provides the parts; by default all installed plugins.
        data_dir: a data folder to search first.
        runs_dir: the folder for runs.
    """
    host = host or PluginHost()
    findings = [
        *examine_versions(),
        *examine_device(),
        *examine_folders(Path(runs_dir), data_dir),
        *examine_datasets(host, data_dir),
        *examine_plugins(host),
    ]
    model = None
    if experiment is not None:
        found, model = examine_experiment(experiment, host, data_dir)
        findings += found
    return Report(findings=tuple(findings), model=model)

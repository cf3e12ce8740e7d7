"""All that the doctor looks at, in one call."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from convlab.experiment import Experiment
from convlab.host import PluginHost
from convlab.inspect.doctor.catalog import examine_data_sets, examine_plugins
from convlab.inspect.doctor.device import examine_device
from convlab.inspect.doctor.experiment import examine_experiment
from convlab.inspect.doctor.finding import Finding
from convlab.inspect.doctor.folders import examine_folders
from convlab.inspect.doctor.model import Model
from convlab.inspect.doctor.versions import examine_versions


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the doctor found.

    Attributes:
        findings: in the order in which they were looked at.
        model: of the experiment; ``None`` without one, and where it cannot be prepared.
    """

    findings: tuple[Finding, ...]
    model: Model | None = None

    @property
    def healthy(self) -> bool:
        """Whether there is no problem."""
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
    """Look for what stands in the way of a run.

    Args:
        experiment: also build its model and try it out for a few steps, of which nothing is kept.
        host: where the parts come from; by default all installed plugins.
        data_dir: a folder to look for data files in before all others.
        runs_dir: the folder that runs are kept in.
    """
    host = host or PluginHost()
    findings = [
        *examine_versions(),
        *examine_device(),
        *examine_folders(Path(runs_dir), data_dir),
        *examine_data_sets(host, data_dir),
        *examine_plugins(host),
    ]
    model = None
    if experiment is not None:
        found, model = examine_experiment(experiment, host, data_dir)
        findings += found
    return Report(findings=tuple(findings), model=model)

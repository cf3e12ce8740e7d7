"""Runs that a comparison need not train again."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from convlab.comparison.arm import sealed
from convlab.errors import ConvlabError
from convlab.experiment import Experiment, ResolvedExperiment
from convlab.runs.listing import list_runs
from convlab.runs.recorded_run import RecordedRun, open_run
from convlab.system.threads import thread_count
from convlab.version import __version__

_PACKAGES = ("tensorflow", "keras")


class EarlierRuns:
    """The finished and interrupted runs in a folder, by experiment.

    Args:
        runs_dir: the folder; a missing folder contains no runs.
    """

    def __init__(self, runs_dir: str | Path) -> None:
        self._found: dict[str, list[RecordedRun]] = {}
        for listed in list_runs(runs_dir, sort="state"):
            if listed.state in ("finished", "interrupted"):
                try:
                    recorded = open_run(listed.path)
                except ConvlabError:  # it stopped before its first step, or is damaged
                    continue
                self._found.setdefault(sealed(recorded.experiment).to_toml(), []).append(recorded)

    def find(self, experiment: Experiment, resolved: ResolvedExperiment) -> Path | None:
        """Return the folder of a run of an experiment, if any.

        The run must have used the same plugins, and the same versions and number of threads, since these
        determine its results.

        Args:
            experiment: sealed, with every default filled in.
            resolved: its parts.
        """
        plugins = [
            {"kind": part.part.kind.name, "name": part.qualified_name, **part.provider.record()}
            for part in resolved.parts()
        ]
        for recorded in self._found.get(experiment.to_toml(), ()):
            environment = recorded.environment
            is_equal = (
                environment.get("plugins") == plugins
                and environment.get("threads") == thread_count(experiment.train.threads)
                and _same_versions(environment.get("versions"))
            )
            if is_equal:
                return recorded.path
        return None


def _same_versions(recorded: Any) -> bool:
    versions = {"convlab": __version__} | {name: version(name) for name in _PACKAGES}
    return isinstance(recorded, dict) and recorded | versions == recorded

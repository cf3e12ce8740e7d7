"""A run's folder on disk: written by the run, found and opened again later."""

from convlab.runs.environment import describe_environment
from convlab.runs.finding import find_run
from convlab.runs.folder import RunFolder
from convlab.runs.listing import ListedRun, list_runs
from convlab.runs.recorded_plugin import RecordedPlugin
from convlab.runs.recorded_run import RecordedRun, open_run

__all__ = [
    "ListedRun",
    "RecordedPlugin",
    "RecordedRun",
    "RunFolder",
    "describe_environment",
    "find_run",
    "list_runs",
    "open_run",
]

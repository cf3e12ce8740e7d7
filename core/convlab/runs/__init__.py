"""A run's folder on disk: written by the run, found and opened again later."""

from convlab.runs.description import describe_run
from convlab.runs.folder import RunFolder
from convlab.runs.listed_run import ListedRun
from convlab.runs.listing import list_runs
from convlab.runs.lookup import find_run
from convlab.runs.recorded_plugin import RecordedPlugin
from convlab.runs.recorded_run import RecordedRun, open_run

__all__ = [
    "ListedRun",
    "RecordedPlugin",
    "RecordedRun",
    "RunFolder",
    "describe_run",
    "find_run",
    "list_runs",
    "open_run",
]

"""Experiments: their settings, where these come from, and the parts that they name."""

from convlab.experiment.resolution import ResolvedExperiment, part_options, resolve
from convlab.experiment.settings import DataSettings, Experiment, TrainSettings

__all__ = ["DataSettings", "Experiment", "ResolvedExperiment", "TrainSettings", "part_options", "resolve"]

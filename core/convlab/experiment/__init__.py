"""What a run is asked to do: its settings, where they come from and the parts that they name."""

from convlab.experiment.resolution import ResolvedExperiment, part_options, resolve
from convlab.experiment.settings import DataSettings, Experiment, TrainSettings

__all__ = ["DataSettings", "Experiment", "ResolvedExperiment", "TrainSettings", "part_options", "resolve"]

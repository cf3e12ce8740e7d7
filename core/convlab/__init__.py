"""convlab trains, compares and shares image classifiers on TensorFlow and Keras.

Everything one might swap is a plugin: the data set, the architecture, the optimizer, the metric. Importing
this package does not import TensorFlow; training does.
"""

from convlab import data
from convlab.api import prepare, run
from convlab.data_files.archives import read_archive
from convlab.data_files.finding import Found
from convlab.data_source import DataSource
from convlab.descriptors import Architecture, Dataset, Metric, Optimizer
from convlab.errors import (
    ConfigError,
    ConvlabError,
    DataError,
    PluginError,
    RunFolderError,
    TrainingError,
    UnknownNameError,
)
from convlab.experiment import DataSettings, Experiment, TrainSettings
from convlab.finished_run import Run
from convlab.hookspecs import hookimpl
from convlab.host import PluginFailure, PluginHost, ProvidedPart, Provider
from convlab.image_data import ImageData, Split
from convlab.published import Download, Layout, Published

__all__ = [
    "Architecture",
    "ConfigError",
    "ConvlabError",
    "DataError",
    "DataSettings",
    "DataSource",
    "Dataset",
    "Download",
    "Experiment",
    "Found",
    "ImageData",
    "Layout",
    "Metric",
    "Optimizer",
    "PluginError",
    "PluginFailure",
    "PluginHost",
    "ProvidedPart",
    "Provider",
    "Published",
    "Run",
    "RunFolderError",
    "Split",
    "TrainSettings",
    "TrainingError",
    "UnknownNameError",
    "data",
    "hookimpl",
    "prepare",
    "read_archive",
    "run",
]

"""convlab trains, compares and shares image classifiers on TensorFlow and Keras.

Everything one might swap is a plugin: the data set, the architecture, the optimizer, the metric, the
tracker. Importing this package does not import TensorFlow; training does.
"""

from convlab import data, doctor
from convlab.api import prepare, resume, run
from convlab.arrays import arrays
from convlab.checks import CheckReport, CheckResult, check
from convlab.data_files.archives import read_archive
from convlab.data_files.finding import Found
from convlab.data_source import DataSource
from convlab.descriptors import Architecture, Dataset, Metric, Optimizer, Tracker
from convlab.errors import (
    ConfigError,
    ConvlabError,
    DataError,
    DivergedError,
    ExportError,
    PluginError,
    RunFolderError,
    TrainingError,
    TrustError,
    UnknownNameError,
)
from convlab.evaluation import Evaluation, evaluate
from convlab.experiment import DataSettings, Experiment, TrainSettings
from convlab.exporting import Exported, export
from convlab.finished_run import Run
from convlab.hookspecs import hookimpl
from convlab.host import PluginFailure, PluginHost, ProvidedPart, Provider
from convlab.image_data import ImageData, Split
from convlab.image_stream import ImageStream
from convlab.new import NewPackage, create_package
from convlab.pictures import PictureReader
from convlab.prediction import Prediction, Predictions, predict
from convlab.published import Download, Layout, Published
from convlab.runs import ListedRun, RecordedPlugin, RecordedRun, describe_run, find_run, list_runs, open_run
from convlab.stratification import stratified_sample
from convlab.tracked_run import RunTracker, TrackedRun

__all__ = [
    "Architecture",
    "CheckReport",
    "CheckResult",
    "ConfigError",
    "ConvlabError",
    "DataError",
    "DataSettings",
    "DataSource",
    "Dataset",
    "DivergedError",
    "Download",
    "Evaluation",
    "Experiment",
    "ExportError",
    "Exported",
    "Found",
    "ImageData",
    "ImageStream",
    "Layout",
    "ListedRun",
    "Metric",
    "NewPackage",
    "Optimizer",
    "PictureReader",
    "PluginError",
    "PluginFailure",
    "PluginHost",
    "Prediction",
    "Predictions",
    "ProvidedPart",
    "Provider",
    "Published",
    "RecordedPlugin",
    "RecordedRun",
    "Run",
    "RunFolderError",
    "RunTracker",
    "Split",
    "TrackedRun",
    "Tracker",
    "TrainSettings",
    "TrainingError",
    "TrustError",
    "UnknownNameError",
    "arrays",
    "check",
    "create_package",
    "data",
    "describe_run",
    "doctor",
    "evaluate",
    "export",
    "find_run",
    "hookimpl",
    "list_runs",
    "open_run",
    "predict",
    "prepare",
    "read_archive",
    "resume",
    "run",
    "stratified_sample",
]

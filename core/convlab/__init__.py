"""convlab trains, compares and shares image classifiers on TensorFlow and Keras.

Everything one might swap is a plugin: the data set, the architecture, the optimizer, the metric, the
tracker. Importing this package does not import TensorFlow; training does.
"""

from convlab import data
from convlab.api import prepare, resume, run
from convlab.data.arrays import arrays
from convlab.data.files.archives import read_archive
from convlab.data.files.layouts import DatasetFiles
from convlab.data.image_data import ImageData, Split
from convlab.data.image_reader import ImageReader
from convlab.data.image_stream import ImageStream
from convlab.data.sampling import stratified_sample
from convlab.data.source import DataSource
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
from convlab.experiment import DataSettings, Experiment, TrainSettings
from convlab.hookspecs import hookimpl
from convlab.host import PluginFailure, PluginHost, ProvidedPart, Provider
from convlab.inspect import doctor
from convlab.inspect.checks import CheckReport, CheckResult, check
from convlab.parts import Architecture, Dataset, Metric, Optimizer, Tracker
from convlab.parts.manifest import DatasetManifest, Download, Layout
from convlab.runs import ListedRun, RecordedPlugin, RecordedRun, describe_run, find_run, list_runs, open_run
from convlab.runs.result import Run
from convlab.scaffold import NewPackage, create_package
from convlab.training.callbacks.callback import Callback, RunTracker
from convlab.training.callbacks.training_info import TrainingInfo
from convlab.use.evaluation import evaluate
from convlab.use.evaluation_report import Evaluation
from convlab.use.exported import Exported
from convlab.use.exporting import export
from convlab.use.prediction import predict
from convlab.use.prediction_result import Prediction, Predictions

__all__ = [
    "Architecture",
    "Callback",
    "CheckReport",
    "CheckResult",
    "ConfigError",
    "ConvlabError",
    "DataError",
    "DataSettings",
    "DataSource",
    "Dataset",
    "DatasetFiles",
    "DatasetManifest",
    "DivergedError",
    "Download",
    "Evaluation",
    "Experiment",
    "ExportError",
    "Exported",
    "ImageData",
    "ImageReader",
    "ImageStream",
    "Layout",
    "ListedRun",
    "Metric",
    "NewPackage",
    "Optimizer",
    "PluginError",
    "PluginFailure",
    "PluginHost",
    "Prediction",
    "Predictions",
    "ProvidedPart",
    "Provider",
    "RecordedPlugin",
    "RecordedRun",
    "Run",
    "RunFolderError",
    "RunTracker",
    "Split",
    "Tracker",
    "TrainSettings",
    "TrainingError",
    "TrainingInfo",
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

"""The images that a run's model is measured on."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.data.arrays import Data
from convlab.data.classes import choose_classes
from convlab.data.image_data import ImageData
from convlab.data.in_memory import with_arrays
from convlab.data.loading import load_checked
from convlab.data.source import DataSource
from convlab.errors import DataError
from convlab.experiment import part_options
from convlab.host import PluginHost
from convlab.parts import Dataset
from convlab.runs.recorded_run import RecordedRun

if TYPE_CHECKING:
    import keras

_SHOWN = 3


def load_run_data(
    recorded: RecordedRun,
    host: PluginHost,
    *,
    dataset: str | None = None,
    dataset_options: Mapping[str, Any] | None = None,
    data: Data | None = None,
    data_dir: str | Path | None = None,
) -> tuple[str, ImageData]:
    """Load the data set of a run, or another one.

    Args:
        recorded: the run.
        host: has the data set.
        dataset: another data set; by default the run's own, with its options.
        dataset_options: options to set beside these.
        data: the arrays that the run was begun with, where it was.
        data_dir: a folder to look for data files in before all others; by default the run's own.

    Returns:
        The data set's name, and the images.

    Raises:
        ConfigError: an option is unknown or of the wrong type.
        DataError: the data are missing or damaged.
    """
    experiment, arrays = with_arrays(recorded.experiment, data)
    own = dataset in (None, experiment.dataset)
    provided = host.find(Dataset, experiment.dataset if dataset is None else dataset)
    written = {**(experiment.dataset_options if own else {}), **(dataset_options or {})}
    options = part_options(provided, written)
    folder = recorded.data_dir if data_dir is None else data_dir
    source = DataSource.from_environment(folder, arrays=arrays)
    loaded = load_checked(provided, options, source, host.parts(Dataset))
    return provided.canonical_name, choose_classes(loaded, experiment.data) if own else loaded


def check_fit(recorded: RecordedRun, model: "keras.Model", data: ImageData, dataset: str) -> None:
    """See to it that a model takes the images and tells their classes apart.

    Raises:
        DataError: it does not, and why.
    """
    takes, gives = tuple(model.input_shape[1:]), model.output_shape[1]
    of_run = f"the model of {str(recorded.path)!r}"
    if data.input_shape != takes:
        raise DataError(
            f"{dataset} has images of {_shape(data.input_shape)}, but {of_run} takes {_shape(takes)}: "
            "choose a data set of that shape"
        )
    if data.num_classes != gives:
        raise DataError(
            f"{dataset} has {data.num_classes} classes, but {of_run} tells {gives} apart: choose a data set "
            "of those classes"
        )
    names = recorded.class_names
    if names is not None and names != data.class_names:
        raise DataError(
            f"the classes of {dataset} are {_first(data.class_names)}, but {of_run} tells apart "
            f"{_first(names)}: choose a data set of those classes"
        )


def _shape(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))


def _first(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:_SHOWN])) + ("…" if len(names) > _SHOWN else "")

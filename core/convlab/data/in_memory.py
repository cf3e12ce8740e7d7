"""Arrays passed in Python, which replace an experiment's dataset."""

import hashlib

from convlab.data.arrays import Data, as_image_data
from convlab.data.files.checksums import array_digest
from convlab.data.image_data import ImageData
from convlab.data.image_stream import ImageStream
from convlab.errors import ConfigError, DataError
from convlab.experiment import Experiment

# The dataset that represents such arrays in an experiment.
NAME = "arrays"


def with_arrays(experiment: Experiment, data: Data | None) -> tuple[Experiment, ImageData | None]:
    """Return the experiment with the dataset ``arrays`` and the checksum of the data.

    Without data, the experiment is returned unchanged.

    Raises:
        ConfigError: the experiment names another dataset.
        DataError: the arrays are invalid, or do not match the experiment's checksum.
    """
    if data is None:
        return experiment, None
    if experiment.dataset != NAME and "dataset" in experiment.model_fields_set:
        raise ConfigError(
            f"the experiment names the dataset {experiment.dataset!r}, but `data` is given too; remove one "
            "of the two"
        )
    checked = as_image_data(data)
    digest = _digest(checked)
    expected = experiment.dataset_options.get("sha256") if experiment.dataset == NAME else None
    if expected and digest and digest != expected:
        raise DataError(
            "the arrays do not match this experiment's `dataset_options.sha256`; pass the same images and "
            "labels, or remove that checksum"
        )
    options = {"sha256": digest} if digest else {}
    return experiment.model_copy(update={"dataset": NAME, "dataset_options": options}), checked


def _digest(data: ImageData) -> str:
    """Return a checksum of all arrays and names; empty for a stream, which would have to be read for it."""
    if any(isinstance(split.images, ImageStream) for split in data.splits().values()):
        return ""
    digest = hashlib.sha256(repr((data.class_names, data.input_shape)).encode())
    for split in data.splits().values():
        for array in (split.images, split.labels):
            digest.update(array_digest(array).encode())
    return digest.hexdigest()

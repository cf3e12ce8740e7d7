"""Arrays that are handed over in Python take the place of an experiment's data set."""

import hashlib

from convlab.data.arrays import Data, as_image_data
from convlab.data.files.checksums import array_digest
from convlab.data.image_data import ImageData
from convlab.data.image_stream import ImageStream
from convlab.errors import ConfigError, DataError
from convlab.experiment import Experiment

# The data set that stands for them in an experiment.
NAME = "arrays"


def with_arrays(experiment: Experiment, data: Data | None) -> tuple[Experiment, ImageData | None]:
    """Return the experiment with the data set ``arrays`` and the checksum of what was handed over.

    Without data, the experiment comes back as it is.

    Raises:
        ConfigError: the experiment names another data set.
        DataError: the arrays are wrong, or not those that the experiment has the checksum of.
    """
    if data is None:
        return experiment, None
    if experiment.dataset != NAME and "dataset" in experiment.model_fields_set:
        raise ConfigError(
            f"the experiment names the data set {experiment.dataset!r}, and data are handed over too: leave "
            "one of the two out"
        )
    checked = as_image_data(data)
    digest = _digest(checked)
    expected = experiment.dataset_options.get("sha256") if experiment.dataset == NAME else None
    if expected and digest and digest != expected:
        raise DataError(
            "the arrays are not those of this experiment, whose dataset_options.sha256 differs: hand over "
            "the same images and labels, or leave that checksum out"
        )
    options = {"sha256": digest} if digest else {}
    return experiment.model_copy(update={"dataset": NAME, "dataset_options": options}), checked


def _digest(data: ImageData) -> str:
    """Return a checksum of all arrays and names; none for a stream, which would have to be read for it."""
    if any(isinstance(split.images, ImageStream) for split in data.splits().values()):
        return ""
    digest = hashlib.sha256(repr((data.class_names, data.input_shape)).encode())
    for split in data.splits().values():
        for array in (split.images, split.labels):
            digest.update(array_digest(array).encode())
    return digest.hexdigest()

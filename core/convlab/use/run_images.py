"""The images of a run's splits, among those that its dataset has today."""

import logging

import numpy as np

from convlab.data.image_data import ImageData
from convlab.data.split import Subset
from convlab.data.used_images import SplitName, UsedImages
from convlab.errors import ConfigError, DataError
from convlab.runs.recorded_images import RecordedImages, recorded_images
from convlab.runs.recorded_run import RecordedRun

logger = logging.getLogger("convlab")


def images_of_run(run: RecordedRun, data: ImageData, use: SplitName, *, elsewhere: bool = False) -> Subset:
    """Return the images of a run's split, and warn if they are not exactly those that the run recorded.

    Args:
        run: the run.
        data: the run's dataset, or another one.
        use: which split.
        elsewhere: whether it is another dataset, or was loaded from another place than the run's. It may then
            consist of other images, which are all returned.

    Raises:
        ConfigError: the validation set of the run is unknown.
        DataError: none of the images exist.
    """
    images = _used_images(run, data, use)
    recorded = recorded_images(run.path)
    if recorded is None:
        if use == "validation" and images.source[use] == "train":
            raise ConfigError(
                f"{str(run.path)!r} has no data.json, so its validation set is unknown; use the test set"
            )
        if data.files is not None:
            logger.warning(
                "%r has no data.json, so some of the images may have been trained on", str(run.path)
            )
        return images.subset(use)
    records = {use: recorded.splits[use]} if use in recorded.splits else {}
    same = images.as_recorded(records)
    differences = same.differences(records)
    if differences and elsewhere:
        warn_if_trained_on(recorded, images, use)
        return images.subset(use)
    if not len(same.indices[use]):
        raise DataError(f"{'; '.join(differences)}; point `data_dir` at the original data")
    for difference in differences:
        logger.warning("%s; the results are not those of the run's images", difference)
    return same.subset(use)


def warn_if_trained_on(recorded: RecordedImages, images: UsedImages, use: SplitName = "test") -> None:
    """Warn if images to evaluate have the content of files that a run was trained on."""
    trained = recorded.splits["train"].files if "train" in recorded.splits else None
    files = images.record(use).files
    if trained and files and (count := len(set(trained.values()) & set(files.values()))):
        logger.warning("the run was trained on %d of the %d images", count, len(files))


def all_test_images(data: ImageData) -> UsedImages:
    """Return the test set of a dataset."""
    return UsedImages(data=data, source={"test": "test"}, indices={"test": np.arange(len(data.test.labels))})


def _used_images(run: RecordedRun, data: ImageData, use: SplitName) -> UsedImages:
    if use == "test":
        return all_test_images(data)
    return UsedImages.of(data, run.experiment.data, run.experiment.train.seed)

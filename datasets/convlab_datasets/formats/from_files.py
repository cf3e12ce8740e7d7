"""Images that were read from files, checked so that a fault names where they came from."""

from collections.abc import Sequence
from pathlib import Path

from convlab import DataError, ImageData, Split


def image_data_from(place: Path, train: Split, test: Split, class_names: Sequence[str]) -> ImageData:
    """Return the two splits as an ``ImageData``.

    Args:
        place: the folder or file that they were read from.
        train: the train split.
        test: the test split.
        class_names: one name a class.

    Raises:
        DataError: they do not fit one another; the message names the place and the split.
    """
    try:
        return ImageData(train=train, test=test, class_names=class_names)
    except DataError as error:
        raise DataError(f"{place} does not hold this data set ({error}): get its files again") from error

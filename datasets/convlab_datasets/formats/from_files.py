"""Images read from files; errors name where they came from."""

from collections.abc import Sequence
from pathlib import Path

from convlab import DataError, ImageData, Split


def image_data_from(place: Path, train: Split, test: Split, class_names: Sequence[str]) -> ImageData:
    """Return two splits as an ``ImageData``.

    Args:
        place: the folder or file that they were read from.
        train: the training set.
        test: the test set.
        class_names: one name per class.

    Raises:
        DataError: the arrays are inconsistent; the message names the place and the split.
    """
    try:
        return ImageData(train=train, test=test, class_names=class_names)
    except DataError as error:
        raise DataError(f"{place} does not contain this dataset ({error}); get its files again") from error

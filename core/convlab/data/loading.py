"""Loading a dataset; damaged data is refused."""

import logging
from collections.abc import Iterable
from typing import Any

from convlab.data.comparison import Comparison, compare, known_checksums
from convlab.data.files.layouts import DatasetFiles
from convlab.data.image_data import ImageData
from convlab.data.source import DataSource
from convlab.errors import DataError, PluginError
from convlab.host import ProvidedPart
from convlab.host.provider import build_part
from convlab.parts import Dataset

ProvidedDataset = ProvidedPart[Dataset]
logger = logging.getLogger("convlab")


def load_checked(
    provided: ProvidedDataset, options: Any, source: DataSource, others: Iterable[ProvidedDataset]
) -> ImageData:
    """Load a dataset for training, with a warning if it is a variant of the published one.

    Args:
        provided: the dataset.
        options: an instance of its options class; ``None`` if it has no options.
        source: the folders to search.
        others: all datasets, to recognize files that belong to another one.

    Raises:
        DataError: the data are missing or damaged.
        PluginError: the dataset returns something else.
    """
    data = load_unchecked(provided, options, source)
    comparison = compare_loaded(provided, options, data, source, others)
    if comparison.state == "damaged":
        raise DataError(f"{provided}: {comparison.message}")
    if comparison.state == "different":
        assert provided.part.manifest is not None
        warn_about_variant(source.find(provided.part.manifest), provided.part.name, comparison.message)
    return data


def load_unchecked(provided: ProvidedDataset, options: Any, source: DataSource) -> ImageData:
    """Load a dataset without comparing it with the published one.

    Raises:
        DataError: the data are missing or damaged, or loading them failed.
        PluginError: the dataset returns something else.
    """
    try:
        data: object = build_part(provided, source, options)
    except PluginError as error:  # what a loader raises on unexpected files is rarely a DataError
        raise DataError(str(error)) from error
    if not isinstance(data, ImageData):
        raise PluginError(f"{provided} must load ImageData, got {type(data).__name__}")
    return data


def compare_loaded(
    provided: ProvidedDataset,
    options: Any,
    data: ImageData,
    source: DataSource,
    others: Iterable[ProvidedDataset],
) -> Comparison:
    """Compare loaded data with the published dataset."""
    manifest = provided.part.manifest
    if manifest is None:
        return Comparison(state="unknown")
    return compare(
        data,
        manifest,
        source.find(manifest),
        known_checksums(other.part.manifest for other in others),
        arrays=options is None or options == type(options)(),
    )


def warn_about_variant(files: DatasetFiles | None, name: str, difference: str) -> None:
    """Log that data differ from the published dataset."""
    location = f" in {files.place}" if files else ""
    logger.warning("%s%s is a variant of the published dataset: %s", name, location, difference)

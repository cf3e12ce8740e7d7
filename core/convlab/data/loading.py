"""Loading of a data set, which lets nothing through that is damaged."""

import logging
from collections.abc import Iterable
from typing import Any

from convlab.data.comparison import Comparison, compare, known_content
from convlab.data.files.layouts import Found
from convlab.data.image_data import ImageData
from convlab.data.source import DataSource
from convlab.errors import ConvlabError, DataError, PluginError
from convlab.host import ProvidedPart
from convlab.parts import Dataset

Provided = ProvidedPart[Dataset]
logger = logging.getLogger("convlab")


def load_checked(
    provided: Provided, options: Any, source: DataSource, others: Iterable[Provided]
) -> ImageData:
    """Load a data set for training.

    A variant of the published data is told in one line through the logger ``convlab``.

    Args:
        provided: the data set.
        options: its options, of its own class; ``None`` where it has none.
        source: the folders to look in.
        others: all data sets, whose data are refused where this one's should be.

    Raises:
        DataError: the data are missing or damaged.
        PluginError: the data set returns something else.
    """
    data = load_unchecked(provided, options, source)
    compared = compare_loaded(provided, options, data, source, others)
    if compared.state == "damaged":
        raise DataError(f"{provided}: {compared.message}")
    if compared.state == "different":
        assert provided.part.manifest is not None
        warn_of_variant(source.find(provided.part.manifest), provided.part.name, compared.message)
    return data


def load_unchecked(provided: Provided, options: Any, source: DataSource) -> ImageData:
    """Load a data set as it lies there; whatever goes wrong becomes one sentence that names it."""
    try:
        data: object = provided.part.load(source, options)
    except ConvlabError as error:
        raise type(error)(f"{provided}: {error}") from error
    except (Exception, SystemExit) as error:
        raise DataError(f"{provided} failed: {type(error).__name__}: {error}") from error
    if not isinstance(data, ImageData):
        raise PluginError(f"{provided} loads {type(data).__name__}, but must return ImageData")
    return data


def compare_loaded(
    provided: Provided, options: Any, data: ImageData, source: DataSource, others: Iterable[Provided]
) -> Comparison:
    """Compare what was loaded with what its data set publishes."""
    published = provided.part.manifest
    if published is None:
        return Comparison(state="unknown")
    return compare(
        data,
        published,
        source.find(published),
        known_content(other.part.manifest for other in others),
        arrays=options is None or options == type(options)(),
    )


def warn_of_variant(found: Found | None, name: str, difference: str) -> None:
    """Say in one line that a data set is not quite the published one."""
    place = f" in {found.place}" if found else ""
    logger.warning("warning: %s%s is not the published data set but a variant: %s", name, place, difference)

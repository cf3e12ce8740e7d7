"""``convlab data verify``: whether the data on this machine are the published ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from convlab.data.comparison import compare, images_per_class, known_content
from convlab.data.files.checksums import array_digests
from convlab.data.files.layouts import Found
from convlab.data.image_data import ImageData
from convlab.data.loading import Provided, load_unchecked
from convlab.data.source import DataSource
from convlab.errors import DataError
from convlab.experiment import part_options
from convlab.host import PluginHost
from convlab.parts import Dataset


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What came of the check of a data set.

    Attributes:
        name: the data set's.
        state: ``published`` (the same bytes), ``different`` (a variant: it can be trained on), ``unknown``
            (whole, but no checksum is known), ``damaged`` or ``missing``.
        message: what is wrong and what to do, in one sentence; empty where nothing is.
        place: the folder or file that it was found in; ``None`` where there is none.
        input_shape: height, width and channels; ``None`` where it cannot be read, the following empty.
        class_names: one name a class.
        train_per_class: how many train images each class has.
        test_per_class: the same of the test split.
        sha256: of the four arrays, by name, as ``DatasetManifest.sha256`` has them.
    """

    name: str
    state: Literal["published", "different", "unknown", "damaged", "missing"]
    message: str = ""
    place: Path | None = None
    input_shape: tuple[int, int, int] | None = None
    class_names: tuple[str, ...] = ()
    train_per_class: tuple[int, ...] = ()
    test_per_class: tuple[int, ...] = ()
    sha256: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def is_whole(self) -> bool:
        """Whether a run would train on it."""
        return self.state not in ("damaged", "missing")


def verify(
    name: str,
    *,
    options: Mapping[str, Any] | None = None,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
) -> Verification:
    """Read a data set and compare it with what is published; downloads nothing.

    Args:
        name: the data set, by its bare or qualified name.
        options: of the data set's own, by name.
        host: where it comes from; by default all installed plugins.
        data_dir: a folder to look in before all others.

    Raises:
        ConfigError: a named folder does not exist, or an option is unknown or of the wrong type.
        UnknownNameError: no plugin has the data set.
    """
    host = host or PluginHost()
    provided = host.find(Dataset, name)
    return verify_in(DataSource.from_environment(data_dir), provided, host, options)


def verify_in(
    source: DataSource, provided: Provided, host: PluginHost, options: Mapping[str, Any] | None = None
) -> Verification:
    """Do what ``verify`` does, in the folders of ``source``."""
    name, published = provided.canonical_name, provided.part.manifest
    found = None
    try:
        if published is not None and published.layouts:
            found = source.find(published)
            if found is None:
                return Verification(name=name, state="missing", message=source.nowhere(published))
        data = load_unchecked(provided, part_options(provided, dict(options or {})), source)
    except DataError as error:
        return Verification(
            name=name, state="damaged", message=str(error), place=found.place if found else None
        )
    return _verified(provided, data, found, host)


def _verified(provided: Provided, data: ImageData, found: Found | None, host: PluginHost) -> Verification:
    published = provided.part.manifest
    others = known_content(other.part.manifest for other in host.parts(Dataset))
    compared = compare(data, published, found, others) if published is not None else None
    return Verification(
        name=provided.canonical_name,
        state=compared.state if compared else "unknown",
        message=compared.message if compared else "",
        place=found.place if found else None,
        input_shape=data.input_shape,
        class_names=data.class_names,
        train_per_class=images_per_class(data, "train"),
        test_per_class=images_per_class(data, "test"),
        sha256=array_digests(data),
    )

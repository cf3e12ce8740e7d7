"""``convlab data verify``: whether the data on this machine match the published dataset."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from convlab.data.comparison import compare, images_per_class, known_checksums
from convlab.data.files.checksums import array_digests
from convlab.data.files.layouts import DatasetFiles
from convlab.data.image_data import ImageData
from convlab.data.loading import ProvidedDataset, load_unchecked
from convlab.data.source import DataSource
from convlab.errors import DataError
from convlab.experiment import part_options
from convlab.host import PluginHost
from convlab.parts import Dataset


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The result of checking a dataset.

    Attributes:
        name: the dataset's qualified name.
        state: ``published`` (byte for byte), ``different`` (a variant, which can be trained on), ``unknown``
            (readable, but no checksum is known), ``damaged`` or ``missing``.
        message: what is wrong and what to do, in one sentence; empty if nothing is wrong.
        place: the folder or file it was found in, if any.
        input_shape: height, width and channels; ``None``, and the rest empty, if the data cannot be read.
        class_names: one name per class.
        train_per_class: the number of training images per class.
        test_per_class: the number of test images per class.
        validation_per_class: the number of validation images per class, if the dataset has its own.
        left_out: the files that are not used, by the reason, if each image has its own file.
        sha256: digests of the four arrays, by the names used in ``DatasetManifest.sha256``.
    """

    name: str
    state: Literal["published", "different", "unknown", "damaged", "missing"]
    message: str = ""
    place: Path | None = None
    input_shape: tuple[int, int, int] | None = None
    class_names: tuple[str, ...] = ()
    train_per_class: tuple[int, ...] = ()
    test_per_class: tuple[int, ...] = ()
    validation_per_class: tuple[int, ...] = ()
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
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
    """Read a dataset and compare it with the published one; downloads nothing.

    Args:
        name: the dataset's bare or qualified name.
        options: the dataset's own options, by name.
        host: provides the dataset; by default all installed plugins.
        data_dir: a folder to search before all others.

    Raises:
        ConfigError: a configured folder does not exist, or an option is unknown or has the wrong type.
        UnknownNameError: no plugin has the dataset.
    """
    host = host or PluginHost()
    provided = host.find(Dataset, name)
    return verify_in(DataSource.from_environment(data_dir), provided, host, options)


def verify_in(
    source: DataSource, provided: ProvidedDataset, host: PluginHost, options: Mapping[str, Any] | None = None
) -> Verification:
    """Verify a dataset in the folders of ``source``."""
    name, manifest = provided.canonical_name, provided.part.manifest
    files = None
    try:
        if manifest is not None and manifest.layouts:
            files = source.find(manifest)
            if files is None:
                return Verification(name=name, state="missing", message=source.not_found_message(manifest))
        data = load_unchecked(provided, part_options(provided, dict(options or {})), source)
    except DataError as error:
        return Verification(
            name=name,
            state="damaged",
            message=str(error),
            place=files.place if files else None,
            left_out=getattr(error, "left_out", {}),  # a class of a plugin may have its own constructor
        )
    return _compare(provided, data, files, host)


def _compare(
    provided: ProvidedDataset, data: ImageData, files: DatasetFiles | None, host: PluginHost
) -> Verification:
    manifest = provided.part.manifest
    known = known_checksums(other.part.manifest for other in host.parts(Dataset))
    comparison = compare(data, manifest, files, known) if manifest is not None else None
    return Verification(
        name=provided.canonical_name,
        state=comparison.state if comparison else "unknown",
        message=comparison.message if comparison else "",
        place=files.place if files else None,
        input_shape=data.input_shape,
        class_names=data.class_names,
        train_per_class=images_per_class(data, "train"),
        test_per_class=images_per_class(data, "test"),
        validation_per_class=images_per_class(data, "validation") if data.validation else (),
        left_out=data.files.left_out if data.files else {},
        sha256=array_digests(data),
    )

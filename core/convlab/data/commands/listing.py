"""``convlab data list``: the available datasets, and which of them are on this machine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rich import filesize

from convlab.data.files.layouts import find_files
from convlab.data.loading import ProvidedDataset
from convlab.data.source import DataSource
from convlab.host import PluginHost
from convlab.parts import Dataset


@dataclass(frozen=True, kw_only=True)
class DatasetStatus:
    """A dataset's location, and what its plugin declares about it.

    Attributes:
        name: the shortest unambiguous name.
        summary: a one-line description.
        state: ``here``, ``incomplete``, ``missing``, ``included`` (it needs no files) or ``undeclared`` (only
            its plugin knows where to find it).
        place: the folder or file it was found in, if any.
        missing_files: the missing files of an incomplete dataset.
        train: the number of training images; this and the next three are ``None`` if undeclared.
        test: the number of test images.
        classes: the number of classes.
        input_shape: height, width and channels.
        download: bytes to download if it is missing; 0 if it cannot be downloaded.
        origin: the plugin's description of the location of an undeclared dataset.
    """

    name: str
    summary: str
    state: Literal["here", "incomplete", "missing", "included", "undeclared"]
    place: Path | None = None
    missing_files: tuple[str, ...] = ()
    train: int | None = None
    test: int | None = None
    classes: int | None = None
    input_shape: tuple[int, int, int] | None = None
    download: int = 0
    origin: str = ""

    @property
    def where(self) -> str:
        """A description of its location."""
        if self.state == "here":
            return str(self.place)
        if self.state == "incomplete":
            return f"{self.place} (incomplete: {', '.join(self.missing_files)} missing)"
        if self.state == "missing":
            return f"not downloaded ({filesize.decimal(self.download)})" if self.download else "not found"
        return "no files needed" if self.state == "included" else self.origin


def list_datasets(
    *, host: PluginHost | None = None, data_dir: str | Path | None = None
) -> list[DatasetStatus]:
    """Return every dataset and its location; reads no images.

    Args:
        host: provides the datasets; by default all installed plugins.
        data_dir: a folder to search before all others.

    Raises:
        ConfigError: a configured folder does not exist.
    """
    host = host or PluginHost()
    source = DataSource.from_environment(data_dir)
    return [_status(provided, host, source) for provided in host.parts(Dataset)]


def _status(provided: ProvidedDataset, host: PluginHost, source: DataSource) -> DatasetStatus:
    manifest = provided.part.manifest
    declared: dict[str, Any] = {"name": _shortest_name(provided, host), "summary": provided.part.summary}
    if manifest is None:
        return DatasetStatus(**declared, state="undeclared", origin=provided.part.where)
    declared |= {
        "train": sum(manifest.train_per_class),
        "test": sum(manifest.test_per_class),
        "classes": manifest.num_classes,
        "input_shape": manifest.input_shape,
    }
    if not manifest.layouts:
        return DatasetStatus(**declared, state="included")
    files = find_files(manifest, source.places(manifest.name, *manifest.subfolders))
    if files is None:
        return DatasetStatus(**declared, state="missing", download=manifest.download_size)
    state: Literal["here", "incomplete"] = "incomplete" if files.missing else "here"
    return DatasetStatus(**declared, state=state, place=files.place, missing_files=files.missing)


def _shortest_name(provided: ProvidedDataset, host: PluginHost) -> str:
    namesakes = [other for other in host.parts(Dataset) if other.part.name == provided.part.name]
    return provided.part.name if namesakes == [provided] else provided.canonical_name

"""``convlab data list``: which data sets there are, and which are on this machine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from convlab.data.files.layouts import find
from convlab.data.files.progress import in_megabytes
from convlab.data.loading import Provided
from convlab.data.source import DataSource
from convlab.host import PluginHost
from convlab.parts import Dataset


@dataclass(frozen=True, kw_only=True)
class DatasetStatus:
    """Where a data set is, and what its plugin declares of it.

    Attributes:
        name: the shortest name that means it.
        summary: what it is.
        state: ``here``, ``incomplete``, ``missing``, ``included`` (it needs no files) or ``undeclared`` (only
            its plugin knows where it looks).
        place: the folder or file that it was found in; ``None`` elsewhere.
        lacks: the files that an incomplete one lacks.
        train: the number of train images; ``None`` where its plugin does not declare it, as are the next.
        test: the number of test images.
        classes: the number of classes.
        input_shape: height, width and channels.
        download: the bytes to download where it is missing; 0 where it cannot be downloaded.
        origin: what the plugin of an undeclared one says of where it lies.
    """

    name: str
    summary: str
    state: Literal["here", "incomplete", "missing", "included", "undeclared"]
    place: Path | None = None
    lacks: tuple[str, ...] = ()
    train: int | None = None
    test: int | None = None
    classes: int | None = None
    input_shape: tuple[int, int, int] | None = None
    download: int = 0
    origin: str = ""

    @property
    def where(self) -> str:
        """Where it is, in words."""
        if self.state == "here":
            return str(self.place)
        if self.state == "incomplete":
            return f"incomplete in {self.place}: lacks {', '.join(self.lacks)}"
        if self.state == "missing":
            return f"not here: {in_megabytes(self.download)} to download" if self.download else "not here"
        return "needs no files" if self.state == "included" else self.origin


def list_datasets(
    *, host: PluginHost | None = None, data_dir: str | Path | None = None
) -> list[DatasetStatus]:
    """Return every data set and where it is; reads no images.

    Args:
        host: where the data sets come from; by default all installed plugins.
        data_dir: a folder to look in before all others.

    Raises:
        ConfigError: a named folder does not exist.
    """
    host = host or PluginHost()
    source = DataSource.from_environment(data_dir)
    return [_status(provided, host, source) for provided in host.parts(Dataset)]


def _status(provided: Provided, host: PluginHost, source: DataSource) -> DatasetStatus:
    published = provided.part.manifest
    known: dict[str, Any] = {"name": _shortest(provided, host), "summary": provided.part.summary}
    if published is None:
        return DatasetStatus(**known, state="undeclared", origin=provided.part.where)
    known |= {
        "train": sum(published.train_per_class),
        "test": sum(published.test_per_class),
        "classes": published.num_classes,
        "input_shape": published.input_shape,
    }
    if not published.layouts:
        return DatasetStatus(**known, state="included")
    found = find(published, source.places(published.name, *published.subfolders))
    if found is None:
        return DatasetStatus(**known, state="missing", download=published.download_size)
    state: Literal["here", "incomplete"] = "incomplete" if found.missing else "here"
    return DatasetStatus(**known, state=state, place=found.place, lacks=found.missing)


def _shortest(provided: Provided, host: PluginHost) -> str:
    namesakes = [other for other in host.parts(Dataset) if other.part.name == provided.part.name]
    return provided.part.name if namesakes == [provided] else provided.canonical_name

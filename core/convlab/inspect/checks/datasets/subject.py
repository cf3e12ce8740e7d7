"""A data set that is checked, and what it loads."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

from convlab.data.image_data import ImageData
from convlab.data.source import DataSource
from convlab.errors import ConvlabError
from convlab.inspect.checks.outcome import NotApplicableError
from convlab.inspect.checks.registry import SubjectKind
from convlab.inspect.checks.subject import PartSubject


class NetworkIsOffError(OSError):
    """What a data set gets that asks for a network while it is checked."""


@dataclass(kw_only=True, eq=False)
class DatasetSubject(PartSubject):
    """A data set, with its default options and the files that this machine has."""

    kind: ClassVar[SubjectKind] = "dataset"

    def load(self) -> Any:
        """Load it anew, from the folders that a run looks in and without a network."""
        return self._load(DataSource.from_environment(self.data_dir))

    def load_from_nowhere(self) -> Any:
        """Load it as on a machine that has no files and no network."""
        with tempfile.TemporaryDirectory() as folder, redirect_stderr(StringIO()):  # "downloading …"
            return self._load(DataSource(folders=(Path(folder),)))

    @cached_property
    def data(self) -> ImageData:
        """What it loads.

        Raises:
            NotApplicableError: its files are not on this machine, or it loads something else.
        """
        self.require_files()
        data = self.load()
        if not isinstance(data, ImageData):
            raise NotApplicableError("says nothing while loads_image_data fails")
        return data

    def require_files(self) -> None:
        """Raise ``NotApplicableError`` if a data set that declares its files has none here."""
        published = self.part.manifest
        if published is None or not published.layouts:
            return
        try:
            found = DataSource.from_environment(self.data_dir).find(published)
        except ConvlabError as error:  # some of them are there
            raise NotApplicableError(str(error)) from error
        if found is None:
            name = self.part.name
            raise NotApplicableError(
                f"no files of {name} are on this machine: 'convlab data fetch {name}', or --data-dir"
            )

    def _load(self, source: DataSource) -> Any:
        with without_network():
            return self.part.load(source, self.options())


@contextmanager
def without_network() -> Iterator[None]:
    """Refuse every connection of this process, at once."""
    from unittest import mock  # which takes as long to import as all of convlab's checks

    def refused(*_: Any, **__: Any) -> Any:
        raise NetworkIsOffError("the network is off while a data set is checked")

    with (
        mock.patch("socket.socket.connect", refused),
        mock.patch("socket.getaddrinfo", refused),
        mock.patch("convlab.data.files.download.SECONDS_BETWEEN_ROUNDS", 0.0),  # nothing comes of waiting
    ):
        yield

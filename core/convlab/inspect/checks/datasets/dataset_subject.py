"""A dataset under check, and what it loads."""

import tempfile
from contextlib import redirect_stderr
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

from convlab.data.files import download
from convlab.data.image_data import ImageData
from convlab.data.source import DataSource
from convlab.errors import ConvlabError
from convlab.inspect.checks.outcome import NotApplicableError
from convlab.inspect.checks.subject import PartSubject

SPLIT_NAMES = {"train": "training", "test": "test", "validation": "validation"}
"""The adjective for the images and labels of each split, for messages."""


@dataclass(kw_only=True, eq=False)
class DatasetSubject(PartSubject):
    """A dataset, with its default options and the files on this machine."""

    def load(self) -> Any:
        """Load it again, from the folders that a run searches and without network access."""
        return self._load(DataSource.from_environment(self.data_dir))

    def load_without_files(self) -> Any:
        """Load it as on a machine with neither files nor network access."""
        with tempfile.TemporaryDirectory() as folder, redirect_stderr(StringIO()):  # "downloading …"
            return self._load(DataSource(folders=(Path(folder),)))

    @cached_property
    def data(self) -> ImageData:
        """The loaded images and labels.

        Raises:
            NotApplicableError: its files are not on this machine, or it does not return ``ImageData``.
        """
        self.require_files()
        data = self.load()
        if not isinstance(data, ImageData):
            raise NotApplicableError("requires loads_image_data, which failed")
        return data

    def require_files(self) -> None:
        """Raise ``NotApplicableError`` if the dataset declares files that are not on this machine."""
        manifest = self.part.manifest
        if manifest is None or not manifest.layouts:
            return
        try:
            found = DataSource.from_environment(self.data_dir).find(manifest)
        except ConvlabError as error:  # only some of the files were found
            raise NotApplicableError(str(error)) from error
        if found is None:
            name = self.part.name
            raise NotApplicableError(
                f"the files of {name} are not on this machine; run 'convlab data fetch {name}' or set "
                "`data_dir`"
            )

    def _load(self, source: DataSource) -> Any:
        before = download.SECONDS_BETWEEN_ROUNDS
        download.SECONDS_BETWEEN_ROUNDS = 0.0  # there is no network, so that retries cannot succeed
        try:
            return self.part.load(source, self.options())
        finally:
            download.SECONDS_BETWEEN_ROUNDS = before

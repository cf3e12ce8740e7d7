"""Where a dataset's files may lie on this machine."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from convlab.data.files.layouts import Found, find
from convlab.data.image_data import ImageData
from convlab.errors import ConfigError, DataError
from convlab.parts.manifest import DatasetManifest


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """The folders in which a dataset looks for its files, in the order of preference.

    Attributes:
        folders: ``--data-dir``, each folder of ``CONVLAB_DATA_DIR``, then the Keras cache.
        arrays: the data that were handed over in Python instead.
    """

    folders: tuple[Path, ...]
    arrays: ImageData | None = None

    @classmethod
    def from_environment(cls, data_dir: str | Path | None = None, *, arrays: ImageData | None = None) -> Self:
        """Return the folders that a run on this machine looks in.

        Args:
            data_dir: a folder that goes before all others.
            arrays: the data that were handed over in Python.

        Raises:
            ConfigError: a named folder does not exist.
        """
        named = [] if data_dir is None else [("--data-dir", str(data_dir))]
        listed = os.environ.get("CONVLAB_DATA_DIR", "").split(os.pathsep)
        named += [("CONVLAB_DATA_DIR", folder) for folder in listed if folder]
        for origin, folder in named:
            # An empty name, as of a shell variable that is not set, would mean the working folder.
            if not folder or not Path(folder).expanduser().is_dir():
                raise ConfigError(f"{origin} names {folder!r}, which is not a folder: create or correct it")
        keras_home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
        folders = (*(Path(folder) for _, folder in named), keras_home / "datasets")
        return cls(folders=tuple(folder.expanduser() for folder in folders), arrays=arrays)

    def places(self, *names: str) -> Iterator[Path]:
        """Yield each existing folder in which the files of a dataset may lie, first hit first.

        Args:
            names: the names of subfolders to look in, before the folder itself.
        """
        for folder in self.folders:
            for place in (*(folder / name for name in names), folder):
                if place.is_dir():
                    yield place

    def find(self, published: DatasetManifest) -> Found | None:
        """Return the first layout of a data set that lies in a folder, or ``None``.

        Args:
            published: what the data set declares.

        Raises:
            DataError: some of its files are there, but not all.
        """
        found = self._find(published)
        if found is not None:
            found.check_complete()
        return found

    def obtain(self, published: DatasetManifest) -> Found:
        """Return the files of a data set; where no folder has them, download them into the Keras cache.

        Args:
            published: what the data set declares.

        Raises:
            DataError: some files are missing, or none are there and they cannot be downloaded; says where
                was looked and what to do.
        """
        found = self._find(published)
        # What is incomplete in the cache is a download that broke off, or one under way.
        to_complete = found is None or found.folder.is_relative_to(self.folders[-1])
        if published.downloads and to_complete and (found is None or found.missing):
            self._download(published)
            found = self._find(published)
        if found is None:
            raise DataError(self.nowhere(published))
        found.check_complete()
        return found

    def _find(self, published: DatasetManifest) -> Found | None:
        return find(published, self.places(published.name, *published.subfolders))

    def _download(self, published: DatasetManifest) -> None:
        from convlab.data.files.fetching import fetch_into

        try:
            fetch_into(self.folders[-1], published)
        except DataError as error:
            raise DataError(self.nowhere(published, f", and {error}")) from error

    def nowhere(self, published: DatasetManifest, and_then: str = "") -> str:
        """Return the sentence that says that no folder has a data set, and what to do."""
        looked = ", ".join(map(str, self.folders))
        return (
            f"no files of {published.name} in {looked}{and_then}: put {published.wanted} into a folder, or "
            f"its subfolder {published.name}/, and name it with --data-dir, or take them from another place "
            f"with 'convlab data import {published.name} PATH'"
        )

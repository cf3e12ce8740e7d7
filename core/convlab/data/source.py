"""The folders on this machine that may contain a dataset's files."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from convlab.data.files.layouts import DatasetFiles, find_files
from convlab.data.image_data import ImageData
from convlab.errors import ConfigError, DataError
from convlab.parts.manifest import DatasetManifest


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """The folders that a dataset searches for its files, in order of precedence.

    Attributes:
        folders: ``data_dir``, each folder in ``CONVLAB_DATA_DIR``, then the Keras cache.
        arrays: data passed in Python instead.
        for_evaluation: whether the dataset is only evaluated. A dataset that would take a test set from its
            labeled images then returns all of them as the test set.
    """

    folders: tuple[Path, ...]
    arrays: ImageData | None = None
    for_evaluation: bool = False

    @classmethod
    def from_environment(cls, data_dir: str | Path | None = None, *, arrays: ImageData | None = None) -> Self:
        """Return the folders that a run on this machine searches.

        Args:
            data_dir: a folder to search before all others.
            arrays: data passed in Python.

        Raises:
            ConfigError: a configured folder does not exist.
        """
        configured = [] if data_dir is None else [("`data_dir`", str(data_dir))]
        listed = os.environ.get("CONVLAB_DATA_DIR", "").split(os.pathsep)
        configured += [("CONVLAB_DATA_DIR", folder) for folder in listed if folder]
        for setting, folder in configured:
            # An empty name, as of an unset shell variable, would mean the working directory.
            if not folder or not Path(folder).expanduser().is_dir():
                raise ConfigError(f"{setting}: {folder!r} is not a directory; create it or correct the path")
        keras_home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
        folders = (*(Path(folder) for _, folder in configured), keras_home / "datasets")
        return cls(folders=tuple(folder.expanduser() for folder in folders), arrays=arrays)

    def places(self, *names: str) -> Iterator[Path]:
        """Yield each existing folder to search, highest precedence first.

        Args:
            names: subfolders to search before each folder itself.
        """
        for folder in self.folders:
            for place in (*(folder / name for name in names), folder):
                if place.is_dir():
                    yield place

    def find(self, manifest: DatasetManifest) -> DatasetFiles | None:
        """Return the first layout of a dataset found in a folder, or ``None``.

        Args:
            manifest: the dataset's manifest.

        Raises:
            DataError: only some of its files are present.
        """
        files = self._find(manifest)
        if files is not None:
            files.check_complete()
        return files

    def obtain(self, manifest: DatasetManifest) -> DatasetFiles:
        """Return a dataset's files, downloading them into the Keras cache if no folder has them.

        Args:
            manifest: the dataset's manifest.

        Raises:
            DataError: some files are missing, or all are and cannot be downloaded; the message lists the
                searched folders and says what to do.
        """
        files = self._find(manifest)
        # An incomplete dataset in the cache is a download that was interrupted or is in progress.
        in_cache = files is None or files.folder.is_relative_to(self.folders[-1])
        if manifest.downloads and in_cache and (files is None or files.missing):
            self.download(manifest, self.folders[-1])
            files = self._find(manifest)
        if files is None:
            raise DataError(self.not_found_message(manifest))
        files.check_complete()
        return files

    def download(self, manifest: DatasetManifest, target: Path) -> None:
        """Download a dataset that none of the folders has.

        Args:
            manifest: the dataset's manifest.
            target: the data folder to put it in; created if needed.

        Raises:
            DataError: it cannot be downloaded; the message lists the searched folders and says what to do.
        """
        from convlab.data.files.fetching import fetch_into

        if not manifest.downloads:
            raise DataError(self.not_found_message(manifest))
        try:
            fetch_into(target, manifest)
        except DataError as error:
            raise DataError(self.not_found_message(manifest, f", and {error}")) from error

    def not_found_message(self, manifest: DatasetManifest, details: str = "") -> str:
        """Return the error message for a dataset that no folder has, with what to do about it."""
        folders = ", ".join(map(str, self.folders))
        return (
            f"no {manifest.name} files in {folders}{details}; put {manifest.wanted} into a folder (or its "
            f"subfolder {manifest.name}/) and set `data_dir` to it, or run 'convlab data import "
            f"{manifest.name} PATH'"
        )

    def _find(self, manifest: DatasetManifest) -> DatasetFiles | None:
        return find_files(manifest, self.places(manifest.name, *manifest.subfolders))

"""Where a dataset's files may lie on this machine."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from convlab.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """The folders in which a dataset looks for its files, in the order of preference.

    Attributes:
        folders: ``--data-dir``, each folder of ``CONVLAB_DATA_DIR``, then the Keras cache.
    """

    folders: tuple[Path, ...]

    @classmethod
    def from_environment(cls, data_dir: str | Path | None = None) -> Self:
        """Return the folders that a run on this machine looks in.

        Args:
            data_dir: a folder that goes before all others.

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
        return cls(folders=tuple(folder.expanduser() for folder in folders))

    def places(self, *names: str) -> Iterator[Path]:
        """Yield each existing folder in which the files of a dataset may lie, first hit first.

        Args:
            names: the names of subfolders to look in, before the folder itself.
        """
        for folder in self.folders:
            for place in (*(folder / name for name in names), folder):
                if place.is_dir():
                    yield place

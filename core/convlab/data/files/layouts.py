"""Finding a dataset's files in a folder, in any of the layouts that it is published in."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from convlab.errors import DataError
from convlab.parts.manifest import DatasetManifest, Layout


@dataclass(frozen=True, kw_only=True)
class DatasetFiles:
    """The files of a dataset found in a folder.

    Attributes:
        manifest: the dataset's manifest.
        layout: the layout of the files.
        folder: the folder that contains them.
        paths: the files that exist, by their names in the layout.
    """

    manifest: DatasetManifest
    layout: Layout
    folder: Path
    paths: dict[str, Path]

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the files that do not exist."""
        return tuple(name for name in self.layout.files if name not in self.paths)

    @property
    def place(self) -> Path:
        """The only file of a one-file layout, otherwise the folder."""
        return self.paths[self.layout.files[0]] if len(self.layout.files) == 1 else self.folder

    def file_of(self, array: str) -> Path:
        """Return the file that contains an array, or ``place`` if it is not known."""
        return self.paths.get(self.layout.arrays.get(array, ""), self.place)

    def check_complete(self) -> None:
        """Raise a ``DataError`` that names the missing files, if any."""
        if self.missing:
            raise DataError(
                f"{self.folder} has some files of {self.manifest.name} but not {', '.join(self.missing)}; "
                "add them, or delete the others"
            )


def find_files(manifest: DatasetManifest, places: Iterable[Path]) -> DatasetFiles | None:
    """Return the files of the first layout found in the first of the folders, complete or not."""
    for place in places:
        for layout in manifest.layouts:
            files = _look_up(manifest, layout, place / layout.folder)
            if files.paths and not (files.missing and layout.common):
                return files
    return None


def _look_up(manifest: DatasetManifest, layout: Layout, folder: Path) -> DatasetFiles:
    paths = {}
    for name in layout.files:
        for file_name in (name, f"{name}.gz") if layout.gzipped else (name,):
            if name not in paths and (folder / file_name).is_file():
                paths[name] = folder / file_name
    return DatasetFiles(manifest=manifest, layout=layout, folder=folder, paths=paths)

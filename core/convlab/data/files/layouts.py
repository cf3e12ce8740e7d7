"""Which layout of a data set lies in which folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from convlab.errors import DataError
from convlab.parts.manifest import DatasetManifest, Layout


@dataclass(frozen=True, kw_only=True)
class Found:
    """A layout that lies in a folder.

    Attributes:
        published: the data set.
        layout: the layout.
        folder: the folder that its files lie in.
        paths: the files that are there, by the layout's names for them.
    """

    published: DatasetManifest
    layout: Layout
    folder: Path
    paths: dict[str, Path]

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the files that are not there."""
        return tuple(name for name in self.layout.files if name not in self.paths)

    @property
    def place(self) -> Path:
        """The layout's only file, or else the folder: what a message names."""
        return self.paths[self.layout.files[0]] if len(self.layout.files) == 1 else self.folder

    def file_of(self, array: str) -> Path:
        """Return the file that holds an array, or the place where it is not known."""
        return self.paths.get(self.layout.arrays.get(array, ""), self.place)

    def check_complete(self) -> None:
        """Raise a ``DataError`` that names the missing files, if there are any."""
        if self.missing:
            raise DataError(
                f"{self.folder} has some of the files of {self.published.name} but lacks "
                f"{', '.join(self.missing)}: add them, or delete the others"
            )


def find(published: DatasetManifest, places: Iterable[Path]) -> Found | None:
    """Return the first layout in the first folder that has one, be it complete or not."""
    for place in places:
        for layout in published.layouts:
            found = _found(published, layout, place / layout.folder)
            if found.paths and not (found.missing and layout.common):
                return found
    return None


def _found(published: DatasetManifest, layout: Layout, folder: Path) -> Found:
    paths = {}
    for name in layout.files:
        for file_name in (name, f"{name}.gz") if layout.gzipped else (name,):
            if name not in paths and (folder / file_name).is_file():
                paths[name] = folder / file_name
    return Found(published=published, layout=layout, folder=folder, paths=paths)

"""The pictures that a list of files and folders means."""

from collections.abc import Iterable
from pathlib import Path

from convlab.use.prediction_result import Unreadable


def picture_files(given: Iterable[str | Path]) -> list[Path | Unreadable]:
    """Return the files in their order; a folder stands for all pictures in it, at any depth, by name.

    What does not exist, or has no pictures, is returned as unreadable in its place.
    """
    found: list[Path | Unreadable] = []
    for path in map(Path, given):
        path = path.expanduser()
        if path.is_dir():
            inside = _inside(path)
            found += inside or [Unreadable(picture=path, reason="the folder has no pictures")]
        elif path.exists():
            found.append(path)
        else:
            found.append(Unreadable(picture=path, reason="no such file"))
    return found


def _inside(folder: Path) -> list[Path]:
    from PIL import Image

    Image.init()
    readable = {suffix for suffix, kind in Image.registered_extensions().items() if kind in Image.OPEN}
    readable -= {".pdf", ".mpg", ".mpeg", ".hdf", ".h5"}  # Pillow knows the names alone
    return sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in readable and file.is_file() and not file.name.startswith(".")
    )

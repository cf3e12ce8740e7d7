"""The image files in a list of files and folders."""

from collections.abc import Iterable
from pathlib import Path

from convlab.use.prediction_result import Unreadable


def image_files(paths: Iterable[str | Path]) -> list[Path | Unreadable]:
    """Return the files in order, each folder replaced by the image files in it at any depth, sorted by name.

    A path that does not exist, or a folder without image files, is returned as ``Unreadable``.
    """
    files: list[Path | Unreadable] = []
    for path in map(Path, paths):
        path = path.expanduser()
        if path.is_dir():
            inside = _inside(path)
            files += inside or [Unreadable(file=path, reason="the folder contains no image files")]
        elif path.exists():
            files.append(path)
        else:
            files.append(Unreadable(file=path, reason="not found"))
    return files


def _inside(folder: Path) -> list[Path]:
    from PIL import Image

    Image.init()
    readable = {suffix for suffix, format_ in Image.registered_extensions().items() if format_ in Image.OPEN}
    readable -= {".pdf", ".mpg", ".mpeg", ".hdf", ".h5"}  # Pillow registers these, but cannot decode them
    return sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in readable and file.is_file() and not file.name.startswith(".")
    )

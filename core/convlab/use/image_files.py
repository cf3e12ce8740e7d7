"""The image files in a list of files and folders."""

from collections.abc import Iterable
from pathlib import Path

from convlab.data.image_folder import ImageFolder
from convlab.errors import DataError
from convlab.use.prediction_result import Unreadable


def image_files(paths: Iterable[str | Path]) -> tuple[list[Path | Unreadable], dict[str, tuple[Path, ...]]]:
    """Replace each folder by the image files in it at any depth, sorted by path.

    Returns:
        The image files, in order, and the other files of the folders by the reason why they are left out. A
        path that does not exist, or a folder that cannot be read or has no image files, is ``Unreadable``.
    """
    files: list[Path | Unreadable] = []
    left_out: dict[str, list[Path]] = {}
    for path in map(Path, paths):
        path = path.expanduser()
        if not path.exists():
            files.append(Unreadable(file=path, reason="not found"))
            continue
        if not path.is_dir():
            files.append(path)
            continue
        try:
            folder = ImageFolder.read(path, recursive=True)
        except DataError as error:
            files.append(Unreadable(file=path, reason=str(error)))
            continue
        inside = [entry.path for entry in folder.images]
        for entry in folder.left_out:
            if entry.reason in (folder.UNREADABLE, folder.NOT_A_FILE):
                inside.append(entry.path)  # reading it fails, with the reason
            else:
                left_out.setdefault(entry.reason, []).append(entry.path)
        files += sorted(inside) or [Unreadable(file=path, reason="the folder contains no image files")]
    return files, {reason: tuple(paths) for reason, paths in left_out.items()}

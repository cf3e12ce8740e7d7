"""Atomic writes: a file is complete or absent, whenever the process is killed.

None of these functions writes through a link: a link that is replaced is replaced itself, and temporary names
cannot be guessed.
"""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_UNFINISHED, _REPLACED = ".unfinished-", ".replaced-"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path, which replaces ``path`` in one step when the block ends.

    The temporary name has the suffix of the final one, by which Keras chooses the format. If the block fails,
    the old file is unchanged.
    """
    unfinished = _temporary(path, _UNFINISHED)
    try:
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder, which replaces ``path`` when the block ends.

    If the block fails, the old folder is unchanged. If the process is killed between the last two steps, the
    old folder remains next to ``path``, under a name from which ``remove_unfinished`` restores it.
    """
    unfinished, replaced = _temporary(path, _UNFINISHED), _temporary(path, _REPLACED)
    try:
        unfinished.mkdir()
        yield unfinished
        for written in filter(Path.is_file, unfinished.rglob("*")):
            with written.open("rb") as file:
                os.fsync(file.fileno())
        if path.exists():
            path.rename(replaced)
        unfinished.rename(path)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        if path.exists():
            shutil.rmtree(replaced, ignore_errors=True)


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes left in a folder and its subfolders.

    No other process may be writing there. A folder that was about to be replaced is restored.
    """
    for replaced in list(folder.rglob(f"{_REPLACED}*")):
        original = replaced.with_name(replaced.name.removeprefix(_REPLACED).partition("-")[2])
        if original.exists():
            shutil.rmtree(replaced)
        else:
            replaced.rename(original)
    for unfinished in list(folder.rglob(f"{_UNFINISHED}*")):
        if unfinished.is_dir() and not unfinished.is_symlink():
            shutil.rmtree(unfinished)
        else:
            unfinished.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file in one step."""
    with replacing(path) as unfinished:
        unfinished.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file in one step."""
    with replacing(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def append_line(path: Path, line: str) -> None:
    """Append a line with one write, and sync it to disk.

    Raises:
        OSError: the file is a link, or cannot be written to.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, 0o666), "ab", buffering=0) as file:
        file.write(f"{line}\n".encode())
        os.fsync(file.fileno())


def make_folder(path: Path) -> None:
    """Create a folder, unless it exists.

    Raises:
        OSError: it is a link or a file, or cannot be created.
    """
    path.mkdir(exist_ok=True)
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a link", str(path))


def find_link(folder: Path) -> Path | None:
    """Return a link in a folder or its subfolders; ``None`` if there is none."""
    folders = [os.fspath(folder)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    return Path(entry.path)
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
    return None


def _temporary(path: Path, prefix: str) -> Path:
    """Return a name next to ``path`` that no other writer has; process IDs repeat, as in containers."""
    return path.with_name(f"{prefix}{secrets.token_hex(8)}-{path.name}")

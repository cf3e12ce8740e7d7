"""Files that are whole or not there, whenever the process is killed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path to write to, which then takes the place of ``path`` in one step.

    The name ends as the final one does, since Keras tells formats apart by it. If the block fails the
    old file stays as it was.
    """
    unfinished = path.with_name(f".unfinished-{os.getpid()}-{path.name}")
    try:
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield a folder to write to, which then takes the place of ``path``.

    If the block fails the old folder stays as it was. A kill between the two last steps leaves the old one
    beside the place, under a name that begins with ``.replaced-``.
    """
    unfinished = path.with_name(f".unfinished-{os.getpid()}-{path.name}")
    replaced = path.with_name(f".replaced-{os.getpid()}-{path.name}")
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


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file in one step."""
    with replacing(path) as unfinished:
        unfinished.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write a whole text file in one step."""
    with replacing(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def append_line(path: Path, line: str) -> None:
    """Append a line with one write, and see it on the disk."""
    with path.open("ab", buffering=0) as file:
        file.write(f"{line}\n".encode())
        os.fsync(file.fileno())

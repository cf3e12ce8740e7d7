"""``convlab new``: the package is written whole, or not at all."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from convlab.errors import ConfigError, ConvlabError
from convlab.parts import Kind
from convlab.scaffold.naming import names_for
from convlab.scaffold.rendering import rendered_files
from convlab.system.atomic_write import write_text

# The option of ``convlab run`` that chooses a part, and the file that its author begins with.
_OPTIONS: Mapping[Kind, str] = {
    "architecture": "-a",
    "dataset": "-d",
    "optimizer": "-o",
    "metric": "-m",
    "tracker": "-t",
}
_FILES: Mapping[Kind, str] = {
    "architecture": "network.py",
    "dataset": "images.py",
    "optimizer": "update.py",
    "metric": "calibration.py",
    "tracker": "table.py",
}


@dataclass(frozen=True, kw_only=True)
class NewPackage:
    """A package that was written.

    Attributes:
        folder: where it is.
        files: the paths of its files in the folder.
        begin_with: the file that holds the part itself.
        commands: what to do next, in this order.
    """

    folder: Path
    files: tuple[str, ...]
    begin_with: str
    commands: tuple[str, ...]


def create_package(kind: Kind, name: str, *, to: str | Path = ".") -> NewPackage:
    """Write a whole package for a new part: ``convlab new``.

    It installs, is discovered, passes ``convlab check`` and its own tests; the part in it is a real one, to
    begin from.

    Args:
        kind: ``architecture``, ``dataset``, ``optimizer``, ``metric`` or ``tracker``.
        name: what the part is called, such as ``tinynet``; the package is then ``convlab-tinynet``.
        to: the folder that the package's own folder is made in.

    Raises:
        ConfigError: the name cannot be used, or the package's folder exists and holds something.
        ConvlabError: the folder cannot be written to.
    """
    names = names_for(kind, name)
    folder = Path(to) / names.distribution
    run = f"convlab run {_OPTIONS[kind]} {names.name}"
    values = asdict(names) | {
        "kind": "data set" if kind == "dataset" else kind,
        "show": f"convlab show {kind} {names.name}",
        "run": run,
        "file": _FILES[kind],
        "entry_point": names.variable,
        "convlab_version": version("convlab"),
        "year": str(datetime.now(UTC).year),
    }
    files = rendered_files(kind, values)
    _write(folder, files)
    return NewPackage(
        folder=folder,
        files=tuple(map(str, files)),
        begin_with=f"src/{names.module}/{_FILES[kind]}",
        commands=(f"pip install -e {_typed(folder)}", f"convlab check {names.name}", run),
    )


def _write(folder: Path, files: Mapping[PurePosixPath, str]) -> None:
    """Write the files beside the folder, and move them there in one step."""
    _refuse_what_is_there(folder)
    unfinished = folder.with_name(f".unfinished-{os.getpid()}-{folder.name}")
    try:
        for path, text in files.items():
            file = unfinished / path
            file.parent.mkdir(parents=True, exist_ok=True)
            write_text(file, text)
        if folder.is_dir():
            folder.rmdir()  # it is empty, or this fails
        unfinished.rename(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConvlabError(
            f"cannot write {str(folder)!r} ({reason}): choose another folder with --to"
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _refuse_what_is_there(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ConfigError(f"{str(folder)!r} exists and is no folder: choose another with --to")
    if folder.is_dir() and any(folder.iterdir()):
        raise ConfigError(
            f"{str(folder)!r} is not empty, and nothing is overwritten: choose another with --to"
        )


def _typed(folder: Path) -> str:
    """Return a folder as pip takes it for one, rather than for a package's name."""
    return str(folder) if folder.is_absolute() or folder.parts[0] == ".." else f"./{folder}"

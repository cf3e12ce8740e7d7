"""``convlab new``: creates a complete package, or nothing."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from convlab.errors import ConfigError, ConvlabError
from convlab.parts import PART_TYPES, part_type
from convlab.scaffold.naming import names_for
from convlab.scaffold.rendering import rendered_files
from convlab.system.atomic_write import write_text
from convlab.text.suggestions import did_you_mean
from convlab.version import DISTRIBUTION, __version__


@dataclass(frozen=True, kw_only=True)
class NewPackage:
    """A package that was created.

    Attributes:
        folder: its folder.
        files: the paths of its files in the folder.
        begin_with: the file to edit first, which contains the part itself.
        commands: what to run next, in this order.
    """

    folder: Path
    files: tuple[str, ...]
    begin_with: str
    commands: tuple[str, ...]


def create_package(kind: str, name: str, *, to: str | Path = ".") -> NewPackage:
    """Create a complete package for a new part: ``convlab new``.

    The package installs, convlab discovers it, and it passes ``convlab check`` and its own tests. It contains
    a working part to start from.

    Args:
        kind: the kind of part, such as ``architecture``.
        name: the part's name, such as ``tinynet``; the package is then ``convlab-tinynet``.
        to: the folder to create the package's folder in.

    Raises:
        ConfigError: the kind is unknown, the name is invalid or taken, or the package's folder is not empty.
        ConvlabError: the folder cannot be written.
    """
    part = part_type(kind)
    if not part.kind.begin_with:
        with_template = [each.kind.name for each in PART_TYPES if each.kind.begin_with]
        raise ConfigError(f"no template for the kind {kind!r}; {did_you_mean(kind, with_template)}")
    names = names_for(part, name)
    folder = Path(to) / names.distribution
    run = f"convlab run {part.kind.flag or part.kind.long_flag} {names.name}"
    values = asdict(names) | {
        "kind": part.kind.name,
        "show": f"convlab show {part.kind} {names.name}",
        "run": run,
        "file": part.kind.begin_with,
        "entry_point": names.variable,
        "convlab": DISTRIBUTION,
        "convlab_version": __version__,
        "year": str(datetime.now(UTC).year),
    }
    files = rendered_files(part.kind.name, values)
    _write(folder, files)
    return NewPackage(
        folder=folder,
        files=tuple(map(str, files)),
        begin_with=f"src/{names.module}/{part.kind.begin_with}",
        commands=(f"pip install -e {_as_argument(folder)}", f"convlab check {names.name}", run),
    )


def _write(folder: Path, files: Mapping[PurePosixPath, str]) -> None:
    """Write the files next to the folder and move them there in one step."""
    _require_empty(folder)
    unfinished = folder.with_name(f".unfinished-{os.getpid()}-{folder.name}")
    try:
        for path, text in files.items():
            file = unfinished / path
            file.parent.mkdir(parents=True, exist_ok=True)
            write_text(file, text)
        if folder.is_dir():
            folder.rmdir()  # fails unless it is empty
        unfinished.rename(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConvlabError(
            f"cannot write {str(folder)!r} ({reason}); choose another folder with `to`"
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _require_empty(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ConfigError(f"{str(folder)!r} exists and is not a folder; choose another folder with `to`")
    if folder.is_dir() and any(folder.iterdir()):
        raise ConfigError(
            f"{str(folder)!r} is not empty, and files are never overwritten; choose another folder with `to`"
        )


def _as_argument(folder: Path) -> str:
    """Return a folder such that pip does not take it for a package's name."""
    return str(folder) if folder.is_absolute() or folder.parts[0] == ".." else f"./{folder}"

"""``convlab data import``: takes the files of a data set from anywhere, if they are right."""

from pathlib import Path

from convlab.data.commands.verification import verify_in
from convlab.data.files.layouts import Found, find
from convlab.data.loading import Provided, warn_of_variant
from convlab.data.source import DataSource
from convlab.errors import ConfigError, DataError
from convlab.host import PluginHost
from convlab.parts import Dataset
from convlab.parts.manifest import DatasetManifest
from convlab.system.atomic_write import write_bytes


def import_files(
    name: str,
    path: str | Path,
    *,
    to: str | Path | None = None,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
) -> Path:
    """Check the files of a data set, in any of its published layouts, and copy them into a data folder.

    Args:
        name: the data set, by its bare or qualified name.
        path: a folder that has them, or a subfolder named after the data set that does, or the only file.
        to: the data folder, made if need be; by default the first that a run looks in.
        host: where the data set comes from; by default all installed plugins.
        data_dir: a folder that a run looks in before all others.

    Returns:
        The folder that they are in now: a subfolder of the data folder.

    Raises:
        ConfigError: ``path`` does not exist, or the data set declares no files.
        DataError: the files are missing or damaged, or cannot be written.
    """
    host = host or PluginHost()
    provided = host.find(Dataset, name)
    published = with_files(provided)
    target = Path(to).expanduser() if to is not None else DataSource.from_environment(data_dir).folders[0]
    path = Path(path).expanduser()
    if not path.exists():
        raise ConfigError(f"no file or folder {str(path)!r}: name what has the files of {name}")
    source = DataSource(folders=(path if path.is_dir() else path.parent,))
    found = source.find(published)
    if found is None or (path.is_file() and path not in found.paths.values()):
        raise DataError(f"{path} has no files of {name}: name a folder that has {published.wanted}")
    return copy_checked(source, found, target, provided, host)


def copy_checked(
    source: DataSource, found: Found, target: Path, provided: Provided, host: PluginHost
) -> Path:
    """Copy the files that ``source`` has of a data set into a data folder, if they are not damaged."""
    verification = verify_in(source, provided, host)
    if not verification.is_whole:
        raise DataError(f"{verification.message} (nothing was copied)")
    if verification.state == "different":
        warn_of_variant(found, provided.part.name, verification.message)
    folder = target / found.published.name / found.layout.folder
    _check_free(folder, found, target)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in found.paths.values():
            if not ((folder / path.name).exists() and path.samefile(folder / path.name)):
                write_bytes(folder / path.name, path.read_bytes())
    except OSError as error:
        raise DataError(
            f"{folder} cannot be written ({error.strerror}): make room, or name another folder with --to"
        ) from error
    return folder


def _check_free(folder: Path, found: Found, target: Path) -> None:
    """Refuse to put files beside others of the same data set that a run would take instead."""
    there = find(found.published, [target / found.published.name])
    if there is None:
        return
    new = {folder / path.name for path in found.paths.values()}
    others = [path.name for path in there.paths.values() if path not in new]
    if others:
        raise DataError(
            f"{there.folder} has {found.published.name} already, as {', '.join(others)}: delete that first, "
            "or name another folder with --to"
        )


def with_files(provided: Provided) -> DatasetManifest:
    """Return what a data set declares of its files.

    Raises:
        ConfigError: it declares none.
    """
    if provided.part.manifest is None or not provided.part.manifest.layouts:
        raise ConfigError(f"{provided} declares no files, so there is nothing to fetch or import")
    return provided.part.manifest

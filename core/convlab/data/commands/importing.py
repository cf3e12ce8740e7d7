"""``convlab data import``: copies a dataset's files from anywhere, after checking them."""

from pathlib import Path

from convlab.data.commands.verification import verify_in
from convlab.data.files.layouts import DatasetFiles, find_files
from convlab.data.loading import ProvidedDataset, warn_about_variant
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
    """Check a dataset's files, in any of its published layouts, and copy them into a data folder.

    Args:
        name: the dataset's bare or qualified name.
        path: a folder with the files (directly, or in a subfolder named after the dataset), or the only file.
        to: the data folder, created if needed; by default the first that a run searches.
        host: provides the dataset; by default all installed plugins.
        data_dir: a folder to search before all others.

    Returns:
        The folder with the copies: a subfolder of the data folder.

    Raises:
        ConfigError: ``path`` does not exist, or the dataset declares no files.
        DataError: the files are missing or damaged, or cannot be written.
    """
    host = host or PluginHost()
    provided = host.find(Dataset, name)
    manifest = manifest_with_files(provided)
    target = Path(to).expanduser() if to is not None else DataSource.from_environment(data_dir).folders[0]
    path = Path(path).expanduser()
    if not path.exists():
        raise ConfigError(f"{str(path)!r} does not exist; pass a file or folder with the {name} files")
    source = DataSource(folders=(path if path.is_dir() else path.parent,))
    files = source.find(manifest)
    if files is None or (path.is_file() and path not in files.paths.values()):
        raise DataError(f"no {name} files in {path}; pass a folder with {manifest.wanted}")
    return copy_checked(source, files, target, provided, host)


def copy_checked(
    source: DataSource, files: DatasetFiles, target: Path, provided: ProvidedDataset, host: PluginHost
) -> Path:
    """Copy the files of a dataset from ``source`` into a data folder, unless they are damaged."""
    verification = verify_in(source, provided, host)
    if not verification.is_whole:
        raise DataError(f"{verification.message} (nothing was copied)")
    if verification.state == "different":
        warn_about_variant(files, provided.part.name, verification.message)
    folder = target / files.manifest.name / files.layout.folder
    _check_free(folder, files, target)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in files.paths.values():
            if not ((folder / path.name).exists() and path.samefile(folder / path.name)):
                write_bytes(folder / path.name, path.read_bytes())
    except OSError as error:
        raise DataError(
            f"cannot write to {folder} ({error.strerror}); free some space, or set `to` to another folder"
        ) from error
    return folder


def _check_free(folder: Path, files: DatasetFiles, target: Path) -> None:
    """Refuse to copy files into a folder that already has other files, which would take precedence."""
    existing = find_files(files.manifest, [target / files.manifest.name])
    if existing is None:
        return
    new = {folder / path.name for path in files.paths.values()}
    others = [path.name for path in existing.paths.values() if path not in new]
    if others:
        raise DataError(
            f"{existing.folder} already contains {files.manifest.name} files ({', '.join(others)}); delete "
            "them first, or set `to` to another folder"
        )


def manifest_with_files(provided: ProvidedDataset) -> DatasetManifest:
    """Return the manifest of a dataset that consists of files.

    Raises:
        ConfigError: the dataset declares no files.
    """
    if provided.part.manifest is None or not provided.part.manifest.layouts:
        raise ConfigError(f"{provided} declares no files, so there is nothing to fetch or import")
    return provided.part.manifest

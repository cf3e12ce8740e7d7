"""``convlab data fetch``: downloads a dataset unless an intact copy is present."""

from pathlib import Path

from convlab.data.commands.importing import copy_checked, manifest_with_files
from convlab.data.commands.verification import verify_in
from convlab.data.source import DataSource
from convlab.errors import DataError
from convlab.host import PluginHost
from convlab.parts import Dataset


def fetch(
    name: str,
    *,
    to: str | Path | None = None,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
) -> Path:
    """Make sure that a dataset is on this machine, for use without a network.

    Intact files are left alone. Files that another data folder has are copied from there; the rest is
    downloaded, first from the mirrors in ``CONVLAB_MIRROR`` and then from the published addresses.

    Args:
        name: the dataset's bare or qualified name.
        to: the data folder to put it in, created if needed. By default any that a run searches will do, and
            downloads go to the Keras cache.
        host: provides the dataset; by default all installed plugins.
        data_dir: a folder to search before all others.

    Returns:
        The dataset's folder, or its only file.

    Raises:
        ConfigError: the dataset declares no files.
        DataError: it is damaged, or cannot be downloaded or written.
    """
    host = host or PluginHost()
    provided = host.find(Dataset, name)
    manifest = manifest_with_files(provided)
    searched = DataSource.from_environment(data_dir)
    target = searched.folders[-1] if to is None else Path(to).expanduser()
    destination = DataSource(folders=(target,))

    verification = verify_in(destination, provided, host)
    if not verification.is_whole:
        source = DataSource(folders=searched.folders[:-1]) if to is None else searched
        files = source.find(manifest)
        if files is None:
            searched.download(manifest, target)
        elif to is None:
            destination = source
        else:
            copy_checked(source, files, target, provided, host)
        verification = verify_in(destination, provided, host)
    if not verification.is_whole or verification.place is None:
        raise DataError(verification.message)
    return verification.place

"""``convlab data fetch``: sees to it that a data set is there, and whole."""

from pathlib import Path

from convlab.data.commands.importing import copy_checked, with_files
from convlab.data.commands.verification import verify_in
from convlab.data.files.fetching import fetch_into
from convlab.data.source import DataSource
from convlab.errors import DataError
from convlab.host import PluginHost
from convlab.parts import Dataset
from convlab.parts.manifest import DatasetManifest


def fetch(
    name: str,
    *,
    to: str | Path | None = None,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
) -> Path:
    """Make sure that a data set is on this machine, so that it can be used without a network.

    What is there already and not damaged stays as it is; what another folder has is copied from there; the
    rest is downloaded, first from the addresses in ``CONVLAB_MIRROR`` and then from the published ones.

    Args:
        name: the data set, by its bare or qualified name.
        to: the data folder that it shall be in, made if need be; by default any that a run looks in, and a
            download goes to the Keras cache.
        host: where the data set comes from; by default all installed plugins.
        data_dir: a folder that a run looks in before all others.

    Returns:
        Where it is: a folder, or the only file.

    Raises:
        ConfigError: the data set declares no files.
        DataError: it is damaged, or cannot be downloaded or written.
    """
    host = host or PluginHost()
    provided = host.find(Dataset, name)
    published = with_files(provided)
    everywhere = DataSource.from_environment(data_dir)
    target = everywhere.folders[-1] if to is None else Path(to).expanduser()
    there = DataSource(folders=(target,))

    verification = verify_in(there, provided, host)
    if not verification.is_whole:
        source = DataSource(folders=everywhere.folders[:-1]) if to is None else everywhere
        found = source.find(published)
        if found is None:
            _download(target, published, everywhere)
        elif to is None:
            there = source
        else:
            copy_checked(source, found, target, provided, host)
        verification = verify_in(there, provided, host)
    if not verification.is_whole or verification.place is None:
        raise DataError(verification.message)
    return verification.place


def _download(target: Path, published: DatasetManifest, looked_in: DataSource) -> None:
    if not published.downloads:
        raise DataError(looked_in.nowhere(published))
    try:
        fetch_into(target, published)
    except DataError as error:
        raise DataError(looked_in.nowhere(published, f", and {error}")) from error

"""Which plugins and data sets there are, and which of them lack something."""

from collections.abc import Iterator
from pathlib import Path

from convlab import data
from convlab.errors import ConfigError
from convlab.host import PluginHost
from convlab.inspect.doctor.finding import Finding, note, ok


def examine_plugins(host: PluginHost) -> Iterator[Finding]:
    """Name the third parties' plugins, and what failed of them."""
    others = [str(provider) for provider in host.providers if provider.origin != "built-in"]
    yield ok("plugins", "; ".join(["the built-ins", *others]))
    for failure in host.failures:
        yield note(
            "plugins",
            f"{failure}; everything else works",
            f"'convlab plugins' shows all of it, CONVLAB_BLOCK_PLUGINS={failure.provider.name} leaves it out",
        )


def examine_data_sets(host: PluginHost, data_dir: str | Path | None) -> Iterator[Finding]:
    """Say of each data set whether its files are on this machine."""
    try:
        statuses = data.list_datasets(host=host, data_dir=data_dir)
    except ConfigError:  # a folder that is not there, which is told with the folders
        return
    for status in statuses:
        message = f"{status.name}: {status.where}"
        if status.state == "missing" and status.download:
            yield note("data sets", message, f"convlab data fetch {status.name}, or a run downloads it")
        elif status.state in ("missing", "incomplete"):
            yield note("data sets", message, "put its files into a data folder")
        else:
            yield ok("data sets", message)

"""The options that choose plugins, the same for every command."""

from pathlib import Path
from typing import Annotated

import typer

from convlab.host import PluginHost

PluginFiles = Annotated[
    list[Path] | None,
    typer.Option("--plugin", metavar="FILE.py", help="Also load a plugin from a file; may be repeated."),
]
NoPlugins = Annotated[
    bool, typer.Option("--no-plugins", help="Load only the built-ins, no installed plugins.")
]


def host_from(plugin_files: list[Path] | None, no_plugins: bool) -> PluginHost:
    """Load the plugins that a command's options choose."""
    return PluginHost(plugin_files=plugin_files or (), third_party=False if no_plugins else None)

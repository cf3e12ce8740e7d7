"""``convlab data import``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from convlab import data
from convlab.cli.errors import ending_well
from convlab.cli.options.data import AsJson, DataDir, Name, To
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.output import print_all, print_json


def import_data(
    name: Name,
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH", help="A folder that has its files, or the only file.", show_default=False
        ),
    ],
    to: To = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """Take a data set's files, in any layout in which it is published: check them and copy them.

    Without [cyan]--to[/] they go to the first folder that a run looks in.

    Example: [cyan]convlab data import mnist ~/Downloads[/]
    """
    with ending_well():
        folder = data.import_files(name, path, to=to, host=host_from(plugin, no_plugins), data_dir=data_dir)
    if as_json:
        print_json({name: folder})
    else:
        print_all(f"[bold cyan]{escape(name)}[/] is in {escape(str(folder))}")

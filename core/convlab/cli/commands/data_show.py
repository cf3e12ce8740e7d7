"""``convlab data show``."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from convlab import data
from convlab.cli.errors import ending_well
from convlab.cli.options.data import DataDir, Name, Settings, dataset_options
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.output import print_all


def show_data(
    name: Name,
    png: Annotated[
        Path | None,
        typer.Option("--png", metavar="FILE", help="Write a picture: a row a class, ten samples each."),
    ] = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """Show labelled samples of a data set, in the terminal or as a picture.

    Example: [cyan]convlab data show fashion_mnist --png clothes.png[/]
    """
    with ending_well():
        options = dataset_options(settings)
        samples = data.samples(name, options=options, host=host_from(plugin, no_plugins), data_dir=data_dir)
        saved = samples.save(png) if png else None
    if saved:
        print_all(f"samples of [bold cyan]{escape(name)}[/] are in {escape(str(saved))}")
    else:
        from convlab.cli.characters import in_characters  # not before: Pillow takes its time

        print_all(in_characters(samples, colour=sys.stdout.isatty()))

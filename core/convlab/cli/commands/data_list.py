"""``convlab data list``."""

from dataclasses import asdict
from typing import Any

from rich.markup import escape
from rich.table import Table

from convlab import data
from convlab.cli.errors import ending_well
from convlab.cli.options.data import AsJson, DataDir
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.output import print_all, print_json


def list_data(
    as_json: AsJson = False,
    data_dir: DataDir = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """List the data sets: their size, and where they are on this machine.

    Example: [cyan]convlab data list[/]
    """
    with ending_well():
        statuses = data.list_datasets(host=host_from(plugin, no_plugins), data_dir=data_dir)
    if as_json:
        print_json([asdict(status) | {"where": status.where} for status in statuses])
    else:
        print_all(_table(statuses))


def _table(statuses: list[data.DatasetStatus]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("data set")
    for heading in ("train", "test", "classes"):
        table.add_column(heading, justify="right")
    table.add_column("images")
    table.add_column("where", overflow="fold")
    for status in statuses:
        here = status.state in ("here", "included")
        table.add_row(
            f"[bold cyan]{escape(status.name)}[/]",
            *map(_number, (status.train, status.test, status.classes)),
            "×".join(map(str, status.input_shape or ())),
            f"[{'default' if here else 'dim'}]{escape(status.where)}[/]",
        )
    return table


def _number(value: Any) -> str:
    return "" if value is None else f"{value:,}"

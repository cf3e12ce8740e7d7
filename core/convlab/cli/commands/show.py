"""``convlab show``: one part and its options."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from convlab.cli.commands.list import describe
from convlab.cli.errors import ending_well
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.options.kinds import complete_kind, part_type
from convlab.cli.output import print_all, print_json
from convlab.options.reading import option_fields
from convlab.parts import Optimizer

# The kinds of which an experiment may have several parts, and a table of options for each.
_SEVERAL = ("metric", "tracker")


def show_part(
    kind: Annotated[
        str,
        typer.Argument(
            help="dataset, architecture, optimizer, metric or tracker.", autocompletion=complete_kind
        ),
    ],
    name: Annotated[str, typer.Argument(help="Its name, as 'convlab list' prints it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """Show one part: where it comes from, and its options with their types and defaults.

    Example: [cyan]convlab show architecture cnn[/]
    """
    with ending_well():
        host = host_from(plugin, no_plugins)
        provided = host.find(part_type(kind), name)
        part = provided.part
        shown = describe(provided, host)
        if isinstance(part, Optimizer):
            shown["learning_rate"] = part.learning_rate
        shown["options"] = [asdict(option) for option in option_fields(part.options)] if part.options else []
    if as_json:
        print_json(shown)
    else:
        print_all(*_page(shown))


def _page(shown: dict[str, Any]) -> list[str | Table]:
    origin = f"{shown['qualified_name']}, version {shown['version'] or 'none'}"
    page: list[str | Table] = [
        f"[bold cyan]{escape(shown['name'])}[/]  {escape(shown['summary'])}",
        f"[dim]{shown['kind']} {escape(origin)}[/]",
    ]
    if "learning_rate" in shown:
        page.append(f"[dim]learning rate {shown['learning_rate']:g} unless --learning-rate is given[/]")
    if not shown["options"]:
        return [*page, "It has no options."]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("option", "type", "default", "what it does"):
        table.add_column(heading, overflow="fold")
    for option in shown["options"]:
        default = "none" if option["default"] is None else json.dumps(option["default"], default=str)
        table.add_row(
            f"[cyan]{escape(option['name'])}[/]",
            escape(option["type"]),
            escape(default),
            escape(option["summary"]),
        )
    key = f"{shown['kind']}.{shown['options'][0]['name']}"
    if shown["kind"] in _SEVERAL:
        key = f"{shown['kind']}.{shown['name']}.{shown['options'][0]['name']}"
    return [*page, "", table, "", f"[dim]Set one with: -s {escape(key)}=…[/]"]

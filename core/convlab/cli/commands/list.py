"""``convlab list``: what there is to choose from."""

from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from convlab.cli.errors import ending_well
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.options.kinds import complete_kind, part_type
from convlab.cli.output import print_all, print_json
from convlab.host import PluginHost, ProvidedPart
from convlab.parts import PART_TYPES


def list_parts(
    kind: Annotated[
        str | None,
        typer.Argument(
            help="dataset, architecture, optimizer, metric or tracker; all of them by default.",
            autocompletion=complete_kind,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """List data sets, architectures, optimizers, metrics and trackers.

    Example: [cyan]convlab list architectures[/]
    """
    with ending_well():
        kinds = PART_TYPES if kind is None else (part_type(kind),)
        host = host_from(plugin, no_plugins)
        parts = [part for kind_ in kinds for part in host.parts(kind_)]
        rows = [describe(part, host) for part in parts]
    if as_json:
        print_json(rows)
    else:
        print_all(_table(rows))


def describe(part: ProvidedPart[Any], host: PluginHost) -> dict[str, Any]:
    """Return what ``list`` and ``show`` say of a part; ``name`` is the shortest that means it."""
    bare_means = [other for other in host.parts(type(part.part)) if other.part.name == part.part.name]
    shortest = part.part.name if bare_means == [part] else part.canonical_name
    return {
        "kind": part.part.kind,
        "name": shortest,
        "qualified_name": part.qualified_name,
        "summary": part.part.summary,
        "provider": part.provider.name,
        "version": part.provider.version,
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("kind", "name", "what it is", "from"):
        table.add_column(heading, overflow="fold")
    last = ""
    for row in rows:
        kind = row["kind"] if row["kind"] != last else ""
        if kind and last:
            table.add_section()
            table.add_row()
        last = row["kind"]
        origin = f"{row['provider']} {row['version'] or ''}".rstrip()
        table.add_row(
            kind, f"[bold cyan]{escape(row['name'])}[/]", escape(row["summary"]), f"[dim]{escape(origin)}[/]"
        )
    return table

"""``convlab list`` and ``convlab show``: the available parts, and one part with its options."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from convlab.cli.errors import ending_well
from convlab.cli.options.completion import KINDS, complete_kind
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.output import print_all, print_json, shown
from convlab.host import PluginHost, ProvidedPart
from convlab.options.reading import option_fields
from convlab.parts import Claim, Recipe, part_type, provided_types
from convlab.text.formatting import duration

_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def list_parts(
    kind: Annotated[
        str | None,
        typer.Argument(help=f"{KINDS}; all kinds by default.", autocompletion=complete_kind),
    ] = None,
    as_json: _AsJson = False,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """List the available parts, of one kind or of all.

    Example: [cyan]convlab list architectures[/]
    """
    with ending_well():
        part_types = provided_types() if kind is None else [part_type(kind)]
        host = host_from(plugin, no_plugins)
        rows = [_describe(part, host) for each in part_types for part in host.parts(each)]
    if as_json:
        print_json(rows)
    else:
        print_all(_table(rows))


def show_part(
    kind: Annotated[str, typer.Argument(help=f"{KINDS}.", autocompletion=complete_kind)],
    name: Annotated[str, typer.Argument(help="The part's name, as 'convlab list' prints it.")],
    as_json: _AsJson = False,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """Show one part: its plugin, and its options with their types and defaults.

    Example: [cyan]convlab show architecture cnn[/]
    """
    with ending_well():
        host = host_from(plugin, no_plugins)
        provided = host.find(part_type(kind), name)
        part = provided.part
        described = _describe(provided, host)
        described |= {setting: getattr(part, setting) for setting in part.kind.train_defaults}
        described["options"] = (
            [asdict(option) for option in option_fields(part.options)] if part.options else []
        )
        if isinstance(part, Recipe):
            described["claim"] = asdict(part.claim)
            described["experiment"] = part.file.read_text(encoding="utf-8")
    if as_json:
        print_json(described)
    else:
        print_all(*_page(described))


def _describe(provided: ProvidedPart[Any], host: PluginHost) -> dict[str, Any]:
    """Return what both commands print of a part; ``name`` is the shortest unambiguous one."""
    part = provided.part
    namesakes = [other for other in host.parts(type(part)) if other.part.name == part.name]
    return {
        "kind": part.kind.name,
        "name": part.name if namesakes == [provided] else provided.canonical_name,
        "qualified_name": provided.qualified_name,
        "summary": part.summary,
        "provider": provided.provider.name,
        "version": provided.provider.version,
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("kind", "name", "summary", "from"):
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
            kind, f"[bold cyan]{shown(row['name'])}[/]", shown(row["summary"]), f"[dim]{shown(origin)}[/]"
        )
    return table


def _page(described: dict[str, Any]) -> list[str | Table]:
    kind = part_type(described["kind"]).kind
    origin = f"{described['qualified_name']}, version {described['version'] or 'none'}"
    page: list[str | Table] = [
        f"[bold cyan]{shown(described['name'])}[/]  {shown(described['summary'])}",
        f"[dim]{kind} {shown(origin)}[/]",
        *(
            f"[dim]default {name.replace('_', ' ')}: {shown(described[name])}[/]"
            for name in kind.train_defaults
        ),
    ]
    if "claim" in described:
        claim = Claim(**described["claim"])
        page.append(
            f"[dim]test {claim.metric} {claim.value:g} or better, measured with {claim.seeds} seeds; "
            f"at most {duration(claim.max_seconds)} of training on {claim.machine}[/]"
        )
        return [
            *page,
            "",
            *map(shown, described["experiment"].splitlines()),
            "",
            f"[dim]Run it with convlab run --recipe {shown(described['name'])}[/]",
        ]
    if not described["options"]:
        return [*page, "no options"]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("option", "type", "default", "description"):
        table.add_column(heading, overflow="fold")
    for option in described["options"]:
        default = "none" if option["default"] is None else json.dumps(option["default"], default=str)
        table.add_row(
            f"[cyan]{shown(option['name'])}[/]",
            shown(option["type"]),
            shown(default),
            shown(option["summary"]),
        )
    owner = f"{kind.word}.{described['name']}" if kind.several else kind.word
    key = f"{owner}.{described['options'][0]['name']}"
    return [*page, "", table, "", f"[dim]Set an option with -s {shown(key)}=…[/]"]

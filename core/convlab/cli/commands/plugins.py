"""``convlab plugins``: the loaded plugins and the errors of the others."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from convlab.cli.errors import ending_well
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.output import print_all, print_json
from convlab.host import PluginHost, Provider
from convlab.parts import PART_TYPES


def list_plugins(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """List the loaded plugins, and the errors of the others with their tracebacks.

    Example: [cyan]CONVLAB_BLOCK_PLUGINS=convlab-resnet convlab plugins[/]
    """
    with ending_well():
        host = host_from(plugin, no_plugins)
        shown = _describe(host)
    if as_json:
        print_json(shown)
    else:
        print_all(*_page(shown))


def _describe(host: PluginHost) -> dict[str, Any]:
    return {
        "plugins": [_provider(provider) | {"parts": _parts(host, provider)} for provider in host.providers],
        "failures": [
            _provider(failure.provider)
            | {"stage": failure.stage, "error": str(failure), "traceback": failure.traceback}
            for failure in host.failures
        ],
    }


def _provider(provider: Provider) -> dict[str, Any]:
    return {
        "provider": provider.name,
        "version": provider.version,
        "origin": provider.origin,
        "target": provider.target,
    }


def _parts(host: PluginHost, provider: Provider) -> list[str]:
    return [
        f"{part_type.kind} {provided.part.name}"
        for part_type in PART_TYPES
        for provided in host.parts(part_type)
        if provided.provider == provider
    ]


def _page(shown: dict[str, Any]) -> list[str]:
    page = []
    for plugin in shown["plugins"]:
        version = f" {plugin['version']}" if plugin["version"] else ""
        page.append(
            f"[bold cyan]{escape(plugin['provider'])}[/]{escape(version)}  "
            f"[dim]{plugin['origin']} {escape(plugin['target'])}[/]\n"
            f"    {escape(', '.join(plugin['parts'])) or 'no parts'}"
        )
    for failure in shown["failures"]:
        page.append(f"[bold red]{escape(failure['error'])}[/]\n{escape(failure['traceback'])}")
    return page

"""``convlab plugins``: the loaded plugins and the errors of the others."""

from typing import Annotated, Any

import typer

from convlab.cli.errors import ending_well
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.output import print_all, print_json, shown
from convlab.host import PluginHost, Provider
from convlab.parts import provided_types


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
        described = _describe(host)
    if as_json:
        print_json(described)
    else:
        print_all(*_page(described))


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
        for part_type in provided_types()
        for provided in host.parts(part_type)
        if provided.provider == provider
    ]


def _page(described: dict[str, Any]) -> list[str]:
    page = []
    for plugin in described["plugins"]:
        version = f" {plugin['version']}" if plugin["version"] else ""
        page.append(
            f"[bold cyan]{shown(plugin['provider'])}[/]{shown(version)}  "
            f"[dim]{shown(plugin['origin'])} {shown(plugin['target'])}[/]\n"
            f"    {shown(', '.join(plugin['parts'])) or 'no parts'}"
        )
    for failure in described["failures"]:
        traceback = shown(failure["traceback"], keep="\n\t")
        page.append(f"[bold red]{shown(failure['error'])}[/]\n{traceback}")
    return page

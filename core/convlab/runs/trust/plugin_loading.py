"""A host with the plugins that a run needs, and what is said where they are not to be had."""

import importlib.metadata
import logging
import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from convlab.errors import PluginError, TrustError
from convlab.host import PluginHost, Provider
from convlab.runs.recorded_plugin import RecordedPlugin
from convlab.runs.trust.known_plugins import has_run

logger = logging.getLogger("convlab")


def host_with(
    run: str,
    needed: Iterable[RecordedPlugin],
    *,
    plugin_files: Sequence[str | Path],
    third_party: bool | None,
    trust: bool,
) -> PluginHost:
    """Return a host that has the recorded parts; see ``RecordedRun.host``."""
    needed = list(needed)
    replaced = {Path(file).name for file in plugin_files}
    snapshots = {
        (plugin.provider, plugin.text): plugin
        for plugin in needed
        if plugin.text is not None and plugin.provider not in replaced
    }
    unknown = [] if trust else [plugin for plugin in snapshots.values() if not has_run(plugin.text or "")]
    if unknown:
        raise TrustError(_would_run(run, unknown))
    host = PluginHost(plugin_files=plugin_files, third_party=third_party)
    for plugin in snapshots.values():
        host.load_snapshot(plugin.provider, plugin.target, plugin.text or "")
    check_parts(run, needed, host)
    return host


def check_parts(run: str, needed: Iterable[RecordedPlugin], host: PluginHost) -> None:
    """See to it that a host has the recorded parts, and note whose version differs.

    Raises:
        PluginError: one is missing; says what to install.
    """
    noted = set()
    for plugin in needed:
        provider = _provider_of(plugin, host)
        if provider is None:
            raise PluginError(_missing(run, plugin, host))
        if provider.version != plugin.version and plugin.provider not in noted:
            noted.add(plugin.provider)
            was, now = plugin.version, provider.version
            logger.warning("note: %s was made with %s %s; here is %s", run, plugin.provider, was, now)
        elif plugin.text is not None and provider.text != plugin.text and plugin.provider not in noted:
            noted.add(plugin.provider)
            logger.warning("note: %s is not the text that %s was made with", provider.target, run)


def _provider_of(plugin: RecordedPlugin, host: PluginHost) -> Provider | None:
    for provided in host.parts(plugin.part_type):
        if provided.qualified_name == plugin.name:
            return provided.provider
    return None


def _would_run(run: str, plugins: list[RecordedPlugin]) -> str:
    files = " and ".join(
        f"its plugin file {plugin.provider!r} ({len((plugin.text or '').encode()):,} bytes, "
        f"SHA-256 {(plugin.sha256 or '')[:12]}…)"
        for plugin in plugins
    )
    return (
        f"using {run!r} would run {files}, which this machine has never run: read it with "
        f"'convlab show-run {shlex.quote(run)} --code', and if you trust it add --trust"
    )


def _missing(run: str, plugin: RecordedPlugin, host: PluginHost) -> str:
    needs = f"{run!r} needs the {plugin.part_type.kind} {plugin.name!r}"
    failures = [failure for failure in host.failures if failure.provider.name == plugin.provider]
    if failures:
        return f"{needs}, but {failures[-1]}"
    if plugin.origin == "notebook":
        return f"{needs}, which was registered in a notebook: register it with a PluginHost and pass that"
    if plugin.origin == "file":
        return f"{needs}, which that plugin file does not have: name one that has with --plugin"
    install = _install(plugin)
    if any(provider.name == plugin.provider for provider in host.providers):
        return f"{needs}, which the one that is installed does not have{install}"
    if _is_installed(plugin.provider):
        return f"{needs}, which is installed but blocked: leave out --no-plugins and CONVLAB_…_PLUGINS"
    return f"{needs}, which is not installed{install}"


def _install(plugin: RecordedPlugin) -> str:
    """Return the command that installs a plugin, unless the names in the run are none that pip knows."""
    pinned = f"{plugin.provider}=={plugin.version}" if plugin.version else plugin.provider
    return f": pip install {pinned}" if re.fullmatch(r"[\w.-]+(==[\w.+!-]+)?", pinned) else ""


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.version(distribution)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return False
    return True

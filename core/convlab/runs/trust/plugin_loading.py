"""A host with the plugins that a run needs, or an error that says how to get them."""

import importlib.metadata
import logging
import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from convlab.errors import PluginError, TrustError
from convlab.host import PluginHost, Provider
from convlab.runs.recorded_plugin import RecordedPlugin
from convlab.runs.trust.known_plugins import was_executed
from convlab.version import DISTRIBUTION

logger = logging.getLogger("convlab")


def host_with(
    run: str,
    plugins: Iterable[RecordedPlugin],
    *,
    plugin_files: Sequence[str | Path],
    third_party: bool | None,
    trust: bool,
) -> PluginHost:
    """Return a host that provides the recorded parts; see ``RecordedRun.host``."""
    plugins = list(plugins)
    replaced = {Path(file).name for file in plugin_files}
    snapshots = {
        (plugin.provider, plugin.text): plugin
        for plugin in plugins
        if plugin.text is not None and plugin.provider not in replaced
    }
    unknown = [] if trust else [each for each in snapshots.values() if not was_executed(each.text or "")]
    if unknown:
        raise TrustError(_refusal(run, unknown))
    host = PluginHost(plugin_files=plugin_files, third_party=third_party)
    for plugin in snapshots.values():
        host.load_snapshot(plugin.provider, plugin.target, plugin.text or "")
    check_parts(run, plugins, host)
    return host


def check_parts(run: str, plugins: Iterable[RecordedPlugin], host: PluginHost) -> None:
    """Check that a host provides the recorded parts, and log a note for each other version of a plugin.

    Raises:
        PluginError: a part is missing; says what to install.
    """
    noted = set()
    for plugin in plugins:
        provider = _provider_of(plugin, host)
        if provider is None:
            raise PluginError(_explain_missing(run, plugin, host))
        if plugin.provider in noted:
            continue
        if provider.version != plugin.version:
            noted.add(plugin.provider)
            logger.info(
                "%s was made with %s %s; %s is installed",
                run,
                plugin.provider,
                plugin.version,
                provider.version,
            )
        elif plugin.text is not None and provider.text != plugin.text:
            noted.add(plugin.provider)
            logger.info("%s differs from the plugin file that %s was made with", provider.target, run)


def _provider_of(plugin: RecordedPlugin, host: PluginHost) -> Provider | None:
    for provided in host.parts(plugin.part_type):
        if provided.qualified_name == plugin.name:
            return provided.provider
    return None


def _refusal(run: str, plugins: list[RecordedPlugin]) -> str:
    files = " and ".join(
        f"plugin file {plugin.provider!r}, {len((plugin.text or '').encode()):,} bytes, "
        f"SHA-256 {(plugin.sha256 or '')[:12]}…"
        for plugin in plugins
    )
    return (
        f"{run!r} contains code from its author that this machine has never executed ({files}); refused. "
        f"Read it with 'convlab show-run {shlex.quote(run)} --code', and use `trust` to load it"
    )


def _explain_missing(run: str, plugin: RecordedPlugin, host: PluginHost) -> str:
    needs = f"{run!r} requires the {plugin.part_type.kind} {plugin.name!r}"
    failures = [failure for failure in host.failures if failure.provider.name == plugin.provider]
    if failures:
        return f"{needs}, but {failures[-1]}"
    if plugin.origin == "notebook":
        return f"{needs}, which was registered in a notebook; register it with a PluginHost and pass `host`"
    if plugin.origin == "file":
        return f"{needs}, which the given plugin file does not provide; choose another with `plugin_files`"
    install = _install_command(plugin)
    if any(provider.name == plugin.provider for provider in host.providers):
        return f"{needs}, which the installed version does not provide{install}"
    if _is_installed(plugin.provider):
        return (
            f"{needs}, which is installed but blocked; check `third_party`, CONVLAB_NO_PLUGINS and "
            "CONVLAB_BLOCK_PLUGINS"
        )
    return f"{needs}, which is not installed{install}"


def _install_command(plugin: RecordedPlugin) -> str:
    """Return how to install a plugin, or nothing if the recorded name is not a valid package name."""
    distribution = DISTRIBUTION if plugin.origin == "built-in" else plugin.provider
    pinned = f"{distribution}=={plugin.version}" if plugin.version else distribution
    return f"; run 'pip install {pinned}'" if re.fullmatch(r"[\w.-]+(==[\w.+!-]+)?", pinned) else ""


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.version(distribution)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return False
    return True

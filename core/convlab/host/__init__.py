"""The plugin host: finds plugins, isolates failures and finds parts by name."""

from convlab.host.plugin_host import PluginHost
from convlab.host.provider import PluginFailure, ProvidedPart, Provider

__all__ = ["PluginFailure", "PluginHost", "ProvidedPart", "Provider"]

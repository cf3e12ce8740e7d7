"""The plugin host: finds plugins, isolates broken ones and answers for every part by name."""

from convlab.host.plugin_host import PluginHost
from convlab.host.provider import PluginFailure, ProvidedPart, Provider

__all__ = ["PluginFailure", "PluginHost", "ProvidedPart", "Provider"]

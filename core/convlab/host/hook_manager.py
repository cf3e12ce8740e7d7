"""A pluggy manager that skips an invalid hook instead of refusing the whole plugin."""

import inspect
from typing import Any

import pluggy

from convlab.hookspecs import hook_specifications
from convlab.text.suggestions import did_you_mean


class HookManager(pluggy.PluginManager):
    """Registers the hooks of a plugin that match a specification and reports the others."""

    def __init__(self) -> None:
        super().__init__("convlab")
        self.add_hookspecs(hook_specifications())
        self._specified = set(vars(self.hook))
        self._invalid: list[pluggy.PluginValidationError] = []

    def register_valid_hooks(self, plugin: object) -> list[pluggy.PluginValidationError]:
        """Register a plugin and return an error for each invalid implementation.

        Raises:
            ValueError: it is already registered.
        """
        if self.is_registered(plugin):
            raise ValueError("this plugin is already loaded; name it once")
        self._invalid = []
        self.register(plugin, name=str(id(plugin)))  # plugins may share a name
        return self._invalid

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        """Return pluggy's options of an implementation; ``None`` if it is not one or is invalid."""
        options = super().parse_hookimpl_opts(plugin, name)
        if options is None:
            if name in self._specified and inspect.isroutine(getattr(plugin, name)):
                self._invalid.append(
                    pluggy.PluginValidationError(plugin, f"hook {name!r} is not marked @hookimpl")
                )
            return None
        reason = self._reason_invalid(options["specname"] or name, getattr(plugin, name), options)
        if reason is None:
            return options
        if not options["optionalhook"]:
            self._invalid.append(pluggy.PluginValidationError(plugin, reason))
        return None

    def _reason_invalid(self, hook: str, function: Any, options: pluggy.HookimplOpts) -> str | None:
        if hook not in self._specified:
            return f"unknown hook {hook!r}; {did_you_mean(hook, self._specified)}"
        if options["wrapper"] or options["hookwrapper"]:
            return f"hook {hook!r} cannot be a wrapper; return the parts"
        required = [
            parameter
            for parameter in inspect.signature(function).parameters.values()
            if parameter.default is parameter.empty
            and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        ]
        if required:
            return f"hook {hook!r} takes no arguments, but the implementation requires {required[0].name!r}"
        return None

"""pluggy's manager, made to pass over a bad hook instead of refusing the whole plugin."""

import inspect
from typing import Any

import pluggy

from convlab import hookspecs
from convlab.text.suggestions import did_you_mean


class HookManager(pluggy.PluginManager):
    """Registers the hooks of a plugin that fit a specification and tells of the others."""

    def __init__(self) -> None:
        super().__init__("convlab")
        self.add_hookspecs(hookspecs)
        self._specified = set(vars(self.hook))
        self._misfits: list[pluggy.PluginValidationError] = []

    def register_what_fits(self, plugin: object) -> list[pluggy.PluginValidationError]:
        """Register a plugin and return an error for each implementation that does not fit.

        Raises:
            ValueError: it is registered already.
        """
        if self.is_registered(plugin):
            raise ValueError("the same plugin is loaded already: name it once")
        self._misfits = []
        self.register(plugin, name=str(id(plugin)))  # its own name need not be the only one of its kind
        return self._misfits

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        """Return pluggy's options of an implementation, ``None`` for what is none or does not fit."""
        options = super().parse_hookimpl_opts(plugin, name)
        if options is None:
            if name in self._specified and inspect.isroutine(getattr(plugin, name)):
                self._misfits.append(
                    pluggy.PluginValidationError(plugin, f"hook {name!r} is not marked @hookimpl")
                )
            return None
        reason = self._misfit(options["specname"] or name, getattr(plugin, name), options)
        if reason is None:
            return options
        if not options["optionalhook"]:
            self._misfits.append(pluggy.PluginValidationError(plugin, reason))
        return None

    def _misfit(self, hook: str, function: Any, options: pluggy.HookimplOpts) -> str | None:
        if hook not in self._specified:
            return f"unknown hook {hook!r}; {did_you_mean(hook, self._specified)}"
        if options["wrapper"] or options["hookwrapper"]:
            return f"hook {hook!r} cannot be a wrapper: return the parts"
        required = [
            parameter
            for parameter in inspect.signature(function).parameters.values()
            if parameter.default is parameter.empty
            and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        ]
        if required:
            return f"hook {hook!r} takes no arguments, but the implementation asks for {required[0].name!r}"
        return None

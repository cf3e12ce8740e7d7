"""The host: loads plugins, records failures and finds parts by name."""

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pluggy

from convlab.errors import PluginError, UnknownNameError
from convlab.host.catalog import Catalog
from convlab.host.discovery import Candidate, blocked_names, built_ins, entry_points, plugin_file, snapshot
from convlab.host.hook_manager import HookManager
from convlab.host.isolation import isolated
from convlab.host.provider import PluginFailure, ProvidedPart, Provider, Stage
from convlab.parts import Part, provided_types
from convlab.system.tensorflow_start import hushed_import

PartT = TypeVar("PartT", bound=Part)
logger = logging.getLogger("convlab")


class PluginHost:
    """The built-ins, the installed plugins and the plugin files, in that order.

    If a third-party plugin cannot be loaded, or one of its parts is invalid, the logger ``convlab`` warns in
    one line and ``failures`` records it; everything else keeps working.

    Attributes:
        providers: the loaded plugins.
        failures: the failures of plugins and parts.
    """

    def __init__(
        self,
        *,
        plugin_files: Sequence[str | Path] = (),
        third_party: bool | None = None,
        blocked: Iterable[str] | None = None,
        strict: bool | None = None,
    ) -> None:
        """Load the plugins.

        Args:
            plugin_files: Python files to load as plugins, after all others, each once.
            third_party: whether to load installed plugins; by default, unless ``CONVLAB_NO_PLUGINS=1``.
            blocked: distributions or entry points to skip; by default ``CONVLAB_BLOCK_PLUGINS``.
            strict: whether to raise failures; by default, only if ``CONVLAB_STRICT_PLUGINS=1``.

        Raises:
            ConfigError: a plugin file does not exist or is not a Python file.
            PluginError: a built-in failed, or with ``strict`` a third-party plugin.
        """
        self.providers: list[Provider] = []
        self.failures: list[PluginFailure] = []
        self._catalog = Catalog()
        self._strict = _flag("CONVLAB_STRICT_PLUGINS") if strict is None else strict
        self._loading: Provider | None = None
        self._hooks = HookManager()

        for candidate in built_ins():
            self._load(candidate)
        if third_party is None:
            third_party = not _flag("CONVLAB_NO_PLUGINS")
        if third_party:
            listed = os.environ.get("CONVLAB_BLOCK_PLUGINS", "") if blocked is None else ",".join(blocked)
            for candidate in entry_points(blocked_names(listed)):
                self._load(candidate)
        for file in {Path(file).resolve(): Path(file) for file in plugin_files}.values():
            self._load(plugin_file(file))

    def register(self, plugin: object, *, name: str = "notebook") -> None:
        """Add a module or object that implements hooks, for example from a notebook.

        Args:
            plugin: the module or object.
            name: the provider name that qualifies its parts' names.

        Raises:
            PluginError: with ``strict``, a hook is invalid or fails.
        """
        target = getattr(plugin, "__name__", type(plugin).__name__)
        self._load((Provider(name=name, version=None, origin="notebook", target=target), lambda: plugin))

    def load_snapshot(self, name: str, target: str, text: str) -> None:
        """Run the source of a plugin file that a run recorded, and add its parts.

        Args:
            name: the file's name, which qualifies its parts' names.
            target: the file's path at the time of the run.
            text: the source to run; the caller decides whether to trust it.

        Raises:
            PluginError: with ``strict``, it fails.
        """
        self._load(snapshot(name, target, text))

    def parts(self, part_type: type[PartT]) -> tuple[ProvidedPart[PartT], ...]:
        """Return all parts of one kind, built-ins first.

        Args:
            part_type: the kind, such as ``Dataset``.
        """
        return tuple(self._catalog.of_type(part_type))

    def find(self, part_type: type[PartT], name: str) -> ProvidedPart[PartT]:
        """Return the part with a bare or qualified name.

        Args:
            part_type: the kind, such as ``Architecture``.
            name: such as ``resnet20`` or ``convlab-resnet:resnet20``.

        Raises:
            UnknownNameError: no part, or parts of more than one third party, have that name.
        """
        try:
            return self._catalog.find(part_type, name)
        except UnknownNameError as error:
            if not self.failures:
                raise
            failed = ", ".join(sorted({failure.provider.name for failure in self.failures}))
            raise UnknownNameError(
                f"{error} (these plugins have errors: {failed}; see 'convlab plugins')"
            ) from None

    def _load(self, candidate: Candidate) -> None:
        self._loading, load = candidate
        with isolated() as code, hushed_import() as slow:
            plugin = load()
        if slow and self._loading.snapshot is None:
            logger.warning(
                "plugin %r imports %s at the top, which slows down every command; import it inside the "
                "functions that use it, such as build",
                self._loading.name,
                slow[0],
            )
        if code.error is not None:
            self._fail("import", code.error)
            return
        with isolated() as code:
            invalid = self._hooks.register_valid_hooks(plugin)
        if code.error is not None:
            self._fail("register", code.error)
            return
        for reason in invalid:
            self._fail("register", reason)
        self.providers.append(self._loading)
        self._collect(plugin)

    def _collect(self, plugin: object) -> None:
        for part_type in provided_types():
            hook: pluggy.HookCaller = getattr(self._hooks.hook, part_type.kind.hook)
            for implementation in hook.get_hookimpls():
                if implementation.plugin is plugin:
                    for item in self._items(implementation.function, hook.name):
                        self._add(part_type, item, hook.name)

    def _items(self, function: Callable[[], Any], hook: str) -> list[object]:
        """Return what a hook returns, up to its first error."""
        items: list[object] = []
        with isolated() as code:
            returned = function()
            if not isinstance(returned, Iterable):
                raise TypeError(f"expected a list of parts from {hook}, got {_described(returned)}")
            items.extend(returned)  # which keeps what a generator yields before it raises
        if code.error is not None:
            self._fail("hook", code.error)
        return items

    def _add(self, part_type: type[Part], item: object, hook: str) -> None:
        assert self._loading is not None
        with isolated() as code:
            if not isinstance(item, part_type):
                raise TypeError(f"expected {part_type.__name__} from {hook}, got {_described(item)}")
            self._catalog.add(ProvidedPart(part=item, provider=self._loading))
        if code.error is not None:
            self._fail("item", code.error)

    def _fail(self, stage: Stage, error: BaseException) -> None:
        assert self._loading is not None
        failure = PluginFailure(provider=self._loading, stage=stage, error=error)
        if self._strict or self._loading.origin == "built-in":
            raise PluginError(str(failure)) from error
        self.failures.append(failure)
        logger.warning("%s", failure)


def _described(returned: object) -> str:
    if isinstance(returned, Part | None):
        return str(returned)
    return type(returned).__name__  # its repr is plugin code, which may fail


def _flag(variable: str) -> bool:
    return os.environ.get(variable, "").lower() not in ("", "0", "false", "no")

"""The host: loads the plugins, keeps what failed and finds parts by name."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pluggy

from convlab.errors import PluginError, UnknownNameError
from convlab.host.catalog import Catalog
from convlab.host.discovery import Candidate, blocked_names, built_ins, entry_points, plugin_file, snapshot
from convlab.host.hook_manager import HookManager
from convlab.host.provider import PluginFailure, ProvidedPart, Provider, Stage
from convlab.parts import PART_TYPES, Part

PartT = TypeVar("PartT", bound=Part)
logger = logging.getLogger("convlab")


class PluginHost:
    """The built-ins, the installed plugins and the plugin files, in that order.

    A third party that cannot be loaded, or a part of it that does not fit, is told in one line through
    the logger ``convlab`` and kept in ``failures``; everything else goes on working.

    Attributes:
        providers: the plugins that were loaded.
        failures: what went wrong with the others.
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
            plugin_files: Python files that are plugins, loaded after all others, each once.
            third_party: whether to load installed plugins; by default unless ``CONVLAB_NO_PLUGINS=1``.
            blocked: distributions or entry points to pass over; by default ``CONVLAB_BLOCK_PLUGINS``.
            strict: whether a failure is raised; by default if ``CONVLAB_STRICT_PLUGINS=1``.

        Raises:
            ConfigError: a plugin file does not exist or is not one of Python.
            PluginError: a built-in failed, or a third party did and ``strict`` holds.
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
        """Add a module or object that implements hooks, such as one written in a notebook.

        Args:
            plugin: what implements the hooks.
            name: what qualifies the names of its parts.

        Raises:
            PluginError: a hook does not fit or fails, and ``strict`` holds.
        """
        target = getattr(plugin, "__name__", type(plugin).__name__)
        self._load((Provider(name=name, version=None, origin="notebook", target=target), lambda: plugin))

    def load_snapshot(self, name: str, target: str, text: str) -> None:
        """Run the text of a plugin file that a run recorded, and add its parts.

        Args:
            name: the file's name, which qualifies the names of its parts.
            target: where the file lay when the run was made.
            text: what is run; see to it that it may be trusted.

        Raises:
            PluginError: it fails, and ``strict`` holds.
        """
        self._load(snapshot(name, target, text))

    def parts(self, part_type: type[PartT]) -> tuple[ProvidedPart[PartT], ...]:
        """Return all parts of one kind, built-ins first.

        Args:
            part_type: ``Dataset``, ``Architecture``, ``Optimizer``, ``Metric`` or ``Tracker``.
        """
        return tuple(self._catalog.of_type(part_type))

    def find(self, part_type: type[PartT], name: str) -> ProvidedPart[PartT]:
        """Return the part that a bare or qualified name means.

        Args:
            part_type: ``Dataset``, ``Architecture``, ``Optimizer``, ``Metric`` or ``Tracker``.
            name: such as ``resnet20`` or ``convlab-resnet:resnet20``.

        Raises:
            UnknownNameError: nothing, or more than one third party, has that name.
        """
        try:
            return self._catalog.find(part_type, name)
        except UnknownNameError as error:
            if not self.failures:
                raise
            failed = ", ".join(sorted({failure.provider.name for failure in self.failures}))
            raise UnknownNameError(
                f"{error} (failed to load in full: {failed}; see 'convlab plugins')"
            ) from None

    def _load(self, candidate: Candidate) -> None:
        self._loading, load = candidate
        try:
            plugin = load()
        except (Exception, SystemExit) as error:
            self._fail("import", error)
            return
        try:
            misfits = self._hooks.register_what_fits(plugin)
        except Exception as error:
            self._fail("register", error)
            return
        for misfit in misfits:
            self._fail("register", misfit)
        self.providers.append(self._loading)
        self._collect(plugin)

    def _collect(self, plugin: object) -> None:
        for part_type in PART_TYPES:
            hook: pluggy.HookCaller = getattr(self._hooks.hook, f"convlab_{part_type.kind}s")
            for implementation in hook.get_hookimpls():
                if implementation.plugin is plugin:
                    for item in self._items(implementation.function, hook.name):
                        self._add(part_type, item, hook.name)

    def _items(self, function: Callable[[], Any], hook: str) -> Iterator[object]:
        """Yield what a hook returns, as far as it comes."""
        try:
            returned = function()
            if not isinstance(returned, Iterable):
                raise TypeError(f"{hook} returned {_described(returned)}: return a list of parts")
            yield from returned
        except (Exception, SystemExit) as error:
            self._fail("hook", error)

    def _add(self, part_type: type[Part], item: object, hook: str) -> None:
        assert self._loading is not None
        try:
            if not isinstance(item, part_type):
                raise TypeError(f"{hook} returned {_described(item)}, which is no {part_type.__name__}")
            self._catalog.add(ProvidedPart(part=item, provider=self._loading))
        except (TypeError, ValueError) as error:
            self._fail("item", error)

    def _fail(self, stage: Stage, error: BaseException) -> None:
        assert self._loading is not None
        failure = PluginFailure(provider=self._loading, stage=stage, error=error)
        if self._strict or self._loading.origin == "built-in":
            raise PluginError(str(failure)) from error
        self.failures.append(failure)
        logger.warning("warning: %s", failure)


def _described(returned: object) -> str:
    if isinstance(returned, Part | None):
        return str(returned)
    return f"a value of type {type(returned).__name__}"  # its repr is the plugin's own code, and may fail too


def _flag(variable: str) -> bool:
    return os.environ.get(variable, "").lower() not in ("", "0", "false", "no")

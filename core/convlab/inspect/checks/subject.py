"""The subjects of checks: a whole plugin, or one of its parts."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, ClassVar

from convlab.host import PluginFailure, PluginHost, ProvidedPart, Provider
from convlab.inspect.checks.author_code import sources_of
from convlab.inspect.checks.conduct.watch import Watch
from convlab.inspect.checks.outcome import CheckResult
from convlab.options.reading import read_options
from convlab.parts import Part


@dataclass(kw_only=True, eq=False)
class Subject(ABC):
    """A plugin or part to check, and the results so far.

    Attributes:
        needs_tensorflow: whether its checks do.
        outcomes: the results so far by name of the check, so that no check runs twice.
    """

    needs_tensorflow: ClassVar[bool] = False

    outcomes: dict[str, CheckResult] = field(default_factory=dict)

    @property
    @abstractmethod
    def kind(self) -> str:
        """The kind whose checks apply: ``plugin``, or the name of a kind of part."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names by which ``expected_failures`` may refer to it."""

    @property
    @abstractmethod
    def sources(self) -> tuple[str, ...]:
        """The files and folders of its author's code."""

    def watching(self) -> AbstractContextManager[None]:
        """Observe what happens in the block, for the checks that run last."""
        return nullcontext()


@dataclass(kw_only=True, eq=False)
class PluginSubject(Subject):
    """A plugin.

    Attributes:
        provider: the plugin.
        failures: its failures.
        parts: the parts that it provides.
        probed: the output of ``import_probe``, once it has run.
    """

    provider: Provider
    failures: tuple[PluginFailure, ...]
    parts: tuple[ProvidedPart[Part], ...]
    probed: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind ``plugin``."""
        return "plugin"

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the distribution or file."""
        return (self.provider.name,)

    @property
    def sources(self) -> tuple[str, ...]:
        """The plugin's file, or the folder of its package."""
        return sources_of(self.provider.target)

    def __str__(self) -> str:
        return f"plugin {self.provider}"


@dataclass(kw_only=True, eq=False)
class PartSubject(Subject):
    """A part, checked with its default options or with given ones.

    Attributes:
        provided: the part and the plugin that provides it.
        host: where to look up other parts.
        data_dir: a folder to search for data files first.
        option_values: values of options to check the part with instead of their defaults.
        watch: what the checks observe of the part; the factory in ``provided`` reports to it.
    """

    provided: ProvidedPart[Any]
    host: PluginHost
    data_dir: str | None = None
    option_values: Mapping[str, Any] = field(default_factory=dict)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(lambda: self.sources)
        self.provided = self.watch.watched(self.provided)

    @property
    def kind(self) -> str:
        """The name of the part's kind."""
        return str(self.part.kind)

    @property
    def part(self) -> Any:
        """The part's description."""
        return self.provided.part

    @property
    def names(self) -> tuple[str, ...]:
        """The part's bare and qualified names."""
        return (self.part.name, self.provided.qualified_name)

    @property
    def sources(self) -> tuple[str, ...]:
        """The plugin's files, and those of the part's factory."""
        factory = inspect.unwrap(getattr(self.part, self.part.factory))
        module = getattr(factory, "__module__", None) or ""
        code = getattr(factory, "__code__", None)
        file = (code.co_filename,) if code is not None else ()
        return (*file, *sources_of(module), *sources_of(self.provided.provider.target))

    def watching(self) -> AbstractContextManager[None]:
        """Watch the part."""
        return self.watch.during_a_check()

    def options(self) -> Any:
        """Return the part's options; ``None`` if it has none.

        Raises:
            ConfigError: one of ``option_values`` is unknown or invalid.
        """
        if not self.option_values:
            return self.part.options and self.part.options()
        key = self.part.kind.options_key
        return read_options(self.part.options, self.option_values, key=key, owner=str(self))

    def __str__(self) -> str:
        return str(self.provided)

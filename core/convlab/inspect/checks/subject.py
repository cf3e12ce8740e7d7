"""The subjects of checks: a whole plugin, or one of its parts."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from convlab.host import PluginFailure, ProvidedPart, Provider
from convlab.inspect.checks.outcome import CheckResult
from convlab.parts import Part


@dataclass(kw_only=True, eq=False)
class Subject:
    """A plugin or part to check, and the results so far.

    Attributes:
        needs_tensorflow: whether its checks do.
        outcomes: the results so far by name of the check, so that no check runs twice.
    """

    needs_tensorflow: ClassVar[bool] = False

    outcomes: dict[str, CheckResult] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind whose checks apply: ``plugin``, or the name of a kind of part."""
        raise NotImplementedError


@dataclass(kw_only=True, eq=False)
class PluginSubject(Subject):
    """A plugin.

    Attributes:
        provider: the plugin.
        failures: its failures.
        parts: the parts that it provides.
    """

    provider: Provider
    failures: tuple[PluginFailure, ...]
    parts: tuple[ProvidedPart[Part], ...]

    @property
    def kind(self) -> str:
        """The kind ``plugin``."""
        return "plugin"

    def __str__(self) -> str:
        return f"plugin {self.provider}"


@dataclass(kw_only=True, eq=False)
class PartSubject(Subject):
    """A part, checked with its default options.

    Attributes:
        provided: the part and the plugin that provides it.
        data_dir: a folder to search for data files first.
    """

    provided: ProvidedPart[Any]
    data_dir: str | None = None

    @property
    def kind(self) -> str:
        """The name of the part's kind."""
        return str(self.part.kind)

    @property
    def part(self) -> Any:
        """The part's description."""
        return self.provided.part

    def options(self) -> Any:
        """Return the part's default options; ``None`` if it has no options."""
        return self.part.options and self.part.options()

    def __str__(self) -> str:
        return str(self.provided)

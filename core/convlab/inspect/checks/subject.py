"""What checks look at: a plugin as a whole, or one of its parts."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from convlab.host import PluginFailure, ProvidedPart, Provider
from convlab.inspect.checks.outcome import CheckResult
from convlab.inspect.checks.registry import SubjectKind
from convlab.parts import Part


@dataclass(kw_only=True, eq=False)
class Subject:
    """Something that is checked, with what its checks have found so far.

    Attributes:
        needs_tensorflow: whether checks of its kind do.
        outcomes: the results so far, by the name of the check, so that none runs twice.
    """

    kind: ClassVar[SubjectKind]
    needs_tensorflow: ClassVar[bool] = False

    outcomes: dict[str, CheckResult] = field(default_factory=dict)


@dataclass(kw_only=True, eq=False)
class PluginSubject(Subject):
    """A plugin.

    Attributes:
        provider: the plugin.
        failures: what the host could not use of it.
        parts: what it provides.
    """

    kind: ClassVar[SubjectKind] = "plugin"

    provider: Provider
    failures: tuple[PluginFailure, ...]
    parts: tuple[ProvidedPart[Part], ...]

    def __str__(self) -> str:
        return f"plugin {self.provider}"


@dataclass(kw_only=True, eq=False)
class PartSubject(Subject):
    """A part, checked with its default options.

    Attributes:
        provided: the part and the plugin it comes from.
        data_dir: a folder to look for data files in before all others.
    """

    provided: ProvidedPart[Any]
    data_dir: str | None = None

    @property
    def part(self) -> Any:
        """The part's description."""
        return self.provided.part

    def options(self) -> Any:
        """Return the part's options with their defaults; ``None`` where it has none."""
        return self.part.options and self.part.options()

    def __str__(self) -> str:
        return str(self.provided)

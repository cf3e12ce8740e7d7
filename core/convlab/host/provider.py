"""Where a part comes from: a plugin, and its failures."""

import traceback
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from convlab.errors import ConvlabError, PluginError, in_one_line, message_of
from convlab.host.isolation import isolated
from convlab.parts import Part

Origin = Literal["built-in", "entry point", "file", "notebook"]
Stage = Literal["import", "register", "hook", "item"]
PartT = TypeVar("PartT", bound=Part, covariant=True)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A plugin that provides parts.

    Attributes:
        name: the distribution's or the file's name; it qualifies the names of the parts.
        version: the distribution's version; ``None`` for a file.
        origin: how the host found it.
        target: the module, or the file's path.
        snapshot: the source of a plugin file that a run recorded; the file may be gone.
    """

    name: str
    version: str | None
    origin: Origin
    target: str
    snapshot: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        version = f" {self.version}" if self.version else ""
        return f"{self.name}{version} ({self.origin} {self.target})"

    @cached_property
    def text(self) -> str | None:
        """The source of a plugin file when the host or a run read it; ``None`` for other plugins."""
        if self.snapshot is not None:
            return self.snapshot
        # From bytes, which preserves line ends, so that the hash is the file's.
        return Path(self.target).read_bytes().decode() if self.origin == "file" else None

    def record(self) -> dict[str, str | None]:
        """Return what a run records of the plugin: its version, or a file's source and SHA-256."""
        record: dict[str, str | None] = {
            "provider": self.name,
            "version": self.version,
            "origin": self.origin,
            "target": self.target,
        }
        if self.text is not None:
            record |= {"sha256": sha256_of(self.text), "text": self.text}
        return record


def sha256_of(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class PluginFailure:
    """The failure of a plugin or part that the host skipped.

    Attributes:
        provider: the plugin.
        stage: ``import``, ``register`` (an unknown hook or an invalid signature), ``hook`` (it raised) or
            ``item`` (it returned something other than a valid part of that kind).
        error: the exception, with its traceback.
    """

    provider: Provider
    stage: Stage
    error: BaseException

    def __str__(self) -> str:
        reason = " ".join(message_of(self.error).split()) or "no message"
        return f"plugin {self.provider} failed at {self.stage}: {type(self.error).__name__}: {reason}"

    @property
    def traceback(self) -> str:
        """The full traceback, as Python prints it."""
        return "".join(traceback.format_exception(self.error))


@dataclass(frozen=True, kw_only=True)
class ProvidedPart(Generic[PartT]):
    """A part and the plugin that provides it."""

    part: PartT
    provider: Provider

    @property
    def qualified_name(self) -> str:
        """``provider:name``, which is unambiguous."""
        return f"{self.provider.name}:{self.part.name}"

    @property
    def canonical_name(self) -> str:
        """The name that is unambiguous whatever else is installed: bare for a built-in."""
        return self.part.name if self.provider.origin == "built-in" else self.qualified_name

    def __str__(self) -> str:
        return f"{self.part.kind} {self.canonical_name!r}"


def build_part(provided: ProvidedPart[Any], *arguments: Any) -> Any:
    """Call a part's factory.

    Raises:
        ConvlabError: the factory raised one; the message also names the part.
        PluginError: the factory raised anything else.
    """
    with isolated() as code:
        return getattr(provided.part, provided.part.factory)(*arguments)
    assert code.error is not None, "nothing else leaves the block"
    if isinstance(code.error, ConvlabError):
        raise code.error.prefixed(provided) from code.error
    raise PluginError(f"{provided} failed: {in_one_line(code.error)}") from code.error

"""Where parts come from, and what became of it."""

import traceback
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Generic, Literal, TypeVar

from convlab.parts import Part

Origin = Literal["built-in", "entry point", "file", "notebook"]
Stage = Literal["import", "register", "hook", "item"]
PartT = TypeVar("PartT", bound=Part, covariant=True)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A plugin that parts come from.

    Attributes:
        name: what qualifies its parts' names: the distribution's name, or the file's.
        version: the distribution's version; ``None`` for a file.
        origin: how the host came to it.
        target: the module it names, or the file's path.
        snapshot: the text that a run recorded of a plugin file, which then need not be there any more.
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
        """The text of a plugin file, as it was when the host or a run read it; ``None`` for others."""
        if self.snapshot is not None:
            return self.snapshot
        # From bytes, which keeps the line ends: the hash is then that of the file.
        return Path(self.target).read_bytes().decode() if self.origin == "file" else None

    def record(self) -> dict[str, str | None]:
        """What a run notes of the plugin: its version, or a file's text and SHA-256."""
        noted = {"provider": self.name, "version": self.version, "origin": self.origin, "target": self.target}
        if self.text is not None:
            noted |= {"sha256": sha256_of(self.text), "text": self.text}
        return noted


def sha256_of(text: str) -> str:
    """Return the SHA-256 of the file that holds a text."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class PluginFailure:
    """What went wrong with a plugin that the host went on without.

    Attributes:
        provider: the plugin.
        stage: ``import``, ``register`` (an unknown hook or a bad signature), ``hook`` (it raised) or
            ``item`` (it returned something that is no part of that kind).
        error: the exception, with its traceback.
    """

    provider: Provider
    stage: Stage
    error: BaseException

    def __str__(self) -> str:
        reason = " ".join(str(self.error).split()) or "no message"
        return f"plugin {self.provider} failed at {self.stage}: {type(self.error).__name__}: {reason}"

    @property
    def traceback(self) -> str:
        """The whole traceback, as Python prints it."""
        return "".join(traceback.format_exception(self.error))


@dataclass(frozen=True, kw_only=True)
class ProvidedPart(Generic[PartT]):
    """A part and the plugin that it comes from."""

    part: PartT
    provider: Provider

    @property
    def qualified_name(self) -> str:
        """``provider:name``, which always means this part."""
        return f"{self.provider.name}:{self.part.name}"

    @property
    def canonical_name(self) -> str:
        """The name that means this part whatever else is installed: bare for a built-in."""
        return self.part.name if self.provider.origin == "built-in" else self.qualified_name

    def __str__(self) -> str:
        return f"{self.part.kind} {self.canonical_name!r}"

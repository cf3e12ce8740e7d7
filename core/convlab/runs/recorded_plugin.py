"""What a run recorded about the plugins of its parts."""

from dataclasses import dataclass, field
from typing import Any

from convlab.errors import RunFolderError
from convlab.host.provider import sha256_of
from convlab.parts import PART_TYPES, Part

_TYPES = {part_type.kind.name: part_type for part_type in PART_TYPES}


@dataclass(frozen=True, kw_only=True)
class RecordedPlugin:
    """The plugin of one part of a run, as recorded in ``environment.json``. Nothing of it has been executed.

    Attributes:
        part_type: the kind of part.
        name: the part's qualified name.
        provider: the name of the distribution or of the plugin file.
        version: the distribution's version; ``None`` for a plugin file.
        origin: how the host found it: ``built-in``, ``entry point``, ``file`` or ``notebook``.
        target: the module, or the file's path on the machine of the run.
        text: the source of a plugin file; ``None`` for other origins.
    """

    part_type: type[Part]
    name: str
    provider: str
    version: str | None
    origin: str
    target: str
    text: str | None = field(default=None, repr=False)

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of the plugin file, computed from its text; a recorded hash is never trusted."""
        return None if self.text is None else sha256_of(self.text)

    @classmethod
    def read(cls, entry: Any) -> "RecordedPlugin":
        """Read one entry of ``plugins`` in ``environment.json``.

        Raises:
            RunFolderError: the entry is invalid.
        """
        try:
            required = {key: entry[key] for key in ("name", "provider", "origin", "target")}
            optional = {key: entry.get(key) for key in ("version", "text")}
            part_type = _TYPES[entry["kind"]]
        except (KeyError, TypeError, AttributeError):
            raise RunFolderError("an entry of 'plugins' lacks its kind, name or origin") from None
        values = [*required.values(), *(value for value in optional.values() if value is not None)]
        if not all(isinstance(value, str) and _is_encodable(value) for value in values):
            raise RunFolderError("an entry of 'plugins' has a value that is not text")
        return cls(part_type=part_type, **required, **optional)


def _is_encodable(value: str) -> bool:
    """Return whether a text can be written to a file; JSON can express lone surrogates, which cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True

"""What a run noted of the plugins that its parts come from."""

from dataclasses import dataclass, field
from typing import Any

from convlab.errors import RunFolderError
from convlab.host.provider import sha256_of
from convlab.parts import PART_TYPES, Part

_TYPES = {part_type.kind.name: part_type for part_type in PART_TYPES}


@dataclass(frozen=True, kw_only=True)
class RecordedPlugin:
    """The plugin of one part of a run, as ``environment.json`` has it. Nothing of it has been run.

    Attributes:
        part_type: the kind of part.
        name: the part's qualified name.
        provider: the distribution's name, or the plugin file's.
        version: the distribution's version; ``None`` for a file.
        origin: how the host came to it.
        target: the module, or the file's path on the machine that made the run.
        text: the text of a plugin file; ``None`` for others.
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
        """The SHA-256 of the plugin file, computed from its text whatever the run says of it."""
        return None if self.text is None else sha256_of(self.text)

    @classmethod
    def read(cls, noted: Any) -> "RecordedPlugin":
        """Read one entry of ``environment.json``.

        Raises:
            RunFolderError: it is not what a run writes.
        """
        try:
            words = {key: noted[key] for key in ("name", "provider", "origin", "target")}
            optional = {key: noted.get(key) for key in ("version", "text")}
            part_type = _TYPES[noted["kind"]]
        except (KeyError, TypeError, AttributeError):
            raise RunFolderError("an entry of 'plugins' lacks its kind, name or origin") from None
        given = [*words.values(), *(value for value in optional.values() if value is not None)]
        if not all(isinstance(value, str) and _is_text(value) for value in given):
            raise RunFolderError("an entry of 'plugins' holds something else than text")
        return cls(part_type=part_type, **words, **optional)


def _is_text(value: str) -> bool:
    """Tell whether a file can hold it; JSON can spell what none can."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True

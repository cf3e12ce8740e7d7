"""The parts that the plugins provide, by bare or qualified name."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar, cast

from convlab.errors import UnknownNameError
from convlab.host.provider import ProvidedPart
from convlab.parts import Part
from convlab.text.suggestions import did_you_mean

PartT = TypeVar("PartT", bound=Part)


class Catalog:
    """All parts, in the order in which their plugins were loaded."""

    def __init__(self) -> None:
        self._parts: list[ProvidedPart[Part]] = []

    def add(self, provided: ProvidedPart[Part]) -> None:
        """Add a part.

        Raises:
            ValueError: its provider already has a part of that kind and name.
        """
        for other in self._parts:
            if (other.part.kind, other.qualified_name) == (provided.part.kind, provided.qualified_name):
                raise ValueError(
                    f"duplicate {provided.part.kind} {provided.qualified_name!r}; "
                    f"keeping the one from {other.provider.target}"
                )
        self._parts.append(provided)

    def of_type(self, part_type: type[PartT]) -> Iterator[ProvidedPart[PartT]]:
        """Yield the parts of one kind."""
        for provided in self._parts:
            if isinstance(provided.part, part_type):
                yield cast("ProvidedPart[PartT]", provided)

    def find(self, part_type: type[PartT], name: str) -> ProvidedPart[PartT]:
        """Return the part with a name.

        Args:
            part_type: the kind of part.
            name: ``provider:name``, or a bare name, which refers to the built-in if there is one.

        Raises:
            UnknownNameError: no part, or parts of more than one third party, have that name.
        """
        parts = list(self.of_type(part_type))
        for provided in parts:
            if name in (provided.qualified_name, provided.canonical_name):
                return provided
        bare = [provided for provided in parts if provided.part.name == name]
        if len(bare) == 1:
            return bare[0]
        kind = part_type.kind
        if bare:
            qualified = " or ".join(provided.qualified_name for provided in bare)
            raise UnknownNameError(f"several plugins provide the {kind} {name!r}; write {qualified}")
        known = {provided.part.name for provided in parts}
        if ":" in name:
            known = {provided.qualified_name for provided in parts}
            file = name.rpartition(":")[0]
            if file.endswith(".py") and not any(provided.provider.name == file for provided in parts):
                raise UnknownNameError(
                    f"unknown {kind} {name!r}; load the plugin file {file!r} with `plugin_files`"
                )
        if kind.name == "dataset" and "folder" in known and ("/" in name or Path(name).is_dir()):
            raise UnknownNameError(
                f"unknown dataset {name!r}; for a folder of images, use `dataset=folder` and "
                f"`dataset_options.path={shlex.quote(name)}`"
            )
        see_all = f"'convlab list {kind.plural}' lists all"
        raise UnknownNameError(f"unknown {kind} {name!r}; {did_you_mean(name, known, see_all=see_all)}")

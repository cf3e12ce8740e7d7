"""The files of a folder that are skipped, reported in one sentence."""

from pathlib import Path

_NAMES_PER_FAULT = 3


class Faults:
    """Skipped files, grouped by what is wrong with them.

    Args:
        root: the folder that contains them.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: dict[str, list[str]] = {}

    def add(self, fault: str, name: str) -> None:
        """Record a file.

        Args:
            fault: what is wrong, as a phrase that follows a count.
            name: the file's path relative to the root.
        """
        self._names.setdefault(fault, []).append(name)

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """The names of the files by fault."""
        return {fault: tuple(names) for fault, names in self._names.items()}

    def __len__(self) -> int:
        return sum(map(len, self._names.values()))

    def __str__(self) -> str:
        faults = "; ".join(
            f"{len(names):,} {fault} ({', '.join(sorted(names)[:_NAMES_PER_FAULT])}"
            f"{', …' * (len(names) > _NAMES_PER_FAULT)})"
            for fault, names in self._names.items()
        )
        return f"{self._root}: skipped {faults}"

"""What is wrong with the files of a folder, told in one sentence."""

from pathlib import Path

_NAMED = 3


class Faults:
    """Files that are left out, by what is wrong with them.

    Args:
        root: the folder that they lie in.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: dict[str, list[str]] = {}

    def add(self, fault: str, name: str) -> None:
        """Note a file.

        Args:
            fault: what is wrong, in words that follow a number.
            name: the file, as seen from the root.
        """
        self._names.setdefault(fault, []).append(name)

    def __len__(self) -> int:
        return sum(map(len, self._names.values()))

    def __str__(self) -> str:
        kinds = "; ".join(
            f"{len(names):,} {fault} ({', '.join(sorted(names)[:_NAMED])}{', …' * (len(names) > _NAMED)})"
            for fault, names in self._names.items()
        )
        return f"{self._root}: left out {kinds}"

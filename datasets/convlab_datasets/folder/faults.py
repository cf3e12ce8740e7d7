"""The files of a folder that are left out: all are named, and faults are reported in one sentence."""

from pathlib import Path

from convlab import ImageFolder

_NAMES_PER_FAULT = 3


class Faults:
    """Files that are left out, grouped by the reason; those that are expected to be are no faults.

    Args:
        root: the folder that contains them.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._faults: dict[str, list[tuple[str, str]]] = {}
        self._expected: dict[str, list[str]] = {}

    def add(self, fault: str, name: str, detail: str = "") -> None:
        """Record a file that should not be there.

        Args:
            fault: what is wrong, as a phrase that follows a count.
            name: the file's path relative to the root.
            detail: what to say about this file.
        """
        self._faults.setdefault(fault, []).append((name, detail))

    def leave_out(self, fault: str, folder: ImageFolder, *, expects_images: bool = False) -> None:
        """Record all files of a folder.

        Args:
            fault: why its images are left out.
            folder: the folder.
            expects_images: whether a file in another format is a fault.
        """
        for entry in folder.images:
            self.add(fault, self.relative(entry.path))
        expected = {folder.HIDDEN} if expects_images else {folder.HIDDEN, folder.OTHER_FORMAT}
        for entry in folder.left_out:
            if entry.reason in expected:
                self._expected.setdefault(entry.reason, []).append(self.relative(entry.path))
            else:
                self.add(entry.reason, self.relative(entry.path))

    def relative(self, path: Path) -> str:
        """Return a path relative to the root, with ``/``."""
        return path.relative_to(self._root).as_posix()

    def left_out(self) -> dict[str, tuple[str, ...]]:
        """Return the names of all files that are left out, by the reason."""
        return {
            reason: (*(name for name, _ in self._faults.get(reason, ())), *self._expected.get(reason, ()))
            for reason in (self._faults | self._expected)
        }

    def __len__(self) -> int:
        return sum(map(len, self._faults.values()))

    def __str__(self) -> str:
        faults = "; ".join(
            f"{len(files):,} {fault} ({', '.join(map(_describe, sorted(files)[:_NAMES_PER_FAULT]))}"
            f"{', …' * (len(files) > _NAMES_PER_FAULT)})"
            for fault, files in self._faults.items()
        )
        return f"{self._root}: skipped {faults}"


def _describe(file: tuple[str, str]) -> str:
    return "".join(file)

"""Files of the same content: needless copies, doubtful labels and leaks between splits."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from convlab_datasets.folder.faults import Faults
from convlab_datasets.folder.layout import ImageFile

# Of two splits that have the same image, the earlier keeps it: what is measured stays as it was given.
_PRECEDENCE = ("test", "validation", "train")


def without_duplicates(root: Path, files: list[ImageFile], faults: Faults) -> list[ImageFile]:
    """Return the files in their order, without those whose content another one has too.

    Of copies in one class and split the first stays; what is in two splits leaves the train split; what is in
    two classes leaves altogether, since nobody knows which label is right.
    """
    left_out: set[str] = set()
    for same in _groups(root, files):
        if len({file.label for file in same}) > 1:
            for file in same:
                other = next(other for other in same if other.label != file.label)
                faults.add("in two classes, so that a label is wrong", f"{file.name} = {other.name}")
                left_out.add(file.name)
            continue
        kept = min(same, key=lambda file: _PRECEDENCE.index(file.split))
        for file in same:
            if file is not kept:
                where = "copies of another" if file.split == kept.split else f"also in {kept.split}"
                faults.add(where, f"{file.name} = {kept.name}")
                left_out.add(file.name)
    return [file for file in files if file.name not in left_out]


def _groups(root: Path, files: Iterable[ImageFile]) -> Iterator[list[ImageFile]]:
    """Yield each two or more files of the same content; reads only those of which another has the size."""
    by_size: dict[int, list[ImageFile]] = defaultdict(list)
    for file in files:
        by_size[file.size].append(file)
    for candidates in by_size.values():
        if len(candidates) > 1:
            by_content: dict[bytes, list[ImageFile]] = defaultdict(list)
            for file in candidates:
                content = (root / file.name).read_bytes()
                by_content[hashlib.blake2b(content, digest_size=16).digest()].append(file)
            yield from (same for same in by_content.values() if len(same) > 1)

"""Files with identical content: redundant copies, contradictory labels and leaks between splits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from convlab_datasets.folder.faults import Faults
from convlab_datasets.folder.layout import ImageFile

# If several splits contain the same image, the first of these keeps it, so that the test set is unchanged.
_PRECEDENCE = ("test", "validation", "train")


def without_duplicates(files: list[ImageFile], faults: Faults) -> list[ImageFile]:
    """Remove duplicate files, preserving the order.

    Of copies within one class and split, the first stays. An image in several splits leaves the training set.
    An image in two classes is removed altogether, since one of its labels must be wrong.
    """
    removed: set[str] = set()
    for duplicates in _groups(files):
        if len({file.label for file in duplicates}) > 1:
            for file in duplicates:
                other = next(other for other in duplicates if other.label != file.label)
                faults.add("in two classes, so one label is wrong", file.name, f" = {other.name}")
                removed.add(file.name)
            continue
        kept = min(duplicates, key=lambda file: _PRECEDENCE.index(file.split))
        for file in duplicates:
            if file is not kept:
                fault = "copies of another" if file.split == kept.split else f"also in {kept.split}"
                faults.add(fault, file.name, f" = {kept.name}")
                removed.add(file.name)
    return [file for file in files if file.name not in removed]


def _groups(files: Iterable[ImageFile]) -> Iterator[list[ImageFile]]:
    """Yield each group of identical files."""
    by_content: dict[str, list[ImageFile]] = defaultdict(list)
    for file in files:
        by_content[file.sha256].append(file)
    return (group for group in by_content.values() if len(group) > 1)

"""How many models were tested on each test set, in a file next to the runs.

The more models are tested on the same images before one is chosen, the more the best result owes to luck.
"""

import json
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from convlab.runs.recorded_images import recorded_images
from convlab.system.atomic_write import append_line
from convlab.system.regular_file import read_regular
from convlab.text.strict_json import to_json

LOOKS = ".test-looks.jsonl"
_LIMIT = 2**26  # bytes


def record_look(run: Path, dataset: str) -> None:
    """Record, once, that the model of a run was tested on the test set of the run.

    Does nothing if the folder of the runs is read-only, or if the run has no record of its images.
    """
    run, test = run.resolve(), _test_set(run)
    if test is None or run.name in _looks(run.parent).get((dataset, test), ()):
        return
    with suppress(OSError):
        append_line(run.parent / LOOKS, to_json({"run": run.name, "dataset": dataset, "test": test}))


def looks_at_test_set(run: Path) -> int:
    """Return how many models were tested on the test set of a run, including runs that were removed.

    Raises:
        RunFolderError: the run's record of its images is damaged.
    """
    test = _test_set(run)
    looks = _looks(run.resolve().parent)
    return len(set().union(*(runs for (_, each), runs in looks.items() if each == test)))


def most_looks(runs_dir: str | Path) -> dict[str, int]:
    """Return how many models were tested on each dataset: on its most looked-at test set."""
    counts: dict[str, int] = {}
    for (dataset, _), runs in _looks(Path(runs_dir)).items():
        counts[dataset] = max(counts.get(dataset, 0), len(runs))
    return counts


def _test_set(run: Path) -> str | None:
    recorded = recorded_images(run)
    return None if recorded is None or "test" not in recorded.splits else recorded.splits["test"].sha256


def _looks(runs_dir: Path) -> dict[tuple[str, str], set[str]]:
    """Return the runs that were tested, by the dataset and the digest of its test set."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    try:
        lines = read_regular(runs_dir / LOOKS, _LIMIT).splitlines()
    except OSError:
        return found
    for line in lines:
        try:
            look = json.loads(line)
            run, dataset, test = (look[key] for key in ("run", "dataset", "test"))
        except (ValueError, LookupError, TypeError, RecursionError):  # damaged, or of a killed process
            continue
        if all(isinstance(each, str) for each in (run, dataset, test)):
            found[dataset, test].add(run)
    return found

"""Whether a dataset is the same in another order of files, in another process and in several threads."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from convlab.data.image_stream import ImageStream
from convlab.inspect.checks.datasets.dataset_subject import SPLIT_NAMES, DatasetSubject
from convlab.inspect.checks.datasets.digest import digest_of, sample_of
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.plugins.importing import is_importable
from convlab.inspect.checks.registry import check

_PROBE_SECONDS = 300
_HASH_SEED = "2"  # that of this process is random, unless the user set it
_THREADS, _READS = 4, 32


@check(
    "Always loads the same images in the same order",
    why="the seed selects validation images and batches by their position",
    fix="sort folder listings, shuffle with a fixed seed such as numpy.random.default_rng(0), and never "
    "iterate over a set",
    needs=("loads_image_data",),
)
def repeatable(subject: DatasetSubject) -> None:
    """Load it again, with the entries of folders in reverse, and compare all labels and some images."""
    first = digest_of(subject.data)
    with reversed_listings():
        second = digest_of(subject.load())
    _compare(first, second, "the second load")


@check(
    "Loads the same images in every process",
    why="Python orders the strings of a set differently in each process, so that a run cannot be repeated",
    fix="never iterate over a set; sort it first",
    needs=("repeatable",),
)
def same_in_every_process(subject: DatasetSubject) -> None:
    """Load it in a new interpreter with another hash seed, unless its manifest fixes the bytes anyway."""
    manifest, provider = subject.part.manifest, subject.provided.provider
    if manifest is not None and manifest.sha256:
        return
    if provider.origin == "notebook" and not is_importable(provider.target):
        raise NotApplicableError("the dataset was registered in Python, not loaded from a module or file")
    request = {
        "origin": provider.origin,
        "target": provider.target,
        "name": subject.part.name,
        "options": dict(subject.option_values),
        "data_dir": None if subject.data_dir is None else str(Path(subject.data_dir).resolve()),
    }
    path = os.pathsep.join(str(Path(folder).resolve()) for folder in sys.path)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "convlab.inspect.checks.datasets.load_probe"],
        input=json.dumps(request),
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": _HASH_SEED},
        capture_output=True,
        encoding="utf-8",
        timeout=_PROBE_SECONDS,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        if provider.origin == "notebook":
            raise NotApplicableError(f"the dataset cannot be loaded in another process: {last}")
        raise CheckFailedError(
            f"it cannot be loaded in another process: {last}", fix="load everything inside the function"
        )
    _compare(digest_of(subject.data), json.loads(done.stdout), "another process")


@check(
    "Its streams can be read by several threads",
    why="training reads the batches ahead in threads; a shared file position mixes up their images",
    fix="open the file in read, or protect it with a threading.Lock; read with os.pread or a numpy.memmap",
    needs=("loads_image_data",),
)
def streams_can_be_read_in_threads(subject: DatasetSubject) -> None:
    """Compare images read by several threads at the same time with the same images read alone."""
    streams = {
        name: split.images
        for name, split in subject.data.splits().items()
        if isinstance(split.images, ImageStream)
    }
    if not streams:
        raise NotApplicableError("all images are in memory")
    interval = sys.getswitchinterval()
    for name, stream in streams.items():
        chunks = np.array_split(sample_of(len(stream)), min(_READS, len(stream)))
        alone = [stream[chunk] for chunk in chunks]
        sys.setswitchinterval(1e-6)  # threads interrupt each other as often as possible
        try:
            with ThreadPoolExecutor(_THREADS) as threads:
                together = list(threads.map(stream.__getitem__, chunks))
        finally:
            sys.setswitchinterval(interval)
        if not all(map(np.array_equal, alone, together)):
            raise CheckFailedError(f"in {_THREADS} threads, {SPLIT_NAMES[name]} images are read differently")


@contextmanager
def reversed_listings() -> Iterator[None]:
    """List the entries of folders, whose order the file system chooses, in reverse."""
    listdir, scandir = os.listdir, os.scandir

    def reversed_listdir(*arguments: Any) -> list[Any]:
        return listdir(*arguments)[::-1]

    class ReversedScandir:
        def __init__(self, *arguments: Any) -> None:
            with scandir(*arguments) as entries:
                self._entries = iter(list(entries)[::-1])

        def __iter__(self) -> Iterator[Any]:
            return self._entries

        def __next__(self) -> Any:
            return next(self._entries)

        def __enter__(self) -> "ReversedScandir":
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

        def close(self) -> None:
            """Do nothing: everything is read."""

    patched: dict[str, Callable[..., Any]] = {"listdir": reversed_listdir, "scandir": ReversedScandir}
    for name, function in patched.items():
        setattr(os, name, function)
    try:
        yield
    finally:
        os.listdir, os.scandir = listdir, scandir


def _compare(first: dict[str, Any], second: dict[str, Any], which: str) -> None:
    if first["class_names"] != second["class_names"]:
        raise CheckFailedError(f"{which} has different class names, or another order of them")
    if first["splits"].keys() != second["splits"].keys():
        raise CheckFailedError(f"{which} has different splits")
    for name, one in first["splits"].items():
        for what in ("labels", "images"):
            if one[what] != second["splits"][name][what]:
                raise CheckFailedError(f"{which} has different {SPLIT_NAMES[name]} {what}")

"""How long convlab takes to load MNIST and CIFAR-10, beside ``keras.datasets`` from its own cache.

Both read the same images from this machine's disk, in one process, in turns; Keras is given a cache of its
own that is filled with them first. It needs MNIST's IDX files and CIFAR-10's folder of batches. convlab is
timed as a run loads, which compares the images with the published ones, and without that, which Keras never
does; Keras also without the unpacking of its archive of CIFAR-10, which it repeats in each load.

Usage: python benchmarks/loading.py DATA_DIR… [--repeats N]
"""

import argparse
import contextlib
import importlib
import io
import os
import statistics
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from convlab import Dataset, DataSource, ImageData, PluginHost
from convlab.data.loading import load_checked

Call = Callable[[], Any]


def convlab_loads(name: str, source: DataSource) -> dict[str, Call]:
    """Return the load as a run makes it, and that without the comparison with the published data."""
    host = PluginHost(third_party=False)
    provided = host.find(Dataset, name)
    return {
        "convlab, as a run does": lambda: load_checked(provided, None, source, host.parts(Dataset)),
        "convlab, without the check": lambda: provided.part.load(source, None),
    }


def keras_mnist(data: ImageData, cache: Path) -> dict[str, Call]:
    """Return Keras's load from the archive that it distributes."""
    np.savez_compressed(
        cache / "mnist.npz",
        x_train=np.asarray(data.train.images)[..., 0],
        y_train=data.train.labels.astype(np.uint8),
        x_test=np.asarray(data.test.images)[..., 0],
        y_test=data.test.labels.astype(np.uint8),
    )
    return {"keras.datasets": _with_own_checksum("mnist", cache / "mnist.npz")}


def keras_cifar10(folder: Path, cache: Path) -> dict[str, Call]:
    """Return Keras's load, which unpacks its archive each time, and the part of it that reads the batches."""
    archive = cache / "cifar-10-batches-py-target_archive"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(folder, "cifar-10-batches-py")
    whole = _with_own_checksum("cifar10", archive)
    module: Any = importlib.import_module("keras.src.datasets.cifar10")

    def batches_alone() -> Any:
        get_file, module.get_file = module.get_file, lambda **_: str(cache / "cifar-10-batches-py-target")
        try:
            return module.load_data()
        finally:
            module.get_file = get_file

    def batches_in_rows() -> Any:
        (train, _), (test, _) = batches_alone()
        return np.ascontiguousarray(train), np.ascontiguousarray(test)

    return {
        "keras.datasets": whole,
        "keras, the batches alone": batches_alone,
        "keras, those in memory order": batches_in_rows,
    }


def _with_own_checksum(name: str, file: Path) -> Call:
    """Let Keras expect the checksum of these files, not that of the ones that it publishes."""
    from keras.src.utils.file_utils import hash_file

    module: Any = importlib.import_module(f"keras.src.datasets.{name}")
    get_file, own = module.get_file, hash_file(str(file))

    def get_own_file(**arguments: Any) -> Any:
        return get_file(**arguments | {"file_hash": own, "cache_dir": str(file.parents[1])})

    def load() -> Any:
        module.get_file = get_own_file
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                return module.load_data()
        finally:
            module.get_file = get_file

    return load


def medians(calls: dict[str, Call], repeats: int) -> dict[str, float]:
    """Return the median of the seconds of each call, made in turns; the first turn warms the disk."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats + 1):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}


def comparisons(source: DataSource, cache: Path) -> Iterator[tuple[str, dict[str, Call]]]:
    """Yield each data set that is there, with the ways to load it."""
    for name in ("mnist", "cifar10"):
        part = PluginHost(third_party=False).find(Dataset, name).part
        assert part.manifest is not None
        found = source.find(part.manifest)
        if found is None or len(found.paths) == 1:
            print(f"{name}: not in {', '.join(map(str, source.folders))}")
        elif name == "mnist":
            yield name, keras_mnist(part.load(source, None), cache) | convlab_loads(name, source)
        else:
            yield name, keras_cifar10(found.folder, cache) | convlab_loads(name, source)


def main() -> None:
    """Print a line a way to load: the median time, and its ratio to that of Keras."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", nargs="+", type=Path)
    parser.add_argument("--repeats", type=int, default=9)
    arguments = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with tempfile.TemporaryDirectory() as home:
        cache = Path(home) / "datasets"
        cache.mkdir()
        for name, calls in comparisons(DataSource(folders=tuple(arguments.data_dir)), cache):
            taken = medians(calls, arguments.repeats)
            for way, seconds in taken.items():
                ratio = seconds / taken["keras.datasets"]
                print(f"{name:8} {way:30} {1000 * seconds:8.0f} ms   {ratio:5.2f}×")


if __name__ == "__main__":
    main()

"""The time convlab takes to load MNIST and CIFAR-10, compared with ``keras.datasets`` from its own cache.

Both read the same images from disk, in one process, in turn; Keras has its own cache, filled with them first.
The benchmark needs MNIST's IDX files and CIFAR-10's folder of batches. convlab is timed as a run loads data,
including the comparison with the published checksums, and without that comparison, which Keras does not make.
Keras is also timed without unpacking its CIFAR-10 archive, which it repeats on every load.

Usage: python benchmarks/loading.py DATA_DIR... [--repeats N]
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


def convlab_loaders(name: str, source: DataSource) -> dict[str, Call]:
    """Return convlab's loader, with and without the comparison with the published dataset."""
    host = PluginHost(third_party=False)
    provided = host.find(Dataset, name)
    return {
        "convlab, as in a run": lambda: load_checked(provided, None, source, host.parts(Dataset)),
        "convlab, without the check": lambda: provided.part.load(source, None),
    }


def keras_mnist(data: ImageData, cache: Path) -> dict[str, Call]:
    """Return Keras's loader, with the archive that it distributes."""
    np.savez_compressed(
        cache / "mnist.npz",
        x_train=np.asarray(data.train.images)[..., 0],
        y_train=data.train.labels.astype(np.uint8),
        x_test=np.asarray(data.test.images)[..., 0],
        y_test=data.test.labels.astype(np.uint8),
    )
    return {"keras.datasets": _with_local_checksum("mnist", cache / "mnist.npz")}


def keras_cifar10(folder: Path, cache: Path) -> dict[str, Call]:
    """Return Keras's loader, which unpacks its archive every time, and the part that reads the batches."""
    archive = cache / "cifar-10-batches-py-target_archive"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(folder, "cifar-10-batches-py")
    load_data = _with_local_checksum("cifar10", archive)
    module: Any = importlib.import_module("keras.src.datasets.cifar10")

    def batches_only() -> Any:
        get_file, module.get_file = module.get_file, lambda **_: str(cache / "cifar-10-batches-py-target")
        try:
            return module.load_data()
        finally:
            module.get_file = get_file

    def contiguous_batches() -> Any:
        (train, _), (test, _) = batches_only()
        return np.ascontiguousarray(train), np.ascontiguousarray(test)

    return {
        "keras.datasets": load_data,
        "keras, batches only": batches_only,
        "keras, contiguous batches": contiguous_batches,
    }


def _with_local_checksum(name: str, file: Path) -> Call:
    """Make Keras expect the checksum of the local file instead of the published one."""
    from keras.src.utils.file_utils import hash_file

    module: Any = importlib.import_module(f"keras.src.datasets.{name}")
    get_file, checksum = module.get_file, hash_file(str(file))

    def get_local_file(**arguments: Any) -> Any:
        return get_file(**arguments | {"file_hash": checksum, "cache_dir": str(file.parents[1])})

    def load() -> Any:
        module.get_file = get_local_file
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                return module.load_data()
        finally:
            module.get_file = get_file

    return load


def medians(calls: dict[str, Call], repeats: int) -> dict[str, float]:
    """Return the median time of each call in seconds, made in turn; the first round warms the disk cache."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats + 1):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds[1:]) for name, seconds in times.items()}


def comparisons(source: DataSource, cache: Path) -> Iterator[tuple[str, dict[str, Call]]]:
    """Yield each dataset that is available, with the loaders to compare."""
    for name in ("mnist", "cifar10"):
        part = PluginHost(third_party=False).find(Dataset, name).part
        assert part.manifest is not None
        files = source.find(part.manifest)
        if files is None or len(files.paths) == 1:
            print(f"{name}: not in {', '.join(map(str, source.folders))}")
        elif name == "mnist":
            yield name, keras_mnist(part.load(source, None), cache) | convlab_loaders(name, source)
        else:
            yield name, keras_cifar10(files.folder, cache) | convlab_loaders(name, source)


def main() -> None:
    """Print one line per loader: the median time, and its ratio to that of Keras."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", nargs="+", type=Path)
    parser.add_argument("--repeats", type=int, default=9)
    arguments = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with tempfile.TemporaryDirectory() as home:
        cache = Path(home) / "datasets"
        cache.mkdir()
        for name, calls in comparisons(DataSource(folders=tuple(arguments.data_dir)), cache):
            times = medians(calls, arguments.repeats)
            for loader, seconds in times.items():
                ratio = seconds / times["keras.datasets"]
                print(f"{name:8} {loader:30} {1000 * seconds:8.0f} ms   {ratio:5.2f}×")


if __name__ == "__main__":
    main()

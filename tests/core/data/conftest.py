"""A third-party dataset, published by a local server."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

Digits = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]

PLUGIN = """
import numpy as np
from convlab import Dataset, Download, ImageData, Layout, DatasetManifest, hookimpl

PETALS = DatasetManifest(
    name="petals",
    input_shape=(28, 28, 1),
    train_per_class={train},
    test_per_class={test},
    layouts=(Layout(files=("petals.npz",)),),
    downloads=(Download(path="petals.npz", urls={urls}, size={size}, checksum="sha256:{sha256}"),),
    sha256={arrays},
)

def load(source, options):
    with np.load(source.obtain(PETALS).place) as arrays:
        return ImageData(
            train=(arrays["x"][:200, ..., None], arrays["y"][:200]),
            test=(arrays["x"][200:, ..., None], arrays["y"][200:]),
            class_names=[f"petal {{number}}" for number in range(10)],
        )

@hookimpl
def convlab_datasets():
    return [Dataset(name="petals", summary="Petals", load=load, manifest=PETALS)]
"""


@pytest.fixture(scope="session")
def petals(real_digits: Digits) -> bytes:
    """The dataset's file: 200 training and 50 test images."""
    written = io.BytesIO()
    np.savez(written, x=real_digits[0][:250], y=real_digits[1][:250])
    return written.getvalue()


@pytest.fixture
def plugin(petals: bytes, real_digits: Digits, server: Any, tmp_path: Path) -> Callable[..., Path]:
    """Writes a plugin whose dataset ``petals`` is published by the server."""

    def plugin(*urls: str) -> Path:
        images, labels = real_digits[0][:250], real_digits[1][:250]
        arrays: dict[str, npt.NDArray[Any]] = {
            "train.images": images[:200],
            "train.labels": labels[:200],
            "test.images": images[200:],
            "test.labels": labels[200:],
        }
        file = tmp_path / "petals_plugin.py"
        file.write_text(
            PLUGIN.format(
                urls=urls or (f"{server.url}/petals.npz",),
                size=len(petals),
                sha256=hashlib.sha256(petals).hexdigest(),
                train=tuple(np.bincount(labels[:200], minlength=10).tolist()),
                test=tuple(np.bincount(labels[200:], minlength=10).tolist()),
                arrays={name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in arrays.items()},
            ),
            encoding="utf-8",
        )
        return file

    return plugin

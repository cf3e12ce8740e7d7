"""Whatever a part does besides its task is reported, whichever check it happens in."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from convlab import Architecture, Callback, Dataset, ImageData, Metric, Optimizer, Tracker, check
from convlab.parts import Part
from convlab.testing import parametrize_with_checks


@dataclass(frozen=True)
class Options:
    decay: float = 0.1
    """Weight decay."""
    warm: bool = False
    """Whether to start with a small momentum."""
    momentum: float = 0.9
    """Momentum, if warm."""


def ignores_an_option(learning_rate: Any, options: Options) -> Any:
    import keras

    if options.warm:
        return keras.optimizers.SGD(learning_rate, options.momentum)
    return keras.optimizers.SGD(learning_rate)


def downloads_weights(learning_rate: Any, options: None) -> Any:
    import urllib.request

    import keras

    with suppress(OSError):
        urllib.request.urlopen("http://weights.example.org/optimizer.json")
    return keras.optimizers.SGD(learning_rate)


def sets_the_dtype_policy(input_shape: Any, num_classes: int, options: None) -> Any:
    import keras

    keras.config.set_dtype_policy("float32")
    keras.config.set_floatx("float16")
    dense = keras.layers.Dense(num_classes, dtype="float32")
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(dtype="float32"), dense])


def seeds_again(num_classes: int, options: None) -> Any:
    import keras

    keras.utils.set_random_seed(0)
    return keras.metrics.SparseCategoricalAccuracy()


class Losses(Callback):
    def __init__(self) -> None:
        self.losses: list[float] = []

    def on_epoch_end(self, epoch: int, logs: Any) -> None:
        self.losses.append(logs["loss"])


LOSSES = Losses()


def starts_the_same_callback(run: Any, options: None) -> Any:
    return LOSSES


class WritesIntoTheWorkingFolder(Callback):
    def __init__(self, run: Any, options: None) -> None:
        pass

    def on_train_end(self, summary: Any) -> None:
        Path("log.txt").write_text("done", encoding="utf-8")


CASES: list[tuple[Part, str, str]] = [
    (
        Optimizer(name="part", summary="SGD again", build=ignores_an_option, options=Options),
        "reads_each_option",
        "nothing reads 'decay'",
    ),
    (
        Optimizer(name="part", summary="SGD again", build=downloads_weights),
        "works_offline",
        f"it connects to weights.example.org ({__file__}, line ",
    ),
    (
        Architecture(name="part", summary="Linear", build=sets_the_dtype_policy),
        "leaves_global_state_alone",
        "it changes Keras's floatx from 'float32' to 'float16'",
    ),
    (
        Metric(name="part", summary="Accuracy", build=seeds_again),
        "leaves_global_state_alone",
        f"it calls random.seed ({__file__}, line ",
    ),
    (
        Tracker(name="part", summary="Losses", start=starts_the_same_callback),
        "builds_anew",
        "a later call returns the Losses of an earlier one",
    ),
    (
        Tracker(name="part", summary="Says done", start=WritesIntoTheWorkingFolder),
        "writes_no_stray_files",
        "it writes log.txt into the working folder",
    ),
]


@pytest.mark.parametrize(
    ("part", "name", "found"), CASES, ids=[f"{case[0].kind}-{case[1]}" for case in CASES]
)
def test_of_all_checks_the_one_for_what_the_part_does_fails(
    part: Part, name: str, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [failure] = check(part).failures
    assert failure.check == name
    assert found in failure.message
    assert failure.fix


@dataclass(frozen=True)
class Nested:
    size: int = 4
    """Images per class."""
    flip: bool = True
    """Whether to mirror them."""

    @property
    def settings(self) -> dict[str, Any]:
        return {"flip": self.flip}


def load(source: Any, options: Nested) -> ImageData:
    """Read the options late, in a method, by name and through another one of them."""
    import numpy as np

    np.random.seed(0)  # a run is seeded later
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (4 * getattr(options, "size"), 8, 8, 1), dtype=np.uint8)  # noqa: B009
    if options.settings["flip"]:
        images = images[:, ::-1]
    labels = np.arange(len(images)) % 2
    return ImageData(train=(images[:8], labels[:8]), test=(images[8:], labels[8:]), class_names="ab")


@parametrize_with_checks(Dataset(name="part", summary="Noise", load=load, options=Nested))
def test_a_part_that_behaves_passes(check: Callable[[], None]) -> None:
    check()

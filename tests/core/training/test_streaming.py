"""Training on streamed images gives the same weights as training on images in memory."""

import re
import threading
import time
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest

from convlab import (
    DataError,
    Dataset,
    DataSettings,
    DataSource,
    Experiment,
    ImageData,
    ImageStream,
    PluginHost,
    TrainSettings,
    hookimpl,
    run,
)
from convlab.training.batches import StreamReader

_DIGITS = PluginHost(third_party=False).find(Dataset, "digits").part


class _StreamedDigits:
    """A plugin with a streamed digits dataset, which records the threads that read training images."""

    def __init__(self) -> None:
        self.data = _DIGITS.load(DataSource(folders=()), None)
        self.threads: set[int] = set()
        self.missing: set[int] = set()

    def _stream(self, images: npt.NDArray[np.uint8], threads: set[int]) -> ImageStream:
        def read(indices: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
            threads.add(threading.get_ident())
            if self.missing & set(indices.tolist()):
                raise FileNotFoundError("7.png")
            return images[indices]

        return ImageStream(images.shape, read)

    def load(self, source: DataSource, options: None) -> ImageData:
        train, test = self.data.train, self.data.test
        return ImageData(
            train=(self._stream(np.asarray(train.images), self.threads), train.labels),
            test=(self._stream(np.asarray(test.images), set()), test.labels),
            class_names=self.data.class_names,
        )

    def host(self) -> PluginHost:
        class Plugin:
            @hookimpl
            def convlab_datasets(plugin) -> list[Dataset]:  # noqa: N805
                return [Dataset(name="streamed", summary="Digits, streamed", load=self.load)]

        host = PluginHost(third_party=False)
        host.register(Plugin())
        return host


# XLA compiles many steps of the MLP into one call.
@pytest.mark.parametrize(("architecture", "loop"), [("cnn", "tape"), ("mlp", "tape"), ("cnn", "fit")])
def test_streaming_gives_the_same_weights_bit_for_bit(
    architecture: str, loop: Literal["tape", "fit"], tmp_path: Path
) -> None:
    in_memory = Experiment(
        architecture=architecture,
        train=TrainSettings(epochs=2, loop=loop, batch_size=50),
        data=DataSettings(limit=613),
    )
    streamed = in_memory.model_copy(update={"dataset": "streamed"})
    plugin = _StreamedDigits()
    results = [
        run(experiment, host=host, runs_dir=tmp_path, progress=False)
        for experiment, host in ((in_memory, None), (streamed, plugin.host()))
    ]
    for first, second in zip(results[0].model.get_weights(), results[1].model.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert results[0].test == results[1].test
    last_epochs = [
        {key: value for key, value in record.items() if key not in ("seconds", "images_per_second")}
        for record in (results[0].epochs[-1], results[1].epochs[-1])
    ]
    assert last_epochs[0] == last_epochs[1]
    assert plugin.threads - {threading.get_ident()}, (
        "only what is recorded of the data is read in this thread"
    )


@pytest.mark.parametrize("loop", ["tape", "fit"])
def test_a_missing_image_stops_the_run_with_a_one_line_error(
    loop: Literal["tape", "fit"], tmp_path: Path
) -> None:
    plugin = _StreamedDigits()
    experiment = Experiment(
        dataset="streamed",
        architecture="mlp",
        train=TrainSettings(epochs=1, loop=loop),
        data=DataSettings(scaling="unit", validation=0.0),  # so that training reads the image first
    )
    plugin.missing.add(700)
    with pytest.raises(DataError, match=r"^ImageStream read failed: FileNotFoundError: 7\.png"):
        run(experiment, host=plugin.host(), runs_dir=tmp_path, progress=False)


def test_a_stream_is_indexed_like_an_array() -> None:
    images = np.arange(5 * 2 * 2 * 1, dtype=np.uint8).reshape(5, 2, 2, 1)
    stream = ImageStream(images.shape, lambda indices: images[indices])
    subset = stream.take(np.array([4, 0, 2]))
    np.testing.assert_array_equal(stream[1:3], images[1:3])
    np.testing.assert_array_equal(subset[np.array([1, 0])], images[[0, 4]])
    np.testing.assert_array_equal(np.asarray(subset.take(np.array([2]))), images[[2]])
    assert (len(subset), subset.shape, subset.nbytes) == (3, (3, 2, 2, 1), 12)


@pytest.mark.parametrize(
    ("returned", "description"),
    [
        (np.zeros((2, 2, 2, 1), np.float32), "float32 of shape (2, 2, 2, 1)"),
        (np.zeros((2, 3, 2, 1), np.uint8), "uint8 of shape (2, 3, 2, 1)"),
        ([1, 2], "list"),
    ],
)
def test_a_stream_that_returns_the_wrong_type_or_shape_is_refused(returned: Any, description: str) -> None:
    stream = ImageStream((5, 2, 2, 1), lambda _: returned)
    with pytest.raises(
        DataError, match=re.escape(f"must return uint8 of shape (2, 2, 2, 1), got {description}")
    ):
        stream[:2]


def test_the_read_ahead_buffer_does_not_grow_with_the_dataset() -> None:
    indices_read: list[int] = []

    def count(indices: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        indices_read.extend(indices.tolist())
        return np.zeros((len(indices), 64, 64, 3), np.uint8)

    counts = []
    for images in (20_000, 80_000):
        indices_read.clear()
        reader = StreamReader(ImageStream((images, 64, 64, 3), count))
        batches = iter(reader.batches(np.arange(images), 64))
        next(batches)
        previous = -1
        while previous < len(indices_read):  # until the readers wait for training
            previous = len(indices_read)
            time.sleep(0.5)
        counts.append(len(indices_read))
    assert max(counts) * 64 * 64 * 3 < 2**26  # bytes; the larger dataset has 1 GB

"""Images that are read as they are needed train to the same weights as images in memory."""

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


class _Streamed:
    """A plugin whose data set is the digits, streamed; keeps which images were read and in which threads."""

    def __init__(self) -> None:
        self.data = _DIGITS.load(DataSource(folders=()), None)
        self.read: list[int] = []
        self.threads: set[int] = set()
        self.gone: set[int] = set()

    def _stream(self, images: npt.NDArray[np.uint8]) -> ImageStream:
        def read(indices: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
            self.threads.add(threading.get_ident())
            self.read += indices.tolist()
            if self.gone & set(indices.tolist()):
                raise FileNotFoundError("7.png")
            return images[indices]

        return ImageStream(images.shape, read)

    def load(self, source: DataSource, options: None) -> ImageData:
        train, test = self.data.train, self.data.test
        return ImageData(
            train=(self._stream(np.asarray(train.images)), train.labels),
            test=(self._stream(np.asarray(test.images)), test.labels),
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


# The MLP's steps are compiled by XLA, many at a time.
@pytest.mark.parametrize(("architecture", "loop"), [("cnn", "tape"), ("mlp", "tape"), ("cnn", "fit")])
def test_streamed_images_give_the_same_weights_bit_for_bit(
    architecture: str, loop: Literal["tape", "fit"], tmp_path: Path
) -> None:
    in_memory = Experiment(
        architecture=architecture,
        train=TrainSettings(epochs=2, loop=loop, batch_size=50),
        data=DataSettings(limit=613),
    )
    streamed = in_memory.model_copy(update={"dataset": "streamed"})
    plugin = _Streamed()
    results = [
        run(experiment, host=host, runs_dir=tmp_path, progress=False)
        for experiment, host in ((in_memory, None), (streamed, plugin.host()))
    ]
    for first, second in zip(results[0].model.get_weights(), results[1].model.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert results[0].test == results[1].test
    kept = [
        {key: value for key, value in record.items() if key not in ("seconds", "images_per_second")}
        for record in (results[0].epochs[-1], results[1].epochs[-1])
    ]
    assert kept[0] == kept[1]
    assert threading.get_ident() not in plugin.threads  # they are read beside the training


@pytest.mark.parametrize("loop", ["tape", "fit"])
def test_an_image_that_is_gone_ends_the_run_with_one_sentence(
    loop: Literal["tape", "fit"], tmp_path: Path
) -> None:
    plugin = _Streamed()
    experiment = Experiment(
        dataset="streamed",
        architecture="mlp",
        train=TrainSettings(epochs=1, loop=loop),
        data=DataSettings(scaling="unit", validation=0.0),  # so that the training reads it first
    )
    plugin.gone.add(700)
    with pytest.raises(DataError, match=r"^ImageStream read failed: FileNotFoundError: 7\.png"):
        run(experiment, host=plugin.host(), runs_dir=tmp_path, progress=False)


def test_a_stream_is_read_as_an_array_would_be() -> None:
    images = np.arange(5 * 2 * 2 * 1, dtype=np.uint8).reshape(5, 2, 2, 1)
    stream = ImageStream(images.shape, lambda indices: images[indices])
    part = stream.take(np.array([4, 0, 2]))
    np.testing.assert_array_equal(stream[1:3], images[1:3])
    np.testing.assert_array_equal(part[np.array([1, 0])], images[[0, 4]])
    np.testing.assert_array_equal(np.asarray(part.take(np.array([2]))), images[[2]])
    assert (len(part), part.shape, part.nbytes) == (3, (3, 2, 2, 1), 12)


@pytest.mark.parametrize(
    ("returned", "named"),
    [
        (np.zeros((2, 2, 2, 1), np.float32), "float32 of shape (2, 2, 2, 1)"),
        (np.zeros((2, 3, 2, 1), np.uint8), "uint8 of shape (2, 3, 2, 1)"),
        ([1, 2], "list"),
    ],
)
def test_a_stream_that_reads_something_else_is_named(returned: Any, named: str) -> None:
    stream = ImageStream((5, 2, 2, 1), lambda _: returned)
    with pytest.raises(DataError, match=re.escape(f"must return uint8 of shape (2, 2, 2, 1), got {named}")):
        stream[:2]


def test_what_is_read_ahead_does_not_grow_with_the_data() -> None:
    read: list[int] = []

    def count(indices: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        read.extend(indices.tolist())
        return np.zeros((len(indices), 64, 64, 3), np.uint8)

    most = []
    for images in (20_000, 80_000):
        read.clear()
        reader = StreamReader(ImageStream((images, 64, 64, 3), count))
        ahead = iter(reader.batches(np.arange(images), 64))
        next(ahead)
        before = -1
        while before < len(read):  # until the readers wait for the training
            before = len(read)
            time.sleep(0.5)
        most.append(len(read))
    assert max(most) * 64 * 64 * 3 < 2**26  # bytes, of which the larger data have a gigabyte

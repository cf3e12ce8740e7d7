"""What ``convlab predict`` does, as one call."""

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from convlab.data.image_reader import RESIZES, ImageReader, Resize
from convlab.errors import ConfigError, DataError
from convlab.host import PluginHost
from convlab.runs.recorded_run import RecordedRun, open_run
from convlab.text.suggestions import did_you_mean
from convlab.use.picture_files import picture_files
from convlab.use.prediction_result import ClassProbability, Prediction, Predictions, Unreadable

if TYPE_CHECKING:
    import keras

Pixels = npt.NDArray[np.uint8]
Logits = npt.NDArray[np.float32]
Read = tuple[Path, Pixels, dict[str, str]]

# So much nearer must the inverted pictures be to the training images for a hint, of 255.
_CLEARLY = 64


def predict(
    run: str | Path | RecordedRun,
    pictures: Iterable[str | Path],
    *,
    top: int = 3,
    resize: Resize | None = None,
    invert: bool = False,
    runs_dir: str | Path = "runs",
    host: PluginHost | None = None,
    plugin_files: Sequence[str | Path] = (),
    trust: bool = False,
) -> Predictions:
    """Tell what is in pictures.

    A picture of any size and mode does: it is turned upright, its transparency laid on white, and converted
    and resized as the model needs. One that cannot be read does not keep the others from being told.

    Args:
        run: its folder, its name, a part of its name that no other has, ``last``, or an opened run.
        pictures: files, and folders whose pictures are meant.
        top: how many of the most probable classes to return.
        resize: what is done where a picture's sides have another ratio: ``crop`` to the middle, ``pad`` with
            black or ``stretch``; by default as the run's data set did, if it says so, or ``crop``.
        invert: whether light becomes dark and dark light, as for digits in ink on paper where the model has
            learnt light ones on black.
        runs_dir: the folder that has the runs.
        host: has the run's architecture; needed only where the model has classes of its own.
        plugin_files: plugin files to load, each in place of the run's own of that name.
        trust: whether code that came with the run may run though this machine has never run it.

    Raises:
        ConfigError: no such run or way to resize.
        TrustError: code would run that is not trusted.
        RunFolderError: the run is damaged, or has not finished.

    Example::

        from convlab import predict

        for prediction in predict("last", ["five.png", "photos"]).predictions:
            print(prediction.picture, prediction.classes[0].name)
    """
    if top < 1:
        raise ConfigError(f"top is {top}: ask for at least 1 class")
    if resize not in (None, *RESIZES):
        raise ConfigError(f"--resize {resize}: no such way; {did_you_mean(str(resize), RESIZES)}")
    recorded = run if isinstance(run, RecordedRun) else open_run(run, runs_dir=runs_dir)
    found = picture_files(pictures)
    types = recorded.part_types_of_model(trust=trust)
    if types and host is None:
        host = recorded.host(types, plugin_files=plugin_files, trust=trust)
    model = recorded.load_model(host, trust=trust)
    from convlab.use.inference import forward  # not before: it needs Keras

    reader = ImageReader(shape=model.input_shape[1:], resize=resize or _resize_of(recorded), invert=invert)
    logits_of = forward(model)
    names = recorded.class_names or ()
    if len(names) != model.output_shape[1]:  # not noted, or changed since
        names = tuple(map(str, range(model.output_shape[1])))
    predictions: list[Prediction] = []
    unreadable: list[Unreadable] = []
    brightness: list[float] = []
    for read, failed in _in_batches(found, reader, model):
        unreadable += failed
        predictions += _predicted(read, logits_of, names, top) if read else []
        brightness += [float(pixels.mean()) for _, pixels, _ in read]
    return Predictions(
        run=recorded.path,
        predictions=tuple(predictions),
        unreadable=tuple(unreadable),
        hint=_hint(model, brightness),
    )


def _resize_of(recorded: RecordedRun) -> Resize:
    """Return how the run's own images were resized, if its data set has an option that says so."""
    written = recorded.experiment.dataset_options.get("resize")
    return next((resize for resize in RESIZES if resize == written), "crop")


def _in_batches(
    found: Sequence[Path | Unreadable], reader: ImageReader, model: "keras.Model"
) -> Iterator[tuple[list[Read], list[Unreadable]]]:
    """Yield the pictures that could be read and those that could not, as many at a time as fit in memory."""
    from convlab.training.evaluator import chunk_size

    def read(file: Path | Unreadable) -> Read | Unreadable:
        if isinstance(file, Unreadable):
            return file
        try:
            return file, *reader.read(file)
        except DataError as error:
            return Unreadable(picture=file, reason=str(error))

    size = chunk_size(model)
    with warnings.catch_warnings(), ThreadPoolExecutor(os.cpu_count()) as pool:  # Pillow frees Python's lock
        warnings.simplefilter("ignore")  # of large pictures and odd metadata; the largest are refused
        for start in range(0, len(found), size):
            batch = list(pool.map(read, found[start : start + size]))
            failed = [item for item in batch if isinstance(item, Unreadable)]
            yield [item for item in batch if not isinstance(item, Unreadable)], failed


def _predicted(
    read: Sequence[Read], logits_of: Callable[[Pixels], Logits], names: Sequence[str], top: int
) -> Iterator[Prediction]:
    logits = logits_of(np.stack([pixels for _, pixels, _ in read])).astype(np.float64)
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :top]
    for (picture, _, changes), row, best in zip(read, probabilities, order, strict=True):
        classes = (ClassProbability(name=names[label], probability=float(row[label])) for label in best)
        yield Prediction(picture=picture, classes=tuple(classes), changes=changes)


def _hint(model: "keras.Model", brightness: Sequence[float]) -> str:
    """Say so where the pictures are light and what the model has learnt from was dark, or the reverse.

    The model knows how bright that was: its scaling subtracts the mean.
    """
    import keras

    scaling = next((layer for layer in model.layers if isinstance(layer, keras.layers.Normalization)), None)
    if scaling is None or model.input_shape[3] != 1 or not brightness:
        return ""
    learnt, seen = float(np.mean(scaling.mean)), float(np.median(brightness))
    if abs(seen - learnt) - abs(255 - seen - learnt) < _CLEARLY:
        return ""
    kinds = ("light", "dark") if seen > learnt else ("dark", "light")
    return f"the pictures are {kinds[0]} where the training images were {kinds[1]}: --invert may help"

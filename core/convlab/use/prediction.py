"""``convlab predict`` as a function."""

import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from convlab.data.image_reader import RESIZES, ImageReader, Resize
from convlab.errors import ConfigError, DataError
from convlab.host import PluginHost
from convlab.runs.recorded_run import RecordedRun
from convlab.text.suggestions import did_you_mean
from convlab.use.image_files import image_files
from convlab.use.inference import Images, LogitsFunction, logits_function, softmax
from convlab.use.opening import open_for_use
from convlab.use.prediction_result import ClassProbability, Prediction, Predictions, Unreadable

if TYPE_CHECKING:
    import keras

ReadImage = tuple[Path, Images, dict[str, str]]

# How much closer, of 255, inverted images must be to the training images for a hint.
_HINT_MARGIN = 64


def predict(
    run: str | Path | RecordedRun,
    files: Iterable[str | Path],
    *,
    top: int = 3,
    resize: Resize | None = None,
    invert: bool = False,
    runs_dir: str | Path = "runs",
    host: PluginHost | None = None,
    plugin_files: Sequence[str | Path] = (),
    trust: bool = False,
) -> Predictions:
    """Classify image files of any size and mode.

    Each image is rotated by its EXIF orientation, blended onto white if it is transparent, and converted and
    resized to the model's input. A file that cannot be read does not affect the others.

    Args:
        run: a folder, a name, a unique part of a name, ``last``, or an opened run.
        files: image files, and folders of image files.
        top: the number of most probable classes to return.
        resize: how to resize another aspect ratio: ``crop`` to the center, ``pad`` with black or ``stretch``;
            by default as the run's dataset did, or else ``crop``.
        invert: whether to invert the brightness, for example of digits in ink on paper for a model that was
            trained on light digits on black.
        runs_dir: the folder that contains the runs.
        host: provides the run's architecture; used only if the model has custom classes.
        plugin_files: plugin files to load, each instead of the run's own of that name.
        trust: whether to execute code from the run's author that this machine has never executed.

    Raises:
        ConfigError: no run matches, or an argument is invalid.
        TrustError: code is not trusted; nothing was executed.
        RunFolderError: the run is damaged, or has not finished.

    Example::

        from convlab import predict

        for prediction in predict("last", ["five.png", "photos"]).predictions:
            print(prediction.file, prediction.classes[0].name)
    """
    if top < 1:
        raise ConfigError(f"`top` is {top}; it must be at least 1")
    if resize not in (None, *RESIZES):
        raise ConfigError(f"unknown `resize` {resize!r}; {did_you_mean(str(resize), RESIZES)}")
    opened = open_for_use(run, runs_dir=runs_dir, host=host, plugin_files=plugin_files, trust=trust)
    model, recorded = opened.model, opened.recorded
    reader = ImageReader(shape=model.input_shape[1:], resize=resize or _resize_of(recorded), invert=invert)
    names = recorded.class_names or ()
    if len(names) != model.output_shape[1]:  # not recorded, or edited
        names = tuple(map(str, range(model.output_shape[1])))
    logits_of = logits_function(model)
    predictions: list[Prediction] = []
    unreadable: list[Unreadable] = []
    brightness: list[float] = []
    found, left_out = image_files(files)
    for images, failures in _read_in_batches(found, reader, model):
        unreadable += failures
        predictions += _classify(images, logits_of, names, top) if images else []
        brightness += [float(pixels.mean()) for _, pixels, _ in images]
    return Predictions(
        run=recorded.path,
        predictions=tuple(predictions),
        unreadable=tuple(unreadable),
        left_out=left_out,
        hint=_brightness_hint(model, brightness),
    )


def _resize_of(recorded: RecordedRun) -> Resize:
    """Return how the run's own images were resized, if its dataset has such an option, or else ``crop``."""
    value = recorded.experiment.dataset_options.get("resize")
    return next((resize for resize in RESIZES if resize == value), "crop")


def _read_in_batches(
    files: Sequence[Path | Unreadable], reader: ImageReader, model: "keras.Model"
) -> Iterator[tuple[list[ReadImage], list[Unreadable]]]:
    """Yield the images that could be read and the files that could not, in batches."""
    from convlab.training.evaluator import chunk_size

    def read(file: Path | Unreadable) -> ReadImage | Unreadable:
        if isinstance(file, Unreadable):
            return file
        try:
            return file, *reader.read(file)
        except DataError as error:
            return Unreadable(file=file, reason=str(error))

    size = chunk_size(model)
    with warnings.catch_warnings(), ThreadPoolExecutor(os.cpu_count()) as pool:  # Pillow releases the GIL
        warnings.simplefilter("ignore")  # Pillow's, about large images and invalid metadata
        for start in range(0, len(files), size):
            batch = list(pool.map(read, files[start : start + size]))
            failures = [item for item in batch if isinstance(item, Unreadable)]
            yield [item for item in batch if not isinstance(item, Unreadable)], failures


def _classify(
    images: Sequence[ReadImage], logits_of: LogitsFunction, names: Sequence[str], top: int
) -> Iterator[Prediction]:
    probabilities = softmax(logits_of(np.stack([pixels for _, pixels, _ in images])))
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :top]
    for (file, _, changes), row, labels in zip(images, probabilities, order, strict=True):
        classes = (ClassProbability(name=names[label], probability=float(row[label])) for label in labels)
        yield Prediction(file=file, classes=tuple(classes), changes=changes)


def _brightness_hint(model: "keras.Model", brightness: Sequence[float]) -> str:
    """Return a hint if the images are light and the training images were dark, or the reverse.

    The mean that the model's ``Normalization`` layer subtracts is the brightness of the training images.
    """
    import keras

    scaling = next((layer for layer in model.layers if isinstance(layer, keras.layers.Normalization)), None)
    if scaling is None or model.input_shape[3] != 1 or not brightness:
        return ""
    trained, seen = float(np.mean(scaling.mean)), float(np.median(brightness))
    if abs(seen - trained) - abs(255 - seen - trained) < _HINT_MARGIN:
        return ""
    kinds = ("light", "dark") if seen > trained else ("dark", "light")
    return f"the images are {kinds[0]}, but the training images were {kinds[1]}; `invert` may help"

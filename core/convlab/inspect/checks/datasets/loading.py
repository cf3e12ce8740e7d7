"""Whether a data set loads, the same each time, and says what to do where it cannot."""

from types import TracebackType

import numpy as np
import numpy.typing as npt

from convlab.data import image_data
from convlab.data.image_data import ImageData, Split
from convlab.errors import ConvlabError, in_one_line
from convlab.inspect.checks.datasets.subject import DatasetSubject
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check

_SAMPLE = 200
_FIX_WORDS = (
    *("--data-dir", "convlab_data_dir", "-s dataset.", "convlab data", "pip install", "http://", "https://"),
    *("download", "put ", "name ", "copy ", "unpack", "export", "set ", "create ", "run "),
)


@check(
    "It loads images and labels of the right shapes, types and range",
    why="every architecture relies on uint8 images (n, height, width, channels) and labels from 0 on",
    fix="return ImageData(train=(images, labels), test=(images, labels), class_names=…)",
)
def loads_image_data(subject: DatasetSubject) -> None:
    """Load it; ``ImageData`` checks what it is given, and its words are the message."""
    subject.require_files()
    try:
        data = subject.load()
    except ConvlabError as error:
        if _raised_by_image_data(error.__traceback__):
            raise CheckFailedError(str(error)) from error
        raise NotApplicableError(f"it cannot be loaded here: {error}") from error
    except (Exception, SystemExit) as error:
        raise CheckFailedError(in_one_line(error)) from error
    if not isinstance(data, ImageData):
        raise CheckFailedError(f"it loads {type(data).__name__}")


@check(
    "Without files and without a network it says what to do",
    why="that is how most users meet a data set for the first time",
    fix="raise DataError with one sentence that says where was looked and what to do, or declare the files "
    "as DatasetManifest and let source.obtain(published) do it",
)
def offline_message(subject: DatasetSubject) -> None:
    """Load it from an empty folder with the network off."""
    try:
        subject.load_from_nowhere()
    except (Exception, SystemExit) as error:
        if isinstance(error, ConvlabError) and not _raised_by_image_data(error.__traceback__):
            _require_a_fix(str(error))
        elif isinstance(error, OSError | ImportError | SystemExit) or not _fails_anyway(subject, error):
            raise CheckFailedError(f"it ends in {in_one_line(error)}") from error


def _require_a_fix(told: str) -> None:
    if not any(word in told.lower() for word in _FIX_WORDS):
        raise CheckFailedError(f"its message names nothing to do: {told!r}")
    if len(told.splitlines()) > 1:
        raise CheckFailedError(f"its message has {len(told.splitlines())} lines: {told!r}")


def _fails_anyway(subject: DatasetSubject, error: BaseException) -> bool:
    """Tell whether it fails so with its files too, which loads_image_data tells."""
    try:
        subject.load()
    except (Exception, SystemExit) as other:
        return type(other) is type(error)
    return False


@check(
    "It loads the same images in the same order every time",
    why="the seed chooses the images that are held out and the batches by their place",
    fix="sort what a folder lists, shuffle with a fixed seed such as numpy.random.default_rng(0), and never "
    "iterate over a set",
    needs=("loads_image_data",),
)
def repeatable(subject: DatasetSubject) -> None:
    """Load it twice and compare all labels and some images."""
    first, second = subject.data, subject.load()
    if first.class_names != second.class_names:
        raise CheckFailedError("the second time the classes have other names or another order")
    if first.splits().keys() != second.splits().keys():
        raise CheckFailedError("the second time it has other splits")
    for name, one in first.splits().items():
        other = second.splits()[name]
        if not np.array_equal(one.labels, other.labels):
            raise CheckFailedError(f"the second time the {name} labels are others, or in another order")
        some = _spread(len(one.labels))
        if not np.array_equal(_images(one, some), _images(other, some)):
            raise CheckFailedError(f"the second time the {name} images are others, or in another order")


def _spread(count: int) -> npt.NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, min(count, _SAMPLE)).astype(np.int64))


def _images(split: Split, chosen: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    return np.asarray(split.images[chosen])


def _raised_by_image_data(traceback: TracebackType | None) -> bool:
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == image_data.__file__:
            return True
        traceback = traceback.tb_next
    return False

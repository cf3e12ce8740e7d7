"""Whether a dataset loads, always returns the same images, and explains how to get missing files."""

from types import TracebackType

from convlab.data import image_data
from convlab.data.image_data import ImageData
from convlab.errors import ConvlabError, in_one_line
from convlab.inspect.checks.datasets.dataset_subject import DatasetSubject
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check

_SAMPLE = 200
# A message with one of these says what to do.
_ACTIONS = (
    *("data_dir", "data-dir", "dataset_options", "-s dataset.", "convlab data", "pip install"),
    *("http://", "https://", "download", "put ", "name ", "copy ", "unpack", "export", "set ", "pass "),
    *("point ", "create ", "run "),
)


@check(
    "Loads images and labels of the right shape, type and range",
    why="every architecture expects uint8 images (n, height, width, channels) and labels that start at 0",
    fix="return ImageData(train=(images, labels), test=(images, labels), class_names=…)",
)
def loads_image_data(subject: DatasetSubject) -> None:
    """Load it; ``ImageData`` validates its arguments, and its error becomes the message."""
    subject.require_files()
    try:
        data = subject.load()
    except ConvlabError as error:
        if _raised_by_image_data(error.__traceback__):
            raise CheckFailedError(str(error)) from error
        raise NotApplicableError(f"the dataset cannot be loaded here: {error}") from error
    except (Exception, SystemExit) as error:
        raise CheckFailedError(in_one_line(error)) from error
    if not isinstance(data, ImageData):
        raise CheckFailedError(f"expected ImageData, got {type(data).__name__}")


@check(
    "Without files and network access, the error says what to do",
    why="many users see this error the first time they use a dataset",
    fix="raise DataError with one sentence that says which folders were searched and what to do, or declare "
    "the files in a DatasetManifest and get them with source.obtain(manifest)",
)
def offline_message(subject: DatasetSubject) -> None:
    """Load it from an empty folder, without network access."""
    try:
        subject.load_without_files()
    except (Exception, SystemExit) as error:
        if isinstance(error, ConvlabError) and not _raised_by_image_data(error.__traceback__):
            _require_an_action(str(error))
        elif isinstance(error, OSError | ImportError | SystemExit) or not _fails_with_files(subject, error):
            raise CheckFailedError(f"loading ends with {in_one_line(error)}") from error


def _require_an_action(message: str) -> None:
    if not any(action in message.lower() for action in _ACTIONS):
        raise CheckFailedError(f"the message does not say what to do: {message!r}")
    if len(message.splitlines()) > 1:
        raise CheckFailedError(f"the message has {len(message.splitlines())} lines: {message!r}")


def _fails_with_files(subject: DatasetSubject, error: BaseException) -> bool:
    """Return whether loading fails the same way with files, which loads_image_data reports."""
    try:
        subject.load()
    except (Exception, SystemExit) as other:
        return type(other) is type(error)
    return False


def _raised_by_image_data(traceback: TracebackType | None) -> bool:
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == image_data.__file__:
            return True
        traceback = traceback.tb_next
    return False

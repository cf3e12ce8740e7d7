"""Where an error comes from: the line of the author's code, below the frames of convlab and Keras."""

import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

_IN_MESSAGE = re.compile(r'File "(.+?)", line (\d+)')  # AutoGraph reports the author's frames in its message
_CHECKS = str(Path(__file__).parent)


def sources_of(target: str) -> tuple[str, ...]:
    """Return the file, or the folder of the package, that a plugin's target names.

    Args:
        target: the path of a file, or the name of a module that was imported.
    """
    if target.endswith(".py"):
        return (target,)
    package = sys.modules.get(target.partition(".")[0])
    file = getattr(package, "__file__", None) or getattr(sys.modules.get(target), "__file__", None)
    if file is None:
        return ()
    return (str(Path(file).parent) if Path(file).name == "__init__.py" else file,)


def is_in(filename: str, sources: tuple[str, ...]) -> bool:
    """Return whether a file is one of the sources, or in one of their folders."""
    return any(filename == source or filename.startswith(source + os.sep) for source in sources)


def raised_at(error: BaseException, sources: tuple[str, ...]) -> str:
    """Return ``file, line n`` of the author's line that an exception, or one of its causes, comes from.

    Returns:
        The innermost such line; empty if there is none.
    """
    for each in _chain(error):
        frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(each.__traceback__)]
        frames += [(file, int(line)) for file, line in _IN_MESSAGE.findall(str(each))]
        for file, line in reversed(frames):
            if is_in(file, sources):
                return f"{file}, line {line}"
    return ""


def raised_by_a_check(error: BaseException) -> str:
    """Return ``file, line n`` of the check that raised an exception itself; empty if something else did."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    calls_with_wrong_arguments = isinstance(error, TypeError) and "argument" in str(error)
    if calls_with_wrong_arguments or not frame.filename.startswith(_CHECKS):
        return ""
    return f"{frame.filename}, line {frame.lineno}"


def called_at(frame: FrameType | None, sources: tuple[str, ...]) -> str:
    """Return ``file, line n`` of the author's innermost line that is running; empty if there is none."""
    while frame is not None:
        if is_in(frame.f_code.co_filename, sources):
            return f"{frame.f_code.co_filename}, line {frame.f_lineno}"
        frame = frame.f_back
    return ""


def is_a_slip(error: BaseException) -> bool:
    """Return whether an exception, or one of its causes, shows a slip in the code, such as a wrong name."""
    slips = NameError | AttributeError | ImportError | SyntaxError
    return any(isinstance(each, slips) for each in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)

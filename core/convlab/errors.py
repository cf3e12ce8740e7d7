"""The errors that convlab raises: each says in one sentence what is wrong and what to do.

Each class has the exit code with which the command line ends.
"""

import re
from collections.abc import Mapping

from convlab.text.formatting import one_line

_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_KERAS_PREFIX = re.compile(r"Exception encountered when calling .*\.")
_TENSORFLOW_MARKS = re.compile(r"\{\{function_node \S+\}\}\s*|\s*\[Op:\w+\](\s*name:.*)?", re.DOTALL)


class ConvlabError(Exception):
    """Base class of all errors that a user can cause or fix."""

    exit_code = 1

    def prefixed(self, owner: object) -> "ConvlabError":
        """Return a copy of this error whose message starts with ``owner: ``.

        The copy is of the same class and has the same attributes, but the constructor is not called, since a
        plugin's own class may have one with any arguments. If such a class composes its message itself, the
        copy is of the nearest class of this module instead.
        """
        message = f"{owner}: {message_of(self)}"
        copy: ConvlabError = Exception.__new__(type(self), message)
        copy.args = (message,)
        vars(copy).update(vars(self))
        if str(copy) == message:
            return copy
        nearest: type[ConvlabError] = next(base for base in type(self).__mro__ if base.__module__ == __name__)
        return nearest(message)


class ConfigError(ConvlabError):
    """An invalid experiment, option or command."""

    exit_code = 2


class UnknownNameError(ConfigError):
    """A part that no plugin provides, or that several do."""


class DataError(ConvlabError):
    """Missing, damaged or invalid images or labels.

    Attributes:
        left_out: the files that could not be used, by the reason, if each image has its own file.
    """

    def __init__(self, message: str = "", *, left_out: Mapping[str, tuple[str, ...]] | None = None) -> None:
        super().__init__(message)
        self.left_out = dict(left_out or {})


class PluginError(ConvlabError):
    """A plugin that cannot be loaded, or whose part fails."""


class TrainingError(ConvlabError):
    """A run that cannot continue."""


class DivergedError(TrainingError):
    """A run whose loss or weights are not finite."""


class RunFolderError(ConvlabError):
    """A run folder that cannot be written or read."""


class ExportError(ConvlabError):
    """A model that cannot be exported to a format, or an export that differs from the model."""


class TrustError(ConvlabError):
    """Code from a run's author that is refused unless it is trusted."""


def message_of(error: BaseException) -> str:
    """Return an exception's message, even if its class fails to compose it."""
    try:
        return str(error)
    except BaseException as failure:  # it is code of a plugin
        return f"its message cannot be shown: __str__ raises {type(failure).__name__}"


def in_one_line(error: BaseException) -> str:
    """Return an exception's type and message in one line, short enough for a terminal."""
    text = _ESCAPES.sub("", message_of(error)).partition("Arguments received by")[0]  # which Keras appends
    text = _TENSORFLOW_MARKS.sub("", text)
    return f"{type(error).__name__}: {one_line(_KERAS_PREFIX.sub('', text)) or 'no message'}"

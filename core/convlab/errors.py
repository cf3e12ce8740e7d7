"""The errors that convlab raises: one clear sentence each, with what to do.

Each class carries the exit code that the command line ends with.
"""

import re

_LONGEST_MESSAGE = 400
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_KERAS_PREFIX = re.compile(r"Exception encountered when calling .*\.")


class ConvlabError(Exception):
    """Base of all errors that a user can cause or mend."""

    exit_code = 1


class ConfigError(ConvlabError):
    """An experiment, option or command that cannot be carried out as written."""

    exit_code = 2


class UnknownNameError(ConfigError):
    """A dataset, architecture, optimizer, metric or tracker that no plugin provides, or that several do."""


class DataError(ConvlabError):
    """Images or labels that are missing, damaged or not what they should be."""


class PluginError(ConvlabError):
    """A plugin that could not be loaded, or whose part failed when it was used."""


class TrainingError(ConvlabError):
    """A run that cannot go on, such as one whose loss is no longer a number."""


class DivergedError(TrainingError):
    """A run whose loss or weights are no longer finite numbers."""


class RunFolderError(ConvlabError):
    """A run's folder that cannot be written or read."""


class ExportError(ConvlabError):
    """A model that cannot be written in a format, or an export that is not the model."""


class TrustError(ConvlabError):
    """Code that came with a run, which does not run here unless it is trusted."""


def in_one_line(error: BaseException) -> str:
    """Return an exception's type and what it says, short enough for a terminal."""
    text = _ESCAPES.sub("", str(error)).partition("Arguments received by")[0]  # which Keras adds
    said = " ".join(_KERAS_PREFIX.sub("", text).split()) or "no message"
    said = said if len(said) <= _LONGEST_MESSAGE else f"{said[:_LONGEST_MESSAGE]}…"
    return f"{type(error).__name__}: {said}"

"""The errors that convlab raises: one clear sentence each, with what to do.

Each class carries the exit code that the command line ends with.
"""


class ConvlabError(Exception):
    """Base of all errors that a user can cause or mend."""

    exit_code = 1


class ConfigError(ConvlabError):
    """An experiment, option or command that cannot be carried out as written."""

    exit_code = 2


class UnknownNameError(ConfigError):
    """A dataset, architecture, optimizer or metric that no plugin provides, or that several do."""


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

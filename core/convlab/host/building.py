"""Calls of plugins' factories."""

from typing import Any

from convlab.errors import ConvlabError, PluginError
from convlab.host import ProvidedPart


def build_part(provided: ProvidedPart[Any], *arguments: Any) -> Any:
    """Call a part's factory.

    Raises:
        ConvlabError: the factory raised one; the message also names the part.
        PluginError: the factory raised anything else.
    """
    try:
        return getattr(provided.part, provided.part.factory)(*arguments)
    except ConvlabError as error:
        raise error.prefixed(provided) from error
    except (Exception, SystemExit) as error:
        raise PluginError(f"{provided} failed: {type(error).__name__}: {error}") from error

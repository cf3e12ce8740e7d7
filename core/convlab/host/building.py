"""Calls of what plugins bring."""

from typing import Any

from convlab.errors import ConvlabError, PluginError
from convlab.host import ProvidedPart


def build_part(provided: ProvidedPart[Any], *arguments: Any) -> Any:
    """Call a part's factory; whatever goes wrong in it becomes one sentence that names the part."""
    try:
        return getattr(provided.part, provided.part.factory)(*arguments)
    except ConvlabError as error:
        raise type(error)(f"{provided}: {error}") from error
    except (Exception, SystemExit) as error:
        raise PluginError(f"{provided} failed: {type(error).__name__}: {error}") from error

"""Usage errors of the command line, with the flag or command that was probably meant."""

import re
from typing import Any

from convlab.cli.flags import with_flags
from convlab.cli.options.assignments import settings_named
from convlab.text.suggestions import meanings, nearest
from convlab.text.synonyms import NO_SUCH_SETTING


def usage_message(error: Any) -> str:
    """Return the message of a usage error of typer's."""
    context, message = getattr(error, "ctx", None), str(error.format_message()).rstrip(".")
    command: Any = context and context.command
    path = context.command_path if context else "convlab"
    suggestion = ""
    if message.startswith("No such option"):
        message = f"no such option {error.option_name!r}"
        suggestion = _flag_for(error.option_name, command)
    elif found := re.match(r"No such command '(.*?)'", message, re.DOTALL):
        message = f"no such command {found[1]!r}"
        near = nearest(found[1], command.commands)
        suggestion = f"did you mean '{path} {near}'?" if near else ""
    return f"{message}; {suggestion}" if suggestion else f"{message}; see '{path} --help'"


def _flag_for(option: str, command: Any) -> str:
    """Return the question or sentence that leads from an unknown flag to the right one, or nothing."""
    words = meanings(option)
    if words[0] in NO_SUCH_SETTING:
        return with_flags(NO_SUCH_SETTING[words[0]], command)
    flags = {flag for parameter in command.params for flag in parameter.opts if flag.startswith("--")}
    for word in words:
        flag = f"--{word.replace('_', '-')}"
        if flag in flags:
            return f"did you mean {flag!r}?"
    if "--epochs" in flags:  # where -s sets what is trained, and not only the options of a dataset
        for key in (key for word in words for key in settings_named(word)):
            return f"did you mean '-s {key}=VALUE'?"
    near = nearest(option, flags)
    return f"did you mean {near!r}?" if near else ""

"""Messages name settings; on the command line, they name the flags that set them."""

import importlib
import re
from typing import Any

from convlab.parts import PART_TYPES

_SETTING = re.compile(r"`([A-Za-z_][\w.:-]*)(?:=([^`]*))?`")
# The first word of an option's key with -s, by the experiment's table.
_SHORT_TABLES = {part_type.kind.options_key: part_type.kind.word for part_type in PART_TYPES}
# The parameters of commands that have another name in Python.
_PARAMETERS = {"plugin_files": "plugin", "third_party": "no_plugins"}


def with_flags(message: str, command: Any = None) -> str:
    """Replace the settings in backticks in a message by the flags of a command that set them.

    A setting without a flag of its own becomes ``-s KEY=VALUE`` if the command has ``-s``; everything else
    stays as written.

    Args:
        message: such as ``"`train.epochs`: must be at least 1"``.
        command: a click command; by default the one that is running.
    """
    flags = _flags_by_parameter(command or _current_command())

    def flag(match: re.Match[str]) -> str:
        setting, value = match.groups()
        table, _, name = setting.partition(".")
        parameter = name if table in ("data", "train") else setting
        found = flags.get(_PARAMETERS.get(parameter, parameter))
        if found:
            return found if value is None else f"{found} {value}"
        if name and "settings" in flags:
            key = f"{_SHORT_TABLES.get(table, table)}.{name}"
            return f"-s {key}" if value is None else f"-s {key}={value}"
        return match[0]

    return _SETTING.sub(flag, message)


def _flags_by_parameter(command: Any) -> dict[str, str]:
    """Return the longest flag of each option of a command, by the name of its parameter."""
    flags = {}
    for parameter in getattr(command, "params", ()):
        if options := [option for option in parameter.opts if option.startswith("-")]:
            flags[parameter.name] = max(options, key=len)
    return flags


def _current_command() -> Any:
    try:
        click = importlib.import_module("typer._click.globals")
    except ModuleNotFoundError:  # versions of typer that depend on click instead of including it
        click = importlib.import_module("click")
    context = click.get_current_context(silent=True)
    return context and context.command

"""The settings of ``-s KEY=VALUE``."""

import tomllib
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from convlab.errors import ConfigError
from convlab.experiment import DataSettings, TrainSettings
from convlab.experiment.keys import TABLES
from convlab.experiment.layers import Tables
from convlab.host import PluginHost
from convlab.parts import PART_TYPES
from convlab.text.suggestions import did_you_mean, meanings


def assignments(settings: Iterable[str]) -> Tables:
    """Read ``KEY=VALUE`` settings with dotted keys, such as ``architecture.filters=[32, 64]``.

    A value is TOML if it is valid TOML, otherwise text.

    Raises:
        ConfigError: a setting is not valid UTF-8 or has no ``=``, or no table of an experiment has its key.
    """
    tables: Tables = {}
    for setting in settings:
        dotted, sign, value = setting.partition("=")
        first, *rest = dotted.strip().split(".")
        if any("\ud800" <= char <= "\udfff" for char in setting):  # bytes that are not UTF-8
            raise ConfigError(
                f"-s {setting}: not valid UTF-8, which an experiment is stored in; rename the file or folder"
            )
        if not sign or not rest or not all(rest):
            keys = [key for word in meanings(first) for key in settings_named(word)] if not rest else []
            example = f"{keys[0]}={value or 'VALUE'}" if keys else "train.epochs=3"
            raise ConfigError(f"-s {setting}: write KEY=VALUE with a dotted key, such as -s {example}")
        if first not in TABLES:
            raise ConfigError(f"-s {setting}: unknown table {first!r}; {did_you_mean(first, TABLES)}")
        assign(tables, (TABLES[first], *rest), _value(value.strip()), f"-s {setting}")
    return tables


def settings_named(word: str) -> list[str]:
    """Return the dotted keys with ``-s`` that end in a word: settings, then options of built-in parts."""
    keys = [
        f"{section.title}.{word}" for section in (DataSettings, TrainSettings) if word in section.model_fields
    ]
    host = PluginHost(third_party=False)
    for part_type in PART_TYPES:
        for part in (provided.part for provided in host.parts(part_type)):
            if part.options and word in (field.name for field in fields(part.options)):
                owner = f".{part.name}" if part.kind.several else ""
                keys.append(f"{part.kind.word}{owner}.{word}")
    return keys


def option_values(settings: Iterable[str]) -> dict[str, Tables]:
    """Read ``KEY=VALUE`` settings of the options of parts; return them by the name of the kind.

    Raises:
        ConfigError: a setting is not an option of a part.
    """
    tables = assignments(settings)
    kinds = {table: name for name, table in TABLES.items()}
    for table in tables.keys() & {"data", "train"}:
        raise ConfigError(f"-s {table}.{next(iter(tables[table]))}: is not an option of a part; omit it")
    return {kinds[table]: values for table, values in tables.items()}


def assign(tables: Tables, path: tuple[str, ...], value: Any, written: str) -> None:
    """Set a nested key.

    Args:
        tables: the tables to change.
        path: the names of the tables and of the key.
        value: the value.
        written: the setting on the command line, for messages.

    Raises:
        ConfigError: the key is already set.
    """
    *parents, last = path
    for parent in parents:
        tables = tables.setdefault(parent, {})
        if not isinstance(tables, dict):
            raise ConfigError(f"{'.'.join(path)} is given twice; omit {written}")
    if last in tables:
        raise ConfigError(f"{'.'.join(path)} is given twice; omit {written}")
    tables[last] = value


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text

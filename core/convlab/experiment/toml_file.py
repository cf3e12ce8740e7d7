"""Experiments as TOML files, including those that earlier versions of convlab wrote."""

import tomllib
from pathlib import Path
from typing import Any

from convlab.errors import ConfigError


def read_toml(file: Path) -> dict[str, Any]:
    """Return the tables of an experiment's TOML file, with renamed settings under their current names.

    Raises:
        ConfigError: the file cannot be read or is not valid TOML.
    """
    if file.is_dir():
        inside = file / "experiment.toml"
        hint = f"; its experiment is {str(inside)!r}" if inside.is_file() else ""
        raise ConfigError(f"{str(file)!r} is a folder, not a TOML file{hint}")
    try:
        return _with_current_names(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ConfigError(
            f"{str(file)!r} does not exist; name a TOML file, or none to start from the defaults"
        ) from None
    except OSError as error:
        raise ConfigError(f"cannot read {str(file)!r}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{str(file)!r} is not valid TOML: {error}") from None


def _with_current_names(tables: dict[str, Any]) -> dict[str, Any]:
    """Rename ``data.without`` to ``data.exclude`` and ``train.keep`` to ``train.restore_best``."""
    data, train = tables.get("data"), tables.get("train")
    if isinstance(data, dict) and "without" in data and "exclude" not in data:
        data["exclude"] = data.pop("without")
    if isinstance(train, dict) and train.get("keep") in ("best", "last") and "restore_best" not in train:
        train["restore_best"] = train.pop("keep") == "best"
    return tables

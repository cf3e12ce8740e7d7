"""Experiments as TOML files, including those that earlier versions of convlab wrote."""

import tomllib
from pathlib import Path
from typing import Any

from convlab.errors import ConfigError
from convlab.experiment.earlier_names import with_current_names


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
        return with_current_names(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ConfigError(
            f"{str(file)!r} does not exist; name a TOML file, or none to start from the defaults"
        ) from None
    except OSError as error:
        raise ConfigError(f"cannot read {str(file)!r}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{str(file)!r} is not valid TOML: {error}") from None

"""The one way to read a file of a run: a regular file of a plausible size, into its model."""

import json
import os
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from convlab.errors import ConfigError, RunFolderError
from convlab.experiment import Experiment
from convlab.options.reading import first_mistake
from convlab.runs.run_files import Environment, Epoch, Parts, RunFile, Summary
from convlab.system.regular_file import read_regular
from convlab.text.formatting import one_line

FileT = TypeVar("FileT", bound=RunFile)
_MAX_DEPTH = 50
_MAX_REASON = 200


class FileError(RunFolderError):
    """A file of a run that cannot be used.

    Attributes:
        short: what is wrong, without the folder.
    """

    short: str


class MissingFileError(FileError):
    """A run does not have a file."""

    def __init__(self, folder: str | Path, model: type[RunFile]) -> None:
        self.short = f"no {model.name}"
        reason = f"; {model.if_missing}" if model.if_missing else ""
        super().__init__(f"{str(folder)!r} has no {model.name}{reason}")


class DamagedFileError(FileError):
    """A file of a run that is not what convlab writes."""

    def __init__(
        self, folder: str | Path, model: type[RunFile], why: object, what: str = "is damaged"
    ) -> None:
        damage = f"{what} ({one_line(why, _MAX_REASON)})"
        self.short = f"{model.name} {damage}"
        super().__init__(f"{str(Path(folder) / model.name)!r} {damage}; restore it from a copy of the run")


def read_model(folder: str | Path, model: type[FileT]) -> FileT:
    """Return a file of a run as its model.

    Raises:
        MissingFileError: the run does not have the file.
        DamagedFileError: the file is not what convlab writes.
    """
    return validated(folder, model, read_contents(folder, model))


def read_contents(folder: str | Path, model: type[RunFile]) -> dict[str, Any]:
    """Return the contents of a JSON or TOML file of a run; only ``validated`` says whether they are valid.

    Raises:
        MissingFileError: the run does not have the file.
        DamagedFileError: the file cannot be read, or is neither JSON nor TOML.
    """
    is_toml = model.name.endswith(".toml")
    contents = _parsed(folder, model, _toml if is_toml else _json)
    if not isinstance(contents, dict):
        raise DamagedFileError(folder, model, "not a JSON object")
    return contents


def validated(folder: str | Path, model: type[FileT], contents: Any) -> FileT:
    """Return the contents of a file of a run as its model.

    Raises:
        DamagedFileError: a key is missing, or a value of it is of another type.
    """
    try:
        return model.model_validate(contents)
    except ValidationError as error:
        raise DamagedFileError(folder, model, first_mistake(error, "")) from None


def read_summary(folder: str | Path) -> dict[str, Any]:
    """Return the contents of the ``summary.json`` of a run, under the current names of its keys.

    Raises:
        MissingFileError: the run has not finished.
        DamagedFileError: the file is not what convlab writes.
    """
    contents = read_contents(folder, Summary)
    validated(folder, Summary, contents)
    return {Summary.renamed.get(key, key): value for key, value in contents.items()}


def read_environment(folder: str | Path) -> dict[str, Any]:
    """Return the contents of the ``environment.json`` of a run.

    Raises:
        MissingFileError: the run stopped before its first step.
        DamagedFileError: the file is not what convlab writes.
    """
    contents = read_contents(folder, Environment)
    validated(folder, Environment, contents)
    return contents


def read_experiment(folder: str | Path) -> Experiment:
    """Return the experiment of a run.

    Raises:
        MissingFileError: the run does not have it.
        DamagedFileError: the file is damaged.
    """
    contents = read_contents(folder, Parts)
    try:
        experiment = Experiment.model_validate(contents)
    except ConfigError as error:
        raise DamagedFileError(folder, Parts, error) from None
    validated(folder, Parts, contents)  # an experiment may omit its parts, the file of a run does not
    return experiment


def read_epochs(folder: str | Path) -> list[dict[str, Any]]:
    """Return the records of the epochs; a last line that is incomplete is that of a killed process.

    Raises:
        MissingFileError: the run does not have them.
        DamagedFileError: the file is damaged.
    """
    records: list[dict[str, Any]] = _parsed(folder, Epoch, _json_lines)
    for record in records:
        validated(folder, Epoch, record)
    return records


def _parsed(folder: str | Path, model: type[RunFile], parse: Callable[[bytes], Any]) -> Any:
    try:
        content = read_regular(os.path.join(folder, model.name), model.limit)  # noqa: PTH118 - faster
        parsed = parse(content)
        if content.count(b"[") + content.count(b"{") > _MAX_DEPTH:
            _check_depth(parsed)
    except FileNotFoundError:
        raise MissingFileError(folder, model) from None
    except OSError as error:
        raise DamagedFileError(folder, model, error.strerror or error, "cannot be read") from None
    except (ValueError, RecursionError) as error:
        language = "TOML" if model.name.endswith(".toml") else "JSON"
        raise DamagedFileError(folder, model, f"not valid {language}: {error}") from None
    return parsed


def _json(content: bytes) -> Any:
    return json.loads(content, parse_constant=_refuse_constant)


def _json_lines(content: bytes) -> Any:
    return [_json(line) for line in content.split(b"\n")[:-1]]


def _toml(content: bytes) -> Any:
    return tomllib.loads(content.decode())


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"it contains {name}")


def _check_depth(value: Any) -> None:
    """Refuse values so deeply nested that code which walks them would exceed Python's recursion limit."""
    level: Iterable[Any] = [value]
    for _ in range(_MAX_DEPTH):
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise ValueError("too deeply nested")

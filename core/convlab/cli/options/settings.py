"""The settings that the flags, the environment and a file give a run."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

from convlab.errors import ConfigError
from convlab.experiment import Experiment
from convlab.experiment.layers import Layer, assign, assignments, merge
from convlab.experiment.settings import read_toml

# The parameter of each flag that sets an experiment's key, and the key. The environment variable of the
# same meaning is CONVLAB_ and the parameter in capitals.
FLAG_KEYS = {
    "dataset": ("dataset",),
    "architecture": ("architecture",),
    "optimizer": ("optimizer",),
    "metrics": ("metrics",),
    "trackers": ("trackers",),
    "epochs": ("train", "epochs"),
    "batch_size": ("train", "batch_size"),
    "learning_rate": ("train", "learning_rate"),
    "seed": ("train", "seed"),
    "loop": ("train", "loop"),
    "precision": ("train", "precision"),
    "max_steps": ("train", "max_steps"),
    "deterministic": ("train", "deterministic"),
}


def experiment_from(context: typer.Context, file: Path | None) -> tuple[Experiment, list[str]]:
    """Return the experiment that a command line describes, and a note for each thing it left out.

    Raises:
        ConfigError: a key, a value or the file is wrong.
    """
    layers = [] if file is None else [Layer(origin=str(file), tables=read_toml(file))]
    layers.append(Layer(origin="the environment", tables=_given(context, "ENVIRONMENT")))
    layers.append(Layer(origin="the command line", tables=_given(context, "COMMANDLINE")))
    return merge(layers)


def changes_from(settings: Iterable[str], **flags: Any) -> dict[str, Any]:
    """Return the settings of ``[train]`` that a command line changes of a run.

    Raises:
        ConfigError: a setting is of another table, or given twice.
    """
    tables = assignments(settings)
    for key, value in flags.items():
        if value is not None:
            assign(tables, ("train", key), value, f"--{key.replace('_', '-')} or -s")
    train: dict[str, Any] = tables.pop("train", {})
    if tables:
        raise ConfigError(
            f"{next(iter(tables))} cannot change in the middle of a run: start a new one with it"
        )
    return train


def _given(context: typer.Context, source: str) -> dict[str, Any]:
    def comes_from_there(parameter: str) -> bool:
        found = context.get_parameter_source(parameter)
        return found is not None and found.name == source

    tables = assignments(context.params["settings"]) if comes_from_there("settings") else {}
    for parameter, path in FLAG_KEYS.items():
        if comes_from_there(parameter):
            value = context.params[parameter]
            value = list(value) if isinstance(value, tuple) else value
            assign(tables, path, value, f"--{parameter.replace('_', '-')} or -s")
    return tables

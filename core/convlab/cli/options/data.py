"""The arguments shared by the ``convlab data`` commands."""

from pathlib import Path
from typing import Annotated, Any

import typer

from convlab.cli.options.assignments import assignments
from convlab.cli.options.completion import complete_names
from convlab.errors import ConfigError
from convlab.parts import Dataset

_complete = complete_names(Dataset)

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A dataset.", autocompletion=_complete, show_default=False)
]
Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME…", help="One or more datasets.", autocompletion=_complete, show_default=False
    ),
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help="A folder to search before all others."),
]
To = Annotated[
    Path | None,
    typer.Option("--to", metavar="DIR", help="The data folder to put the files in."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "-s", "--set", metavar="KEY=VALUE", help="Set an option of the dataset, such as dataset.path=photos."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def dataset_options(settings: list[str] | None) -> dict[str, Any]:
    """Return the dataset options set with ``-s dataset.KEY=VALUE``.

    Raises:
        ConfigError: a setting is not a dataset option.
    """
    tables = assignments(settings or ())
    options: dict[str, Any] = tables.pop(Dataset.kind.options_key, {})
    if tables:
        raise ConfigError(f"-s {', '.join(settings or ())} is not a dataset option; use -s dataset.KEY=VALUE")
    return options

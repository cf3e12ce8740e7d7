"""The arguments that the ``convlab data`` commands share."""

from pathlib import Path
from typing import Annotated, Any

import typer

from convlab.cli.options.completion import complete_names
from convlab.errors import ConfigError
from convlab.experiment.layers import assignments
from convlab.parts import Dataset

_complete = complete_names(Dataset)

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A data set.", autocompletion=_complete, show_default=False)
]
Names = Annotated[
    list[str],
    typer.Argument(metavar="NAME…", help="Data sets.", autocompletion=_complete, show_default=False),
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help="A folder to look in before all others."),
]
To = Annotated[
    Path | None,
    typer.Option("--to", metavar="DIR", help="The data folder that the files shall be in."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "-s", "--set", metavar="KEY=VALUE", help="Set an option of the data set, such as dataset.path=photos."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def dataset_options(settings: list[str] | None) -> dict[str, Any]:
    """Return the data set's options that ``-s dataset.KEY=VALUE`` sets.

    Raises:
        ConfigError: one sets something else.
    """
    tables = assignments(settings or ())
    options: dict[str, Any] = tables.pop("dataset_options", {})
    if tables:
        raise ConfigError(f"-s {', '.join(settings or ())}: only dataset.KEY can be set here")
    return options

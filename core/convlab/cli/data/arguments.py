"""The arguments that the ``convlab data`` commands share."""

from pathlib import Path
from typing import Annotated

import typer

from convlab.cli.completion import complete_names
from convlab.descriptors import Dataset

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
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

"""The options of ``convlab run`` besides those that describe the experiment."""

from pathlib import Path
from typing import Annotated

import typer

from convlab.cli.options.completion import complete_names
from convlab.parts import Recipe

_FILES, _OUTPUT = "Files and folders", "Output"

File = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE.toml]", help="An experiment to start from.", show_default=False),
]
RecipeName = Annotated[
    str | None,
    typer.Option(
        "--recipe",
        metavar="NAME",
        rich_help_panel="What to train",
        help="A recipe to start from instead of a file; 'convlab list recipes' lists all.",
        autocompletion=complete_names(Recipe),
    ),
]
RunsDir = Annotated[
    Path,
    typer.Option(
        "--runs-dir",
        metavar="DIR",
        envvar="CONVLAB_RUNS_DIR",
        show_envvar=False,
        rich_help_panel=_FILES,
        help="Save the run in a new folder in this one.",
    ),
]
RunName = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", rich_help_panel=_FILES, help="Name of the run's folder."),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        rich_help_panel=_FILES,
        help="Folder to search for data files first; CONVLAB_DATA_DIR names more folders.",
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", rich_help_panel=_OUTPUT, help="Print the result as one JSON object.")
]
SaveTo = Annotated[
    Path | None,
    typer.Option(
        "--to",
        metavar="FILE",
        rich_help_panel=_OUTPUT,
        help="Also write a page (.html), a table (.csv, .md, .tex) or a figure (.png, .svg, .pdf).",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", rich_help_panel=_OUTPUT, help="Show no progress.")]
Explain = Annotated[
    bool,
    typer.Option(
        "--explain",
        rich_help_panel=_OUTPUT,
        help="Explain what each stage does, with its numbers; results stay the same.",
    ),
]
PrintConfig = Annotated[
    bool,
    typer.Option(
        "--print-config",
        rich_help_panel=_OUTPUT,
        help="Print the complete experiment as TOML, and train nothing.",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        rich_help_panel=_OUTPUT,
        help="Load the data, build the model and describe the run, and train nothing.",
    ),
]

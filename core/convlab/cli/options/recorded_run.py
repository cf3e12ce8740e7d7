"""The options of the commands that use an earlier run, the same for all of them."""

import os
from pathlib import Path
from typing import Annotated

import typer


def _complete_runs(incomplete: str) -> list[str]:
    runs_dir = Path(os.environ.get("CONVLAB_RUNS_DIR", "runs"))
    names = [folder.name for folder in runs_dir.iterdir() if folder.is_dir()] if runs_dir.is_dir() else []
    return [name for name in ["last", *sorted(names, reverse=True)] if name.startswith(incomplete)]


RunName = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run: its folder, its name or a part of its name, or 'last'.",
        autocompletion=_complete_runs,
        show_default=False,
    ),
]
RunNames = Annotated[
    list[str],
    typer.Argument(
        metavar="RUN…",
        help="Runs: their folders or whole names, or 'last'.",
        autocompletion=_complete_runs,
        show_default=False,
    ),
]
RunsDir = Annotated[
    Path,
    typer.Option(
        "--runs-dir",
        metavar="DIR",
        envvar="CONVLAB_RUNS_DIR",
        show_envvar=False,
        rich_help_panel="Files and folders",
        help="The folder that contains the runs, also in subfolders.",
    ),
]
Trust = Annotated[
    bool,
    typer.Option("--trust", help="Load code from the run's author, even if this machine has never run it."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

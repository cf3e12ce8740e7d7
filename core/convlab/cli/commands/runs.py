"""``convlab runs``: lists the runs in a folder."""

from pathlib import Path
from textwrap import shorten
from typing import Annotated

import typer
from rich.text import Text

from convlab.cli.errors import ending_well
from convlab.cli.options.completion import complete_names
from convlab.cli.options.recorded_run import AsJson, RunsDir
from convlab.cli.output import print_all, print_json, shown
from convlab.parts import Architecture, Dataset
from convlab.runs.listed_run import STATES, ListedRun
from convlab.runs.listing import SORTS, list_runs
from convlab.text.formatting import duration
from convlab.text.visible import visible

_HEADINGS = ("when", "run", "dataset", "architecture", "epochs", "test", "time", "state")
_RIGHT_ALIGNED = {4, 5, 6}
_MAX_MESSAGE = 60
_STYLES = {"finished": "green", "running": "cyan", "interrupted": "yellow", "failed": "red", "damaged": "red"}


def show_runs(
    dataset: Annotated[
        str | None,
        typer.Option(
            "-d",
            "--dataset",
            metavar="NAME",
            help="Only runs on this dataset.",
            autocompletion=complete_names(Dataset),
        ),
    ] = None,
    architecture: Annotated[
        str | None,
        typer.Option(
            "-a",
            "--architecture",
            metavar="NAME",
            help="Only runs of this architecture.",
            autocompletion=complete_names(Architecture),
        ),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state",
            metavar="|".join(STATES),
            help="Only runs in this state.",
            autocompletion=lambda: list(STATES),
        ),
    ] = None,
    sort: Annotated[
        str,
        typer.Option(
            "--sort",
            metavar="|".join(SORTS),
            help="Sort order; score and time list the best runs first.",
            autocompletion=lambda: list(SORTS),
        ),
    ] = "started",
    runs_dir: RunsDir = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """List the runs, newest first.

    Example: [cyan]convlab runs -d mnist --sort score[/]
    """
    with ending_well():
        runs = list_runs(runs_dir, dataset=dataset, architecture=architecture, state=state, sort=sort)
    if as_json:
        print_json([run.record() for run in runs])
    elif runs:
        print_all(_lines(runs))
    else:
        which = "" if (dataset, architecture, state) == (None, None, None) else " matching"
        print_all(f"There are no{which} runs in {shown(str(runs_dir))}. Start one with 'convlab run'.")


def _lines(runs: list[ListedRun]) -> Text:
    """Return aligned lines; a rich table takes seconds for thousands of runs."""
    rows = [_HEADINGS, *map(_row, runs)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    styles: list[tuple[str, ...]] = [("bold",) * len(_HEADINGS)]
    styles += [("", "bold cyan", "", "", "", "", "", _STYLES[run.state]) for run in runs]
    text = Text(no_wrap=True)
    for row, row_styles in zip(rows, styles, strict=True):
        text.append("\n" if text else "")
        for column, (cell, width, style) in enumerate(zip(row, widths, row_styles, strict=True)):
            is_last = column == len(row) - 1
            text.append(
                cell.rjust(width) if column in _RIGHT_ALIGNED else cell.ljust(0 if is_last else width), style
            )
            text.append("" if is_last else "  ")
    return text


def _row(run: ListedRun) -> tuple[str, ...]:
    score = run.score
    cells = (
        run.started.astimezone().strftime("%Y-%m-%d %H:%M"),
        run.path.name,
        run.dataset,
        run.architecture,
        "" if run.epochs is None else str(run.epochs),
        f"{score[0]} {score[1]:.4f}" if score else "",
        "" if run.seconds is None else duration(run.seconds),
        run.state + (f": {shorten(run.message, _MAX_MESSAGE, placeholder='…')}" if run.message else ""),
    )
    return tuple(map(visible, cells))

"""``convlab plot``: draws one figure of a run."""

from pathlib import Path
from typing import Annotated

import typer

from convlab.cli.errors import ending_well
from convlab.cli.options.data import Settings, dataset_options
from convlab.cli.options.host import PluginFiles
from convlab.cli.options.recorded_run import RunName, RunsDir, Trust
from convlab.cli.options.run import DataDir
from convlab.cli.output import print_all, shown
from convlab.drawing.figures import SUFFIXES, check_suffix, save_figure
from convlab.reporting.plot import FIGURES, plot


def plot_run(
    run: RunName,
    to: Annotated[
        Path,
        typer.Option(
            "--to", metavar=f"FILE{'|'.join(SUFFIXES)}", help="The file to write.", show_default=False
        ),
    ],
    what: Annotated[
        str,
        typer.Option(
            "--what", metavar="|".join(FIGURES), help="What to draw.", autocompletion=lambda: list(FIGURES)
        ),
    ] = "curves",
    settings: Settings = None,
    plugin: PluginFiles = None,
    trust: Trust = False,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Draw one figure of a run.

    What depends on predictions uses the test set if the run has evaluated it, or else the validation set.

    Example: [cyan]convlab plot last --what confusion --to confusion.pdf[/]
    """
    with ending_well():
        check_suffix(to)
        figure = plot(
            run,
            what,  # type: ignore[arg-type]
            runs_dir=runs_dir,
            plugin_files=plugin or (),
            dataset_options=dataset_options(settings),
            data_dir=data_dir,
            trust=trust,
        )
        path = save_figure(figure, to)
    print_all(f"[bold cyan]{shown(path)}[/]")

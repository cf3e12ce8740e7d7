"""``convlab code``: writes the plain Keras script of a run."""

from pathlib import Path
from typing import Annotated

import typer

from convlab.cli.errors import ending_well
from convlab.cli.options.host import PluginFiles
from convlab.cli.options.recorded_run import RunName, RunsDir, Trust
from convlab.cli.options.run import DataDir
from convlab.cli.output import print_all, print_text, shown
from convlab.code.writing import LOOPS, write_code


def code_of_run(
    run: RunName,
    loop: Annotated[
        str | None,
        typer.Option(
            "--loop",
            metavar="|".join(LOOPS),
            help="The training loop of the script [dim](default: the run's)[/].",
            autocompletion=lambda: list(LOOPS),
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", metavar="FILE.py|.ipynb", help="The file to write [dim](default: print the script)[/]."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    plugin: PluginFiles = None,
    trust: Trust = False,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Write the plain Keras script that trains as a run did, without convlab.

    It has the run's images, initial weights and order of batches, and gets its results up to rounding.

    Example: [cyan]convlab code last --loop tape --to train.py[/]
    """
    with ending_well():
        text = write_code(
            run,
            loop=loop,
            to=to,
            force=force,
            runs_dir=runs_dir,
            plugin_files=plugin or (),
            data_dir=data_dir,
            trust=trust,
        )
    if to is None:
        print_text(text)
    else:
        print_all(f"[bold cyan]{shown(to)}[/]")

"""``convlab report``: writes an HTML file about one run, or several."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal

from convlab.cli.errors import ending_well
from convlab.cli.options.data import Settings, dataset_options
from convlab.cli.options.host import PluginFiles
from convlab.cli.options.recorded_run import RunNames, RunsDir, Trust
from convlab.cli.options.run import DataDir
from convlab.cli.output import print_all, shown
from convlab.reporting.report import REPORT_FILE, report
from convlab.runs.lookup import find_run


def report_runs(
    runs: RunNames,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="FILE.html",
            help=f"The file to write [dim](default: {REPORT_FILE} in the run's folder, or here for several "
            "runs)[/].",
        ),
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the report in the browser.")] = False,
    settings: Settings = None,
    plugin: PluginFiles = None,
    trust: Trust = False,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Describe a run, or compare several, in one HTML file that needs no network.

    What depends on predictions uses the test set if the run has evaluated it, or else the validation set.

    Example: [cyan]convlab report last --open[/]
    """
    with ending_well():
        if to is None:
            to = find_run(runs[0], runs_dir) / REPORT_FILE if len(runs) == 1 else Path(REPORT_FILE)
        written = report(
            *runs,
            to=to,
            runs_dir=runs_dir,
            plugin_files=plugin or (),
            dataset_options=dataset_options(settings),
            data_dir=data_dir,
            trust=trust,
        )
        if open_page and written.path is not None:
            webbrowser.open(written.path.resolve().as_uri())
    print_all(f"[bold cyan]{shown(written.path)}[/]  {decimal(len(written.html.encode()))}")
    print_all(
        *(
            f"[dim]not shown[/]  {shown(', '.join(titles))}: {shown(reason)}"
            for reason, titles in written.missing.items()
        )
    )

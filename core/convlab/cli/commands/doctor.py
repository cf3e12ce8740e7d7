"""``convlab doctor``: finds problems that would stop a run."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from convlab.cli.errors import ending_well
from convlab.cli.options import run as options
from convlab.cli.options.experiment import experiment_from, names_an_experiment, with_experiment_flags
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.output import print_all, print_json, shown
from convlab.inspect import doctor

_STYLES = {"ok": "green", "note": "yellow", "problem": "bold red"}

ExperimentFile = Annotated[
    Path | None,
    typer.Option("--experiment", metavar="FILE.toml", help="An experiment to examine too."),
]


@with_experiment_flags
def examine(
    context: typer.Context,
    experiment: ExperimentFile = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
    runs_dir: options.RunsDir = Path("runs"),
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> None:
    """Find problems that would stop a run: on this machine and, if one is given, in an experiment.

    With --experiment, or any option that says what and how to train, it also builds the model, prints its
    layers and trains it for a few steps. The exit code is 1 if there is a problem.

    Example: [cyan]convlab doctor -d mnist -a cnn --learning-rate 10[/]
    """
    with ending_well():
        host = host_from(plugin, no_plugins)
        examined = None
        if experiment is not None or names_an_experiment(context):
            examined = experiment_from(context, experiment)
        report = doctor.examine(examined, host=host, data_dir=data_dir, runs_dir=runs_dir)
    if as_json:
        print_json(report.summary())
    else:
        if report.model is not None:
            print_all(_layers(report.model), "")
        print_all(_findings(report))
    if not report.healthy:
        raise typer.Exit(1)


def _findings(report: doctor.Report) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for finding in report.findings:
        fix = f"\n[cyan]{shown(finding.fix)}[/]" if finding.fix else ""
        table.add_row(
            f"[{_STYLES[finding.state]}]{finding.state}[/]",
            shown(finding.topic),
            f"{shown(finding.message)}{fix}",
        )
    return table


def _layers(model: doctor.Model) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0), footer_style="bold")
    table.add_column("layer", "total", overflow="fold")
    table.add_column("type")
    table.add_column("output", justify="right")
    table.add_column("parameters", f"{model.parameters:,}", justify="right")
    table.add_column("FLOPs per image", f"{model.flops:,}", justify="right")
    table.show_footer = True
    for layer in model.layers:
        shape = "×".join("?" if side is None else str(side) for side in layer.output_shape or ())
        table.add_row(
            shown(layer.layer), shown(layer.type), shape, f"{layer.parameters:,}", f"{layer.flops:,}"
        )
    return table

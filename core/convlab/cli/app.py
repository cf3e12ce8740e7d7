"""The ``convlab`` command."""

import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from convlab.cli.check_command import check_target
from convlab.cli.data import data_app
from convlab.cli.doctor_command import examine
from convlab.cli.evaluate_command import evaluate_run
from convlab.cli.exits import SIGNALLED, run_app
from convlab.cli.export_command import export_run
from convlab.cli.list_command import list_parts
from convlab.cli.new_command import new_package
from convlab.cli.plugins_command import list_plugins
from convlab.cli.predict_command import predict_pictures
from convlab.cli.resume_command import resume_run
from convlab.cli.run_command import run_experiment
from convlab.cli.runs_command import show_runs
from convlab.cli.show_command import show_part
from convlab.cli.show_run_command import show_run
from convlab.training.tensorflow_start import is_starting

app = typer.Typer(
    name="convlab",
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run_experiment)
app.command("resume")(resume_run)
app.command("runs")(show_runs)
app.command("show-run")(show_run)
app.command("evaluate")(evaluate_run)
app.command("predict")(predict_pictures)
app.command("export")(export_run)
app.command("list")(list_parts)
app.command("show")(show_part)
app.command("plugins")(list_plugins)
app.command("check")(check_target)
app.command("new")(new_package)
app.command("doctor")(examine)
app.add_typer(data_app)


@app.callback(invoke_without_command=True)
def convlab(
    context: typer.Context,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Train and compare image classifiers; every part is a plugin.

    [bold]convlab run[/] trains a small CNN on real digits in seconds, without a network.
    [bold]convlab list[/] shows what there is to choose from.
    """
    if show_version:
        sys.stdout.write(f"convlab {version('convlab')}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        sys.stdout.write(f"{context.get_help()}\n")


def main() -> None:
    """Run the command line and leave with its exit code."""
    code = run_app(app)
    # All is kept and every tracker told: TensorFlow's import, or its end, would take seconds more.
    if code > SIGNALLED or (code and is_starting()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)

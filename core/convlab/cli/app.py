"""The ``convlab`` command."""

import os
import sys
import warnings
from typing import Annotated

import typer

from convlab.cli.commands.catalog import list_parts, show_part
from convlab.cli.commands.check import check_target
from convlab.cli.commands.code import code_of_run
from convlab.cli.commands.compare import CompareCommand, compare_experiments
from convlab.cli.commands.data import data_app
from convlab.cli.commands.doctor import examine
from convlab.cli.commands.evaluate import evaluate_run
from convlab.cli.commands.export import export_run
from convlab.cli.commands.new import new_package
from convlab.cli.commands.plot import plot_run
from convlab.cli.commands.plugins import list_plugins
from convlab.cli.commands.predict import predict_files
from convlab.cli.commands.recipes import recipes_app
from convlab.cli.commands.report import report_runs
from convlab.cli.commands.resume import resume_run
from convlab.cli.commands.run import run_experiment
from convlab.cli.commands.runs import runs_app
from convlab.cli.commands.show_run import show_run
from convlab.cli.commands.sweep import sweep_experiment
from convlab.cli.errors import SIGNALLED, run_app
from convlab.cli.messages import report_unwritable, show_warning
from convlab.cli.output import print_text
from convlab.cli.streams import flushed, open_streams
from convlab.system.process_exit import exit_process
from convlab.system.standard_streams import detach_stderr, keep_stdout_for_results
from convlab.system.tensorflow_start import is_starting
from convlab.version import __version__

app = typer.Typer(
    name="convlab",
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run_experiment)
app.command("resume")(resume_run)
app.command("compare", cls=CompareCommand)(compare_experiments)
app.command("sweep")(sweep_experiment)
app.command("show-run")(show_run)
app.command("evaluate")(evaluate_run)
app.command("predict")(predict_files)
app.command("report")(report_runs)
app.command("plot")(plot_run)
app.command("code")(code_of_run)
app.command("export")(export_run)
app.command("list")(list_parts)
app.command("show")(show_part)
app.command("plugins")(list_plugins)
app.command("check")(check_target)
app.command("new")(new_package)
app.command("doctor")(examine)
app.add_typer(recipes_app)
app.add_typer(runs_app)
app.add_typer(data_app)


@app.callback(invoke_without_command=True)
def convlab(
    context: typer.Context,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Train and compare image classifiers; every part is a plugin.

    [bold]convlab run[/] trains a small CNN on real digits in seconds, offline.
    [bold]convlab list[/] lists all datasets, architectures and other parts.
    """
    if show_version:
        print_text(f"convlab {__version__}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print_text(f"{context.get_help()}\n")


def main() -> None:
    """Run the command line and exit with its exit code."""
    open_streams()
    detach_stderr()
    keep_stdout_for_results()
    warnings.showwarning = show_warning
    if "error" in sys.warnoptions:  # from PYTHONWARNINGS: a library's warning must not fail a run
        warnings.simplefilter("default")
    code = run_app(app)
    if error := flushed(sys.stdout):
        report_unwritable(error)
        code = code or 1
    flushed(sys.stderr)
    # Everything is saved and all trackers are closed; TensorFlow's import or shutdown would take seconds.
    if code > SIGNALLED or (code and is_starting()):
        os._exit(code)
    exit_process(code)

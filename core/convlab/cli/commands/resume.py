"""``convlab resume``: continues a run."""

from pathlib import Path
from typing import Annotated

import typer

from convlab import api
from convlab.cli.commands.run import report
from convlab.cli.errors import ending_well
from convlab.cli.options import run as options
from convlab.cli.options.experiment import changes_from
from convlab.cli.options.host import NoPlugins, PluginFiles
from convlab.cli.options.recorded_run import RunName, RunsDir, Trust
from convlab.cli.output import print_all, print_json
from convlab.runs.recorded_run import open_run

# Not the flags of convlab run, whose defaults and environment variables are for new runs.
Epochs = Annotated[
    int | None, typer.Option("-e", "--epochs", help="Passes over the training set, completed ones included.")
]
MaxSteps = Annotated[int | None, typer.Option("--max-steps", help="Steps in total, completed ones included.")]
LearningRate = Annotated[
    float | None,
    typer.Option("--learning-rate", help="Learning rate from here on, or its peak."),
]
Test = Annotated[
    bool | None,
    typer.Option("--test/--no-test", help="Evaluate the test set at the end, or leave it sealed."),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "-s",
        "--set",
        metavar="train.KEY=VALUE",
        help="Change a setting, such as train.patience=5.",
    ),
]


def resume_run(
    run: RunName = "last",
    epochs: Epochs = None,
    max_steps: MaxSteps = None,
    learning_rate: LearningRate = None,
    test: Test = None,
    settings: Changes = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
    trust: Trust = False,
    runs_dir: RunsDir = Path("runs"),
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Continue an interrupted run from its last checkpoint.

    The result is bit for bit that of an uninterrupted run. With more epochs, a finished run trains further.

    Example: [cyan]convlab resume last --epochs 20[/]
    """
    with ending_well(quiet=quiet):
        train = changes_from(
            settings or [], epochs=epochs, max_steps=max_steps, learning_rate=learning_rate, test=test
        )
        recorded = open_run(run, runs_dir=runs_dir)
        third_party = False if no_plugins else None
        host = recorded.host(plugin_files=plugin or (), third_party=third_party, trust=trust)
        result = api.resume(recorded, train=train, host=host, data_dir=data_dir, progress=not quiet)
    if as_json:
        print_json(result.summary())
    else:
        print_all(*report(result))

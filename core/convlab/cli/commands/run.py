"""``convlab run``: trains an experiment."""

from pathlib import Path

import typer
from rich.markup import escape

from convlab import api
from convlab.cli.commands.run_report import report
from convlab.cli.errors import ending_well
from convlab.cli.options import run as options
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.options.settings import experiment_from
from convlab.cli.output import print_all, print_json
from convlab.experiment import resolve
from convlab.training.callbacks.summary_lines import describe


def run_experiment(
    context: typer.Context,
    file: options.File = None,
    dataset: options.DatasetName = None,
    architecture: options.ArchitectureName = None,
    optimizer: options.OptimizerName = None,
    metrics: options.MetricNames = None,
    trackers: options.TrackerNames = None,
    settings: options.Settings = None,
    epochs: options.Epochs = None,
    batch_size: options.BatchSize = None,
    learning_rate: options.LearningRate = None,
    seed: options.Seed = None,
    loop: options.Loop = None,
    precision: options.Precision = None,
    max_steps: options.MaxSteps = None,
    deterministic: options.Deterministic = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
    runs_dir: options.RunsDir = Path("runs"),
    name: options.RunName = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    print_config: options.PrintConfig = False,
    dry_run: options.DryRun = False,
) -> None:
    """Train an architecture on a data set, validate each epoch and evaluate the test set once, at the end.

    The settings come from the defaults, FILE.toml, the environment (CONVLAB_EPOCHS and so on) and the
    command line, the later over the earlier.

    Example: [cyan]convlab run -d mnist -a cnn -o sgd -e 3 -s train.schedule=cosine[/]
    """
    with ending_well():
        experiment, notes = experiment_from(context, file)
        for note in notes:
            typer.echo(f"note: {note}", err=True)
        host = host_from(plugin, no_plugins)
        if print_config:
            resolved = resolve(experiment, host).experiment
        elif dry_run:
            prepared = api.prepare(experiment, host=host, data_dir=data_dir)
        else:
            result = api.run(
                experiment, host=host, data_dir=data_dir, runs_dir=runs_dir, name=name, progress=not quiet
            )
    if print_config and as_json:
        print_json(resolved.model_dump(mode="json", exclude_none=True))
    elif print_config:
        typer.echo(resolved.to_toml(), nl=False)
    elif dry_run and as_json:
        print_json(prepared.summary())
    elif dry_run:
        print_all(*map(escape, describe(prepared)), "[dim]nothing was trained: this was a dry run[/]")
    elif as_json:
        print_json(result.summary())
    else:
        print_all(*report(result))

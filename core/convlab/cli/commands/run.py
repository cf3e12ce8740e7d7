"""``convlab run``: trains an experiment."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import typer

from convlab import api
from convlab.cli.errors import ending_well
from convlab.cli.options import run as options
from convlab.cli.options.experiment import experiment_from, with_experiment_flags
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.options.recorded_run import Trust
from convlab.cli.output import columns, print_all, print_json, print_text, shown
from convlab.experiment import resolve
from convlab.parts import Recipe
from convlab.runs.recorded_threads import recorded_environment, warn_about_threads
from convlab.runs.repeating import RepeatedImages, host_to_run
from convlab.runs.result import Run
from convlab.training.callbacks.summary_lines import describe, metrics_line

_STOPPED_EARLY = {
    "patience": "stopped early: no improvement for {patience} epochs",
    "max_seconds": "stopped early: reached {max_seconds:g} seconds of training",
}


@with_experiment_flags
def run_experiment(
    context: typer.Context,
    file: options.File = None,
    recipe: options.RecipeName = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
    trust: Trust = False,
    runs_dir: options.RunsDir = Path("runs"),
    name: options.RunName = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    explain: options.Explain = False,
    print_config: options.PrintConfig = False,
    dry_run: options.DryRun = False,
) -> None:
    """Train an architecture on a dataset, validate after each epoch and evaluate the test set at the end.

    Settings come from the defaults, FILE.toml or a recipe, the environment (CONVLAB_EPOCHS and so on) and
    the command line; later ones override earlier ones. The experiment.toml of a run repeats that run, with
    the plugin files that it recorded.

    Example: [cyan]convlab run -d mnist -a cnn -o sgd -e 3 --schedule step[/]
    """
    with ending_well(quiet=quiet):
        if recipe is None:
            experiment = experiment_from(context, file)
            host = host_to_run(
                experiment,
                file,
                plugin_files=plugin or (),
                third_party=False if no_plugins else None,
                trust=trust,
            )
        else:
            host = host_from(plugin, no_plugins)
            experiment = experiment_from(context, file, recipe=host.find(Recipe, recipe))
        if file is not None:
            warn_about_threads(recorded_environment(file), experiment.train)
        if print_config:
            resolved = resolve(experiment, host).experiment
        elif dry_run:
            prepared = api.prepare(experiment, host=host, data_dir=data_dir)
        else:
            result = api.run(
                experiment,
                host=host,
                data_dir=data_dir,
                runs_dir=runs_dir,
                name=name,
                progress=not quiet,
                explain=explain,
                callbacks=() if file is None else (RepeatedImages(file),),
            )
    if print_config and as_json:
        print_json(resolved.model_dump(mode="json", exclude_none=True))
    elif print_config:
        print_text(resolved.to_toml())
    elif dry_run and as_json:
        print_json(prepared.summary())
    elif dry_run:
        print_all(*map(shown, describe(prepared)), "[dim]dry run: nothing was trained[/]")
    elif as_json:
        print_json(result.summary())
    else:
        print_all(*report(result))


def report(result: Run) -> list[str]:
    """Return the lines that show a run's results, its folder and commands to try next."""
    again = f"convlab run {shlex.quote(str(result.folder / 'experiment.toml'))}"
    settings = result.experiment.train
    repeats = result.stop_reason != "max_seconds" and not any(at["changed"] for at in result.resumed)
    other = "mlp" if result.experiment.architecture != "mlp" else "cnn"
    next_steps = {
        again: "reproduce this run" if repeats else "the same settings from the start",
        f"{again} -a {other}": "try another network",
        "convlab list": "list all parts",
    }
    selects = settings.restore_best and bool(result.test)
    of_epoch = f"  [dim]after epoch {result.selected_epoch}[/]" if selects else ""
    stopped = _STOPPED_EARLY.get(result.stop_reason)
    return [
        *([f"[dim]{stopped.format(**settings.model_dump())}[/]"] if stopped else []),
        f"[bold green]test[/]   {_test_line(result)}{of_epoch}",
        f"[dim]saved[/]  {shown(str(result.folder))}",
        *_next_steps(next_steps),
    ]


def _next_steps(purposes: Mapping[str, str]) -> list[str]:
    """Return lines of commands, with their purposes next to them, or above them on a narrow terminal."""
    longest = max(map(len, purposes))
    is_wide = 11 + longest + max(map(len, purposes.values())) <= columns()
    lines = []
    for command, purpose in purposes.items():
        comment = f"[dim]# {purpose}[/]"
        lines += [f"{shown(command):<{longest}}  {comment}"] if is_wide else [comment, shown(command)]
    return [f"{' ' * 7 if number else '[dim]next[/]   '}{line}" for number, line in enumerate(lines)]


def _test_line(result: Run) -> str:
    if not result.test:
        return f"not evaluated; 'convlab evaluate {shown(shlex.quote(str(result.folder)))}' evaluates it"
    return shown(metrics_line(result.test))

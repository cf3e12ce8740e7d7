"""``convlab sweep``: searches the settings of an experiment."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table

from convlab.cli.commands.compare import print_result, render_comparison
from convlab.cli.errors import ending_well
from convlab.cli.messages import print_message
from convlab.cli.options import run as options
from convlab.cli.options.experiment import experiment_from, with_experiment_flags
from convlab.cli.options.host import NoPlugins, PluginFiles
from convlab.cli.output import print_all, print_json, shown
from convlab.comparison.views import check_view
from convlab.errors import ConfigError
from convlab.tuning.optuna_parts import PRUNERS, SAMPLERS
from convlab.tuning.result import Sweep, SweepTrial
from convlab.tuning.sweeping import sweep

_SWEEP = "Sweep"
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MOST_ROWS = 10


@with_experiment_flags
def sweep_experiment(
    context: typer.Context,
    file: options.File = None,
    space: Annotated[
        list[str] | None,
        typer.Option(
            "--space",
            metavar="KEY=RANGE",
            rich_help_panel=_SWEEP,
            help='A setting to search, such as "train.learning_rate=log(1e-4,1e-1)", '
            '"optimizer.momentum=uniform(0.5,0.99)" or "architecture.dropout=choice(0,0.3)"; may be '
            "repeated. auto: the learning rate and the options that declare a range.",
        ),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            "--trials",
            metavar="N",
            rich_help_panel=_SWEEP,
            help="Trials in all [dim](default: 20, or no limit with --budget)[/].",
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            "--budget",
            metavar="TIME",
            rich_help_panel=_SWEEP,
            help="Start no trial after this time: 90s, 20m or 2h.",
        ),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="NAME",
            rich_help_panel=_SWEEP,
            help="The metric that ranks trials [dim](default: the first of the experiment)[/].",
        ),
    ] = None,
    sampler: Annotated[
        str,
        typer.Option("--sampler", metavar="|".join(SAMPLERS), rich_help_panel=_SWEEP, help="How to search."),
    ] = "tpe",
    pruner: Annotated[
        str,
        typer.Option(
            "--pruner",
            metavar="|".join(PRUNERS),
            rich_help_panel=_SWEEP,
            help="How to stop trials early that do worse than others.",
        ),
    ] = "median",
    confirm: Annotated[
        int,
        typer.Option(
            "--confirm",
            metavar="N",
            rich_help_panel=_SWEEP,
            help="Train the best and the original settings with this many other seeds, and compare them on "
            "the test set; 0 leaves it untouched.",
        ),
    ] = 3,
    jobs: Annotated[
        int, typer.Option("-j", "--jobs", metavar="N", rich_help_panel=_SWEEP, help="Trials in parallel.")
    ] = 1,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            rich_help_panel=_SWEEP,
            help="Name of the sweep; the same name continues it [dim](default: the parts)[/].",
        ),
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(
            "--storage",
            metavar="URL",
            envvar="CONVLAB_STORAGE",
            show_envvar=False,
            rich_help_panel=_SWEEP,
            help="A database for trials of several machines, such as postgresql://user@host/sweeps "
            "[dim](default: a file)[/].",
        ),
    ] = None,
    sweeps_dir: Annotated[
        Path,
        typer.Option("--sweeps-dir", metavar="DIR", rich_help_panel=_SWEEP, help="Folder of all sweeps."),
    ] = Path("sweeps"),
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
    data_dir: options.DataDir = None,
    to: options.SaveTo = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Search the settings of an experiment on the validation set, and confirm the best ones on the test set.

    Trials are stored as they end: the same command continues a sweep that was stopped.

    Example: [cyan]convlab sweep -d mnist -o sgd -e 2 -s data.limit=5000 --space auto --trials 20[/]
    """
    with ending_well(quiet=quiet):
        if to is not None:
            check_view(to)
        seconds = None if budget is None else _seconds(budget)
        result = sweep(
            experiment_from(context, file),
            space=space or (),
            trials=20 if trials is None and seconds is None else trials,
            max_seconds=seconds,
            metric=metric,
            sampler=sampler,
            pruner=pruner,
            name=name,
            storage=storage,
            confirm=confirm,
            jobs=jobs,
            plugin_files=plugin or (),
            third_party=False if no_plugins else None,
            data_dir=data_dir,
            sweeps_dir=sweeps_dir,
            on_trial=None if quiet else _print_trial,
            on_confirmed=None if quiet else print_result,
        )
        if to is not None:
            result.save(to)
    if as_json:
        print_json(result.summary())
    else:
        print_all(*_render(result), *([f"[dim]saved[/]  {shown(to)}"] if to else []))


def _seconds(written: str) -> float:
    matched = _DURATION.fullmatch(written.strip())
    if not matched:
        raise ConfigError(f"--budget: expected a duration such as 90s, 20m or 2h, got {written!r}")
    number, unit = matched.groups()
    return float(number) * _SECONDS[unit or "s"]


def _print_trial(trial: SweepTrial, best: SweepTrial | None, ended: int) -> None:
    score = trial.state if trial.score is None else f"{trial.score:.4f}"
    found = "" if best is None else f"  best {best.score:.4f} (trial {best.number})"
    if trial.message:
        found = f"  {trial.message}"
    print_message(f"[{ended}] trial {trial.number}: {score}  {_values(trial)}{found}")


def _values(trial: SweepTrial) -> str:
    return "  ".join(f"{key}={_short(value)}" for key, value in trial.values.items())


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _render(result: Sweep) -> Iterable[RenderableType]:
    keys = [each.partition("=")[0] for each in result.space]
    table = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("trial", f"val_{result.metric}", *keys):
        table.add_column(heading, justify="right")
    for trial in result.ranked()[:_MOST_ROWS]:
        values = (shown(_short(trial.values.get(key, ""))) for key in keys)
        table.add_row(str(trial.number), f"{trial.score:.4f}", *values)
    yield table
    states = [trial.state for trial in result.trials]
    counts = (f"{states.count(state)} {state}" for state in ("complete", "pruned", "failed", "running"))
    yield f"[dim]{', '.join(count for count in counts if not count.startswith('0 '))}[/]"
    if result.importances:
        shares = (f"{shown(key)} {share:.0%}" for key, share in result.importances.items())
        yield f"[dim]importance: {', '.join(shares)}[/]"
    yield ""
    if result.confirmation is not None:
        yield from render_comparison(result.confirmation)
    else:
        yield "[dim]the test set was not used; --confirm 3 compares the best settings on it[/]"
    yield f"[dim]saved[/]  {shown(result.experiment_file)}"
    yield f"[dim]next[/]   convlab run {shown(result.experiment_file)}"

"""``convlab compare``: trains experiments with the same seeds, and says which is better."""

import functools
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import RenderableType
from rich.table import Table
from typer.core import TyperCommand

from convlab.cli.errors import ending_well
from convlab.cli.messages import print_message
from convlab.cli.options import run as options
from convlab.cli.options.experiment import experiment_from, with_experiment_flags
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.output import print_all, print_json, shown
from convlab.comparison.comparing import compare
from convlab.comparison.result import Comparison
from convlab.comparison.views import check_view
from convlab.errors import ConfigError
from convlab.experiment import Experiment
from convlab.host import PluginHost
from convlab.parts import Recipe
from convlab.runs.lookup import find_run
from convlab.text.formatting import duration
from convlab.trials.trial import Trial, TrialResult

_COMPARISON = "Comparison"
# typer does not export the class of usage errors.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
_LABELLED = re.compile(r"([\w.-]+)=(.+)", re.DOTALL)


class CompareCommand(TyperCommand):
    """A command whose arguments may be flags of ``convlab run``, quoted as one argument."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse arguments; a leading space keeps the parser from taking an arm for a flag."""
        return super().parse_args(
            ctx, [f" {word}" if word.startswith("-") and " " in word else word for word in args]
        )


@with_experiment_flags
def compare_experiments(
    context: typer.Context,
    arms: Annotated[
        list[str],
        typer.Argument(
            metavar="ARM",
            help='Flags of \'convlab run\' in quotes, such as "-a mlp" or "--recipe mnist-99", an '
            'experiment\'s file or a run; NAME="-a mlp" names an arm.',
            show_default=False,
        ),
    ],
    seeds: Annotated[
        int, typer.Option("--seeds", metavar="N", rich_help_panel=_COMPARISON, help="Runs of each arm.")
    ] = 5,
    until_decided: Annotated[
        int | None,
        typer.Option(
            "--until-decided",
            metavar="N",
            rich_help_panel=_COMPARISON,
            help="Add seeds until every pair of arms is decided, at most this many.",
        ),
    ] = None,
    split: Annotated[
        Literal["validation", "test"],
        typer.Option(
            "--split",
            rich_help_panel=_COMPARISON,
            help="The validation set, to choose between arms, or the test set, to report a choice made.",
        ),
    ] = "validation",
    metric: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="NAME",
            rich_help_panel=_COMPARISON,
            help="The metric to compare [dim](default: the first of the experiment)[/].",
        ),
    ] = None,
    margin: Annotated[
        float,
        typer.Option(
            "--margin", rich_help_panel=_COMPARISON, help="The largest difference that does not matter."
        ),
    ] = 0.005,
    error_rate: Annotated[
        float,
        typer.Option(
            "--error-rate",
            rich_help_panel=_COMPARISON,
            help="Probability of calling any of equal arms better.",
        ),
    ] = 0.05,
    interval: Annotated[
        Literal["t", "bca"],
        typer.Option(
            "--interval",
            rich_help_panel=_COMPARISON,
            help="Student's t interval, or the BCa bootstrap for more than about 20 seeds.",
        ),
    ] = "t",
    jobs: Annotated[
        int, typer.Option("-j", "--jobs", metavar="N", rich_help_panel=_COMPARISON, help="Runs in parallel.")
    ] = 1,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
    runs_dir: options.RunsDir = Path("runs"),
    data_dir: options.DataDir = None,
    to: options.SaveTo = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Train several experiments with the same seeds, and say which is better and how sure that is.

    Flags such as -d and -e apply to all arms. Finished runs of the same experiment are used again.

    Example: [cyan]convlab compare "-a mlp" "-a cnn" -d mnist -s data.limit=5000 -e 3[/]
    """
    with ending_well(quiet=quiet):
        if to is not None:
            check_view(to)
        result = compare(
            _experiments(context, arms, runs_dir, lambda: host_from(plugin, no_plugins)),
            seeds=seeds,
            until_decided=until_decided,
            split=split,
            metric=metric,
            error_rate=error_rate,
            margin=margin,
            interval=interval,
            jobs=jobs,
            plugin_files=plugin or (),
            third_party=False if no_plugins else None,
            data_dir=data_dir,
            runs_dir=runs_dir,
            on_result=None if quiet else print_result,
        )
        if to is not None:
            result.save(to)
    if as_json:
        print_json(result.summary())
    else:
        print_all(*render_comparison(result), *([f"[dim]saved[/]  {shown(to)}"] if to else []))


def _experiments(
    context: typer.Context, arms: list[str], runs_dir: Path, load_host: Callable[[], PluginHost]
) -> dict[str, Experiment]:
    """Return the experiment of each arm, by its name; plugins are loaded if an arm is a recipe.

    Raises:
        ConfigError: two arms have one name, or an arm is invalid.
    """
    load_host = functools.cache(load_host)
    experiments: dict[str, Experiment] = {}
    for arm in map(str.strip, arms):
        labelled = _LABELLED.fullmatch(arm)
        label, written = labelled.groups() if labelled else (arm, arm)
        if label in experiments:
            raise ConfigError(f"two arms are called {label!r}; name one, as in other='{written}'")
        experiments[label] = _experiment(context, label, written, runs_dir, load_host)
    return experiments


def _experiment(
    context: typer.Context, label: str, written: str, runs_dir: Path, load_host: Callable[[], PluginHost]
) -> Experiment:
    assert context.parent is not None, "the command belongs to an app"
    run_command = context.parent.command.commands["run"]  # type: ignore[attr-defined]
    try:
        arm = run_command.make_context(label, shlex.split(written), parent=context.parent)
    except ValueError as error:
        raise ConfigError(f"{label!r}: {error}; close the quotes") from None
    except _UsageError as error:
        raise ConfigError(f"{label!r}: {error}; an arm takes the flags of 'convlab run'") from None
    file = arm.params["file"]
    if file is not None and (file.is_dir() or file.suffix != ".toml"):
        file = find_run(file, runs_dir) / "experiment.toml"
    name = arm.params["recipe"]
    recipe = None if name is None else load_host().find(Recipe, name)
    return experiment_from(context, file, recipe=recipe, over=arm)


def print_result(label: str, trial: Trial, result: TrialResult, number: int, count: int) -> None:
    """Print that a run of a comparison has ended."""
    seconds = result.summary["timing"]["train"]
    state = "already trained" if result.reused else f"trained in {duration(seconds)}"
    print_message(f"[{number}/{count}] {label}, seed {trial.experiment.train.seed}: {state}")


def render_comparison(result: Comparison) -> list[RenderableType]:
    """Return the table of a comparison's arms and its verdicts."""
    unit = result.unit
    headings, rows = result.table()
    table = Table(box=None, header_style="dim", pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", no_wrap=bool(number))
    for row in rows:
        table.add_row(*map(shown, row))
    lines: list[RenderableType] = [table, ""]
    for pair in result.pairs:
        style = {"different": "bold green", "equivalent": "bold", "undecided": "yellow"}[pair.decision]
        lines.append(f"[{style}]{shown(pair.verdict)}[/]")
        details = f"P(better) {pair.difference.wins:.2f}, p {pair.difference.adjusted:.3g}"
        if pair.images is not None:
            low, high = unit.amount(pair.images.low), unit.amount(pair.images.high)
            details += f"; over other test images of the same kind {low} to {high}"
        lines.append(f"[dim]  {len(result.seeds)} seeds; {details}[/]")
    if result.split == "validation":
        lines.append('[dim]the test set was not used; report the choice with "--split test"[/]')
    return lines

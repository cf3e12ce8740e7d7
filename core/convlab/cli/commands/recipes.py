"""``convlab recipes verify``: trains a recipe with several seeds, and says whether its claim holds."""

from pathlib import Path
from typing import Annotated

import typer

from convlab.cli.commands.compare import print_result
from convlab.cli.errors import ending_well
from convlab.cli.options import run as options
from convlab.cli.options.completion import complete_names
from convlab.cli.options.host import NoPlugins, PluginFiles
from convlab.cli.output import print_all, print_json, shown
from convlab.comparison.verification import Verification, verify_recipe
from convlab.parts import Recipe

recipes_app = typer.Typer(
    name="recipes", help="Verify what recipes claim; 'convlab list recipes' lists them.", no_args_is_help=True
)
_STYLES = {"holds": "bold green", "fails": "bold red", "undecided": "yellow"}


@recipes_app.callback()
def _group() -> None:
    """Keep ``verify`` a command of its own."""


@recipes_app.command("verify")
def verify(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="The recipe's name.", autocompletion=complete_names(Recipe)),
    ],
    seeds: Annotated[
        int | None,
        typer.Option(
            "--seeds", metavar="N", help="Number of runs [dim](default: as many as the claim names)[/]."
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option("-j", "--jobs", metavar="N", help="Runs in parallel; each is then slower.")
    ] = 1,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
    runs_dir: options.RunsDir = Path("runs"),
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Train a recipe with several seeds, and say whether the mean test score reaches what it claims.

    The exit code is 0 only if the lower end of the 95% interval reaches the claim. Finished runs of the same
    experiment are used again.

    Example: [cyan]convlab recipes verify mnist-99 --seeds 5[/]
    """
    with ending_well(quiet=quiet):
        result = verify_recipe(
            name,
            seeds=seeds,
            jobs=jobs,
            plugin_files=plugin or (),
            third_party=False if no_plugins else None,
            data_dir=data_dir,
            runs_dir=runs_dir,
            on_result=None if quiet else print_result,
        )
    if as_json:
        print_json(result.summary())
    else:
        print_all(*_page(result))
    if result.outcome != "holds":
        raise typer.Exit(1)


def _page(result: Verification) -> list[str]:
    return [
        f"[{_STYLES[result.outcome]}]{shown(result.verdict)}[/]",
        f"[dim]{shown(result.time)}[/]",
    ]

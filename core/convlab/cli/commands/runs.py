"""``convlab runs``: lists, annotates and removes the runs in a folder."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal

from convlab.cli.errors import ending_well
from convlab.cli.options.completion import complete_names
from convlab.cli.options.recorded_run import AsJson, RunName, RunNames, RunsDir
from convlab.cli.output import print_all, print_json, shown
from convlab.cli.runs_table import runs_table
from convlab.errors import ConfigError
from convlab.parts import Architecture, Dataset
from convlab.runs.listed_run import STATES, ListedRun
from convlab.runs.listing import SORTS, list_runs
from convlab.runs.notes import annotate_run
from convlab.runs.removal import find_whole_name, prune_runs, remove_runs
from convlab.runs.test_looks import most_looks
from convlab.text.visible import visible

runs_app = typer.Typer(
    name="runs", rich_markup_mode="rich", context_settings={"help_option_names": ["-h", "--help"]}
)
_UNUSED = tuple(state for state in STATES if state not in ("running", "finished"))
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Remove without asking.")]


@runs_app.callback(invoke_without_command=True)
def show_runs(
    context: typer.Context,
    dataset: Annotated[
        str | None,
        typer.Option(
            "-d",
            "--dataset",
            metavar="NAME",
            help="Only runs on this dataset.",
            autocompletion=complete_names(Dataset),
        ),
    ] = None,
    architecture: Annotated[
        str | None,
        typer.Option(
            "-a",
            "--architecture",
            metavar="NAME",
            help="Only runs of this architecture.",
            autocompletion=complete_names(Architecture),
        ),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state",
            metavar="|".join(STATES),
            help="Only runs in this state.",
            autocompletion=lambda: list(STATES),
        ),
    ] = None,
    tag: Annotated[str | None, typer.Option("--tag", metavar="TAG", help="Only runs with this tag.")] = None,
    sort: Annotated[
        str,
        typer.Option(
            "--sort",
            metavar="|".join(SORTS),
            help="Sort order; score and loss are those of the validation set, the best first.",
            autocompletion=lambda: list(SORTS),
        ),
    ] = "started",
    runs_dir: RunsDir = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """List the runs, newest first, with the settings that differ between them.

    Scores are those of the validation set; [cyan]convlab show-run[/] shows the test set's.

    Example: [cyan]convlab runs -d mnist --sort score[/]
    """
    if context.invoked_subcommand is not None:
        with ending_well():
            _refuse_options(context)
        return
    with ending_well():
        runs = list_runs(
            runs_dir, dataset=dataset, architecture=architecture, state=state, tag=tag, sort=sort
        )
    if as_json:
        print_json([run.record() for run in runs])
    elif runs:
        print_all(runs_table(runs, runs_dir, _width()), *_looks(runs_dir))
    else:
        which = "" if (dataset, architecture, state, tag) == (None,) * 4 else " matching"
        print_all(f"There are no{which} runs in {shown(str(runs_dir))}. Start one with 'convlab run'.")


def _looks(runs_dir: Path) -> list[str]:
    counts = {dataset: count for dataset, count in most_looks(runs_dir).items() if count > 1}
    looks = (f"{shown(dataset)} with {count:,} models" for dataset, count in counts.items())
    return [f"[dim]test sets looked at: {', '.join(looks)}[/]"] if counts else []


def _refuse_options(context: typer.Context) -> None:
    """Refuse options of the list before a subcommand, which would not see them."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if source is not None and source.name == "COMMANDLINE":
            flag = max(parameter.opts, key=len)
            raise ConfigError(
                f"{flag} is in the wrong place; write 'convlab runs {context.invoked_subcommand} … {flag} …'"
            )


@runs_app.command("rm")
def remove(
    runs: RunNames, yes: Yes = False, runs_dir: RunsDir = Path("runs"), as_json: AsJson = False
) -> None:
    """Remove runs with all their files.

    Example: [cyan]convlab runs rm first second[/]
    """
    with ending_well():
        paths = [find_whole_name(run, runs_dir) for run in runs]
        _ask(f"remove {', '.join(map(str, paths))}?", yes)
        removed = [str(path) for path in remove_runs(paths, runs_dir=runs_dir)]
    if as_json:
        print_json(removed)
    else:
        print_all(*(f"removed {shown(path)}" for path in removed))


@runs_app.command("prune")
def prune(
    states: Annotated[
        list[str] | None,
        typer.Option(
            "--state",
            metavar="|".join(_UNUSED),
            help="Runs in this state; may be repeated.",
            autocompletion=lambda: list(_UNUSED),
        ),
    ] = None,
    keep_best: Annotated[
        int | None,
        typer.Option(
            "--keep-best",
            metavar="N",
            help="All finished runs but those with a note or tag and, of each dataset, the N with the best "
            "validation scores.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be removed.")] = False,
    yes: Yes = False,
    runs_dir: RunsDir = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Remove the runs that are not worth keeping.

    Example: [cyan]convlab runs prune --state failed --state interrupted --keep-best 5[/]
    """
    with ending_well():
        doomed = prune_runs(runs_dir, states=states or (), keep_best=keep_best, dry_run=True)
        size = decimal(sum(run.size for run in doomed))
        if doomed and not dry_run:
            _ask(f"remove {len(doomed)} runs ({size})?", yes)
            remove_runs([run.path.absolute() for run in doomed])
    if as_json:
        print_json([run.record() for run in doomed])
    elif not doomed:
        print_all("There is nothing to remove.")
    else:
        print_all(
            runs_table(doomed, runs_dir, _width()),
            f"{'would remove' if dry_run else 'removed'} {len(doomed)} runs ({size})",
        )


@runs_app.command("note")
def note(
    run: RunName,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note; '' removes it.", show_default=False)],
    runs_dir: RunsDir = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Write a note about a run, which [cyan]convlab runs[/] shows.

    Example: [cyan]convlab runs note last "with the cleaned labels"[/]
    """
    with ending_well():
        annotated = annotate_run(run, note=text, runs_dir=runs_dir)
    _print_annotated(annotated, as_json)


@runs_app.command("tag")
def tag(
    run: RunName,
    tags: Annotated[list[str], typer.Argument(metavar="TAG…", help="One or more words.", show_default=False)],
    remove: Annotated[bool, typer.Option("--remove", help="Remove the tags instead of adding them.")] = False,
    runs_dir: RunsDir = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Add tags to a run, by which [cyan]convlab runs --tag[/] finds it.

    Example: [cyan]convlab runs tag last baseline[/]
    """
    with ending_well():
        added, removed = ((), tags) if remove else (tags, ())
        annotated = annotate_run(run, add_tags=added, remove_tags=removed, runs_dir=runs_dir)
    _print_annotated(annotated, as_json)


def _print_annotated(run: ListedRun, as_json: bool) -> None:
    if as_json:
        print_json(run.record())
    else:
        tags = "".join(f" #{tag}" for tag in run.tags)
        print_all(f"[bold cyan]{shown(run.path)}[/]  {shown(run.note)}{shown(tags)}")


def _ask(question: str, yes: bool) -> None:
    """Ask before anything is removed.

    Raises:
        ConfigError: nobody can answer.
        typer.Abort: the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigError(f"{question} Nobody can answer here; confirm it with `yes`")
    typer.confirm(visible(question), abort=True, err=True)


def _width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None

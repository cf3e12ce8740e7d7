"""``convlab predict``: what is in pictures."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from convlab.cli.errors import ending_well
from convlab.cli.options.host import PluginFiles
from convlab.cli.options.recorded_run import AsJson, RunName, RunsDir, Trust
from convlab.cli.output import print_all, print_json, visible
from convlab.data.image_reader import RESIZES
from convlab.use.prediction import predict
from convlab.use.prediction_result import Prediction, Predictions


def predict_pictures(
    run: RunName,
    pictures: Annotated[
        list[str],
        typer.Argument(
            metavar="PICTURE…",
            help="Files, and folders whose pictures are meant; '-' reads a list of them, one a line.",
            show_default=False,
        ),
    ],
    top: Annotated[int, typer.Option("--top", min=1, metavar="K", help="Show the K likeliest classes.")] = 3,
    resize: Annotated[
        str | None,
        typer.Option(
            "--resize",
            metavar="|".join(RESIZES),
            help="Where a picture's sides have another ratio: stretch it, take its middle, or add black "
            "[dim](default: as the run's data set did, or crop)[/].",
            autocompletion=lambda: list(RESIZES),
        ),
    ] = None,
    invert: Annotated[
        bool, typer.Option("--invert", help="Make light dark and dark light, as for ink on paper.")
    ] = False,
    plugin: PluginFiles = None,
    trust: Trust = False,
    runs_dir: RunsDir = Path("runs"),
    as_json: AsJson = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Do not say what was done to the pictures.")
    ] = False,
) -> None:
    """Tell what is in pictures of any size and kind.

    Example: [cyan]convlab predict last photos five.png --top 1[/]
    """
    with ending_well():
        predictions = predict(
            run,
            list(_listed(pictures)),
            top=top,
            resize=resize,  # type: ignore[arg-type]
            invert=invert,
            runs_dir=runs_dir,
            plugin_files=plugin or (),
            trust=trust,
        )
    if as_json:
        print_json(predictions.summary())
    elif predictions.predictions:
        print_all(_lines(predictions.predictions))
    if not quiet:
        for line in _changes(predictions):
            typer.echo(f"note: {visible(line)}", err=True)
    for failed in predictions.unreadable:
        typer.echo(f"error: {visible(failed.picture)}: {visible(failed.reason)}", err=True)
    if predictions.unreadable:
        count = len(predictions.unreadable) + len(predictions.predictions)
        typer.echo(f"{len(predictions.unreadable)} of {count} could not be read", err=True)
        raise typer.Exit(1)


def _listed(pictures: list[str]) -> Iterator[str]:
    for picture in pictures:
        if picture == "-":
            yield from filter(None, (line.rstrip("\r\n") for line in sys.stdin))
        else:
            yield picture


def _lines(predictions: tuple[Prediction, ...]) -> Text:
    files = [visible(prediction.picture) for prediction in predictions]
    width = max(map(len, files))
    names = max(len(visible(each.name)) for prediction in predictions for each in prediction.classes)
    text = Text(no_wrap=True)
    for file, prediction in zip(files, predictions, strict=True):
        text.append("\n" if text else "").append(file.ljust(width))
        for rank, each in enumerate(prediction.classes):
            style = "dim" if rank else "bold green"
            text.append(f"  {visible(each.name):<{names}} {each.probability:6.1%}", style)
    return text


def _changes(predictions: Predictions) -> Iterator[str]:
    """Yield a line a kind of change, with how many pictures it was made to and the first of them."""
    kinds = dict.fromkeys(kind for each in predictions.predictions for kind in each.changes)
    for kind in kinds:
        changed = [each for each in predictions.predictions if kind in each.changes]
        more = f" and {len(changed) - 1:,} more" if len(changed) > 1 else ""
        yield f"{kind}: {changed[0].picture}{more} ({changed[0].changes[kind]})"
    if predictions.hint:
        yield predictions.hint

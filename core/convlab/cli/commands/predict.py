"""``convlab predict``: classifies image files."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from convlab.cli.errors import ending_well
from convlab.cli.log_handler import logging_to_stderr
from convlab.cli.messages import print_message
from convlab.cli.options.host import PluginFiles
from convlab.cli.options.recorded_run import AsJson, RunName, RunsDir, Trust
from convlab.cli.output import print_all, print_json
from convlab.data.image_folder import ImageFolder
from convlab.data.image_reader import RESIZES
from convlab.text.visible import visible
from convlab.use.prediction import predict
from convlab.use.prediction_result import Prediction, Predictions

logger = logging.getLogger("convlab")


def predict_files(
    run: RunName,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE…",
            help="Image files, and folders of image files; '-' reads a list from standard input.",
            show_default=False,
        ),
    ],
    top: Annotated[
        int, typer.Option("--top", min=1, metavar="K", help="Show the K most probable classes.")
    ] = 3,
    resize: Annotated[
        str | None,
        typer.Option(
            "--resize",
            metavar="|".join(RESIZES),
            help="How to resize another aspect ratio: stretch, crop to the center or pad with black "
            "[dim](default: as the run's dataset did, or crop)[/].",
            autocompletion=lambda: list(RESIZES),
        ),
    ] = None,
    invert: Annotated[
        bool, typer.Option("--invert", help="Invert the brightness, for example for ink on paper.")
    ] = False,
    plugin: PluginFiles = None,
    trust: Trust = False,
    runs_dir: RunsDir = Path("runs"),
    as_json: AsJson = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Do not report how images were converted.")
    ] = False,
) -> None:
    """Classify image files of any size and mode.

    Example: [cyan]convlab predict last photos five.png --top 1[/]
    """
    with ending_well(quiet=quiet):
        predictions = predict(
            run,
            list(_expand(files)),
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
        with logging_to_stderr():
            for line in _changes(predictions):
                logger.info("%s", line)
    for failed in predictions.unreadable:
        print_message(f"error: {failed.file}: {failed.reason}")
    if predictions.unreadable:
        count = len(predictions.unreadable) + len(predictions.predictions)
        print_message(f"{len(predictions.unreadable)} of {count} files could not be read")
        raise typer.Exit(1)


def _expand(files: list[str]) -> Iterator[str]:
    """Yield the files, and those listed on standard input in the place of ``-``."""
    for file in files:
        if file == "-":
            yield from filter(None, (line.rstrip("\r\n") for line in sys.stdin))
        else:
            yield file


def _lines(predictions: tuple[Prediction, ...]) -> Text:
    files = [visible(prediction.file) for prediction in predictions]
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
    """Yield one line per kind of change or reason to leave files out, with the first and how many more."""
    kinds = dict.fromkeys(kind for each in predictions.predictions for kind in each.changes)
    for kind in kinds:
        changed = [each for each in predictions.predictions if kind in each.changes]
        more = f" and {len(changed) - 1:,} more" if len(changed) > 1 else ""
        yield f"{kind}: {changed[0].file}{more} ({changed[0].changes[kind]})"
    for reason, files in predictions.left_out.items():
        if reason != ImageFolder.HIDDEN:
            more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
            yield f"left out: {files[0]}{more} ({reason})"
    if predictions.hint:
        yield predictions.hint

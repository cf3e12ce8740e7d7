"""``convlab evaluate``: evaluates a run's model."""

import math
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table

from convlab.cli.errors import ending_well
from convlab.cli.options.completion import complete_names
from convlab.cli.options.data import Settings, dataset_options
from convlab.cli.options.host import PluginFiles
from convlab.cli.options.recorded_run import AsJson, RunName, RunsDir, Trust
from convlab.cli.options.run import DataDir
from convlab.cli.output import print_all, print_json, shown
from convlab.parts import Dataset
from convlab.training.callbacks.summary_lines import metrics_line
from convlab.use.evaluation import SPLITS, evaluate
from convlab.use.evaluation_report import Evaluation

# Beyond these numbers of classes, only the worst are shown, so that the tables fit a screen.
_MAX_ROWS, _MAX_COLUMNS = 20, 12


def evaluate_run(
    run: RunName,
    dataset: Annotated[
        str | None,
        typer.Option(
            "-d",
            "--dataset",
            metavar="NAME",
            help="Another dataset with the same image shape and classes.",
            autocompletion=complete_names(Dataset),
        ),
    ] = None,
    split: Annotated[
        str,
        typer.Option(
            "--split",
            metavar="|".join(SPLITS),
            help="The images to evaluate on.",
            autocompletion=lambda: list(SPLITS),
        ),
    ] = "test",
    settings: Settings = None,
    plugin: PluginFiles = None,
    trust: Trust = False,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a run's model: metrics overall and per class, confusions and calibration.

    Example: [cyan]convlab evaluate last --split validation[/]
    """
    with ending_well():
        evaluation = evaluate(
            run,
            dataset=dataset,
            split=split,  # type: ignore[arg-type]
            runs_dir=runs_dir,
            plugin_files=plugin or (),
            dataset_options=dataset_options(settings),
            data_dir=data_dir,
            trust=trust,
        )
    if as_json:
        print_json(evaluation.summary())
    else:
        print_all(*_render(evaluation))


def _render(evaluation: Evaluation) -> list[RenderableType]:
    calibration = evaluation.calibration
    fits = len(evaluation.classes) <= _MAX_COLUMNS
    lines: list[RenderableType] = [
        f"[bold cyan]{shown(evaluation.run)}[/]  {shown(evaluation.dataset)} {evaluation.split}, "
        f"{evaluation.images:,} images",
        f"[bold green]{shown(metrics_line(evaluation.metrics))}[/]",
        f"expected calibration error {calibration.error:.4f} ({calibration.bins} bins), "
        f"mean confidence {calibration.confidence:.4f}",
        "",
        _class_table(evaluation),
    ]
    if fits:
        lines += ["", _confusion_table(evaluation)]
    confusions = [] if fits else evaluation.worst_confusions()
    if confusions:
        lines += ["", "[bold]most frequent confusions[/]"]
        lines += [
            f"  {confusion.images:5,}  {confusion.fraction:6.1%} of {shown(confusion.label)} predicted as "
            f"{shown(confusion.predicted)}"
            for confusion in confusions
        ]
    return lines


def _class_table(evaluation: Evaluation) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    reports = evaluation.classes
    if len(reports) > _MAX_ROWS:
        worst = sorted(reports, key=lambda report: -1.0 if math.isnan(report.f1) else report.f1)
        reports = tuple(worst[:_MAX_ROWS])
        table.title = f"the worst {_MAX_ROWS} of {len(evaluation.classes)} classes; --json has all"
        table.title_justify, table.title_style = "left", "dim"
    table.add_column("class", overflow="fold")
    for heading in ("precision", "recall", "F1", "images"):
        table.add_column(heading, justify="right")
    for report in reports:
        scores = map(_decimal, (report.precision, report.recall, report.f1))
        table.add_row(shown(report.name), *scores, f"{report.support:,}")
    return table


def _confusion_table(evaluation: Evaluation) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("true \\ predicted", overflow="fold")
    for report in evaluation.classes:
        table.add_column(shown(report.name), justify="right", overflow="fold")
    for row, report in enumerate(evaluation.classes):
        cells = (
            _cell(int(images), correct=row == column)
            for column, images in enumerate(evaluation.confusion_matrix[row])
        )
        table.add_row(shown(report.name), *cells)
    return table


def _cell(images: int, *, correct: bool) -> str:
    if correct:
        return f"[green]{images}[/]"
    return f"[red]{images}[/]" if images else "[dim]·[/]"


def _decimal(value: float) -> str:
    return "none" if math.isnan(value) else f"{value:.4f}"

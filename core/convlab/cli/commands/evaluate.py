"""``convlab evaluate``: measures a run's model again."""

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
from convlab.training.callbacks.summary_lines import metrics_line as measures
from convlab.use.evaluation import SPLITS, evaluate
from convlab.use.evaluation_report import Evaluation

# More classes than this fill no screen: the worst are shown.
_MOST_ROWS, _MOST_COLUMNS = 20, 12


def evaluate_run(
    run: RunName,
    dataset: Annotated[
        str | None,
        typer.Option(
            "-d",
            "--dataset",
            metavar="NAME",
            help="Another data set of the same shape and classes.",
            autocompletion=complete_names(Dataset),
        ),
    ] = None,
    split: Annotated[
        str, typer.Option("--split", metavar="|".join(SPLITS), autocompletion=lambda: list(SPLITS))
    ] = "test",
    settings: Settings = None,
    plugin: PluginFiles = None,
    trust: Trust = False,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Measure a run's model: overall, class by class, its confusions and its calibration.

    Example: [cyan]convlab evaluate last --split validation[/]
    """
    with ending_well():
        found = evaluate(
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
        print_json(found.summary())
    else:
        print_all(*_page(found))


def _page(found: Evaluation) -> list[RenderableType]:
    calibration, few = found.calibration, len(found.classes) <= _MOST_COLUMNS
    page: list[RenderableType] = [
        f"[bold cyan]{shown(found.run)}[/]  {shown(found.dataset)} {found.split}, {found.images:,} images",
        f"[bold green]{shown(measures(found.measures))}[/]",
        f"expected calibration error {calibration.error:.4f} ({calibration.bins} bins of equal width), "
        f"mean confidence {calibration.confidence:.4f}",
        "",
        _classes(found),
    ]
    if few:
        page += ["", _matrix(found)]
    confusions = [] if few else found.worst_confusions()
    if confusions:
        page += ["", "[bold]most frequent confusions[/]"]
        page += [
            f"  {confusion.images:5,}  {confusion.fraction:6.1%} of {shown(confusion.label)} taken for "
            f"{shown(confusion.predicted)}"
            for confusion in confusions
        ]
    return page


def _classes(found: Evaluation) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    reports = found.classes
    if len(reports) > _MOST_ROWS:
        worst = sorted(reports, key=lambda report: -1.0 if math.isnan(report.f1) else report.f1)
        reports = tuple(worst[:_MOST_ROWS])
        table.title = f"the worst {_MOST_ROWS} of {len(found.classes)} classes; --json has all"
        table.title_justify, table.title_style = "left", "dim"
    table.add_column("class", overflow="fold")
    for heading in ("precision", "recall", "F1", "images"):
        table.add_column(heading, justify="right")
    for report in reports:
        figures = map(_figure, (report.precision, report.recall, report.f1))
        table.add_row(shown(report.name), *figures, f"{report.support:,}")
    return table


def _matrix(found: Evaluation) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("is \\ predicted", overflow="fold")
    for report in found.classes:
        table.add_column(shown(report.name), justify="right", overflow="fold")
    for row, report in enumerate(found.classes):
        cells = (
            _cell(int(images), right=row == column)
            for column, images in enumerate(found.confusion_matrix[row])
        )
        table.add_row(shown(report.name), *cells)
    return table


def _cell(images: int, *, right: bool) -> str:
    if right:
        return f"[green]{images}[/]"
    return f"[red]{images}[/]" if images else "[dim]·[/]"


def _figure(value: float) -> str:
    return "none" if math.isnan(value) else f"{value:.4f}"

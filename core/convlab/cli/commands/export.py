"""``convlab export``: exports a run's model for other runtimes."""

from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal

from convlab.cli.errors import ending_well
from convlab.cli.options.data import Settings, dataset_options
from convlab.cli.options.host import PluginFiles
from convlab.cli.options.recorded_run import AsJson, RunName, RunsDir, Trust
from convlab.cli.options.run import DataDir
from convlab.cli.output import print_all, print_json, shown
from convlab.use.export_formats import FORMATS
from convlab.use.exporting import Exported, export

_QUANTIZATIONS = sorted({each for format_ in FORMATS.values() for each in format_.quantizations})


def export_run(
    run: RunName,
    format: Annotated[  # noqa: A002 - the option's name
        str,
        typer.Option(
            "--format",
            "-f",
            metavar="|".join(FORMATS),
            help="The file format.",
            autocompletion=lambda: list(FORMATS),
            show_default=False,
        ),
    ],
    quantize: Annotated[
        str | None,
        typer.Option(
            "--quantize",
            metavar="|".join(_QUANTIZATIONS),
            help="Round the weights to this type; for litert.",
            autocompletion=lambda: _QUANTIZATIONS,
        ),
    ] = None,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Return probabilities instead of logits.")
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="PATH",
            help="The file or folder to create [dim](default: in exports/ in the run's folder)[/].",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing export.")] = False,
    settings: Settings = None,
    plugin: PluginFiles = None,
    trust: Trust = False,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Export a run's model and verify the export on the test set.

    Example: [cyan]convlab export last --format onnx[/]
    """
    with ending_well():
        exported = export(
            run,
            format,
            quantize=quantize,
            probabilities=probabilities,
            to=to,
            force=force,
            runs_dir=runs_dir,
            plugin_files=plugin or (),
            dataset_options=dataset_options(settings),
            data_dir=data_dir,
            trust=trust,
        )
    if as_json:
        print_json(exported.summary())
    else:
        print_all(*_page(exported))


def _page(exported: Exported) -> list[str]:
    return [
        f"[bold cyan]{shown(exported.path)}[/]  {decimal(exported.size)}",
        f"[dim]compared[/]  on {exported.images:,} test images: same class for "
        f"[bold green]{exported.agreement:.2%}[/], {exported.output} within "
        f"{exported.largest_difference:.2g}",
        f"[dim]accuracy[/]  {exported.accuracy:.4f} (run's model {exported.accuracy_of_run:.4f})",
    ]

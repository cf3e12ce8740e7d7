"""``convlab data``: the datasets on this machine."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from convlab import data
from convlab.cli.errors import ending_well
from convlab.cli.options.data import AsJson, DataDir, Name, Names, Settings, To, dataset_options
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.output import is_unicode, print_all, print_json, print_text, shown
from convlab.errors import ConfigError

data_app = typer.Typer(
    name="data",
    invoke_without_command=True,
    rich_markup_mode="rich",
)

_VERDICTS = {
    "published": "[green]matches the published dataset[/]",
    "different": "[yellow]variant of the published dataset[/]",
    "unknown": "[yellow]readable, but no checksum is known[/]",
    "damaged": "[red]damaged[/]",
    "missing": "[red]not found[/]",
}


@data_app.callback()
def data_group(context: typer.Context) -> None:
    """Find, download, verify and view datasets."""
    if context.invoked_subcommand is None:
        print_text(f"{context.get_help()}\n")


@data_app.command("list")
def list_data(
    as_json: AsJson = False,
    data_dir: DataDir = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """List the datasets, their size and their location on this machine.

    Example: [cyan]convlab data list[/]
    """
    with ending_well():
        statuses = data.list_datasets(host=host_from(plugin, no_plugins), data_dir=data_dir)
    if as_json:
        print_json([asdict(status) | {"where": status.where} for status in statuses])
    else:
        print_all(_table(statuses))


@data_app.command("fetch")
def fetch_data(
    names: Names,
    to: To = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """Download the datasets that are not on this machine, for use without a network.

    An interrupted download resumes the next time. CONVLAB_MIRROR may list addresses to try first, such as
    that of a web server for a folder filled with [cyan]--to[/].

    Example: [cyan]convlab data fetch mnist cifar10 --to /media/usb[/]
    """
    with ending_well():
        host = host_from(plugin, no_plugins)
        places = {name: data.fetch(name, to=to, host=host, data_dir=data_dir) for name in names}
    if as_json:
        print_json(places)
    else:
        print_all(*(f"[bold cyan]{shown(name)}[/] is in {shown(str(places[name]))}" for name in places))


@data_app.command("verify")
def verify_data(
    names: Names,
    as_json: AsJson = False,
    settings: Settings = None,
    data_dir: DataDir = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """Compare datasets with the published ones, whatever the layout of their files.

    The exit code is 1 if one of them is damaged or not found. A variant is reported, but can be trained on.

    Example: [cyan]convlab data verify mnist fashion_mnist[/]
    """
    with ending_well():
        host = host_from(plugin, no_plugins)
        options = dataset_options(settings)
        if options and len(names) > 1:
            raise ConfigError("-s sets options of a single dataset; verify one at a time")
        verifications = [data.verify(name, options=options, host=host, data_dir=data_dir) for name in names]
    if as_json:
        print_json([asdict(verification) for verification in verifications])
    else:
        print_all(*(line for verification in verifications for line in _report(verification)))
    if not all(verification.is_whole for verification in verifications):
        raise typer.Exit(1)


@data_app.command("import")
def import_data(
    name: Name,
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="A folder with the files, or the only file.", show_default=False),
    ],
    to: To = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """Check the files of a dataset, in any published layout, and copy them into a data folder.

    Without [cyan]--to[/], this is the first folder that a run searches.

    Example: [cyan]convlab data import mnist ~/Downloads[/]
    """
    with ending_well():
        folder = data.import_files(name, path, to=to, host=host_from(plugin, no_plugins), data_dir=data_dir)
    if as_json:
        print_json({name: folder})
    else:
        print_all(f"[bold cyan]{shown(name)}[/] is in {shown(str(folder))}")


@data_app.command("show")
def show_data(
    name: Name,
    png: Annotated[
        Path | None,
        typer.Option("--png", metavar="FILE", help="Write a PNG image with ten samples of each class."),
    ] = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """Show labeled samples of a dataset, in the terminal or as a PNG image.

    Example: [cyan]convlab data show fashion_mnist --png clothes.png[/]
    """
    with ending_well():
        options = dataset_options(settings)
        samples = data.samples(name, options=options, host=host_from(plugin, no_plugins), data_dir=data_dir)
        saved = samples.save(png) if png else None
    if saved:
        print_all(f"samples of [bold cyan]{shown(name)}[/] are in {shown(str(saved))}")
    else:
        from convlab.cli.terminal_images import draw_samples  # imports Pillow, which is slow

        print_all(draw_samples(samples, color=sys.stdout.isatty() and is_unicode(sys.stdout)))


def _table(statuses: list[data.DatasetStatus]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("dataset")
    for heading in ("train", "test", "classes"):
        table.add_column(heading, justify="right")
    table.add_column("images")
    table.add_column("location", overflow="fold")
    for status in statuses:
        style = "default" if status.state in ("here", "included") else "dim"
        counts = (status.train, status.test, status.classes)
        table.add_row(
            f"[bold cyan]{shown(status.name)}[/]",
            *("" if count is None else f"{count:,}" for count in counts),
            "×".join(map(str, status.input_shape or ())),
            f"[{style}]{shown(status.where)}[/]",
        )
    return table


def _report(verification: data.Verification) -> list[str]:
    report = [f"[bold cyan]{shown(verification.name)}[/]  {_VERDICTS[verification.state]}"]
    if verification.place:
        report.append(f"    in {shown(str(verification.place))}")
    if verification.message:
        report.append(f"    {shown(verification.message)}")
    if verification.input_shape:
        shape = "×".join(map(str, verification.input_shape))
        train, test = map(_balance, (verification.train_per_class, verification.test_per_class))
        validation = verification.validation_per_class
        held_out = f"validation: {_balance(validation)}; " if validation else ""
        report.append(
            f"    train: {train}; {held_out}test: {test}; {len(verification.class_names)} classes; {shape}"
        )
    for reason, files in verification.left_out.items():
        report.append(f"    left out: {len(files):,} {shown(reason)}")
    return report


def _balance(per_class: tuple[int, ...]) -> str:
    low, high = min(per_class), max(per_class)
    per_class_text = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return f"{sum(per_class):,} images, {per_class_text} per class"

"""``convlab data verify``."""

from dataclasses import asdict

import typer
from rich.markup import escape

from convlab import data
from convlab.cli.errors import ending_well
from convlab.cli.options.data import AsJson, DataDir, Names, Settings, dataset_options
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.output import print_all, print_json
from convlab.errors import ConfigError

_VERDICTS = {
    "published": "[green]the published data[/]",
    "different": "[yellow]a variant of the published data[/]",
    "unknown": "[yellow]whole, but no checksum is known[/]",
    "damaged": "[red]damaged[/]",
    "missing": "[red]not here[/]",
}


def verify_data(
    names: Names,
    as_json: AsJson = False,
    settings: Settings = None,
    data_dir: DataDir = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """Read data sets and compare them with the published ones, whatever layout they lie in.

    Ends with 1 if one of them is damaged or not here. A variant is told, but can be trained on.

    Example: [cyan]convlab data verify mnist fashion_mnist[/]
    """
    with ending_well():
        host = host_from(plugin, no_plugins)
        options = dataset_options(settings)
        if options and len(names) > 1:
            raise ConfigError("-s sets the options of one data set: name one")
        verifications = [data.verify(name, options=options, host=host, data_dir=data_dir) for name in names]
    if as_json:
        print_json([asdict(verification) for verification in verifications])
    else:
        print_all(*(line for verification in verifications for line in _page(verification)))
    if not all(verification.is_whole for verification in verifications):
        raise typer.Exit(1)


def _page(verification: data.Verification) -> list[str]:
    page = [f"[bold cyan]{escape(verification.name)}[/]  {_VERDICTS[verification.state]}"]
    if verification.place:
        page.append(f"    in {escape(str(verification.place))}")
    if verification.message:
        page.append(f"    {escape(verification.message)}")
    if verification.input_shape:
        shape = "×".join(map(str, verification.input_shape))
        train, test = map(_balance, (verification.train_per_class, verification.test_per_class))
        page.append(f"    train: {train}; test: {test}; {len(verification.class_names)} classes; {shape}")
    return page


def _balance(per_class: tuple[int, ...]) -> str:
    low, high = min(per_class), max(per_class)
    each = f"{low:,} a class" if low == high else f"{low:,} to {high:,} a class"
    return f"{sum(per_class):,} images, {each}"

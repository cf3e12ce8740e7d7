"""``convlab data fetch``."""

from rich.markup import escape

from convlab import data
from convlab.cli.errors import ending_well
from convlab.cli.options.data import AsJson, DataDir, Names, To
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.output import print_all, print_json


def fetch_data(
    names: Names,
    to: To = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """Download what is not here yet, so that it can be used without a network.

    A download that breaks off goes on from there the next time. CONVLAB_MIRROR may name addresses to try
    first: of a folder that was filled with [cyan]--to[/] and is served on the web.

    Example: [cyan]convlab data fetch mnist cifar10 --to /media/usb[/]
    """
    with ending_well():
        host = host_from(plugin, no_plugins)
        places = {name: data.fetch(name, to=to, host=host, data_dir=data_dir) for name in names}
    if as_json:
        print_json(places)
    else:
        print_all(*(f"[bold cyan]{escape(name)}[/] is in {escape(str(places[name]))}" for name in places))

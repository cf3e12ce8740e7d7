"""``convlab data``: the data sets on this machine."""

import typer

from convlab.cli.commands.data_fetch import fetch_data
from convlab.cli.commands.data_import import import_data
from convlab.cli.commands.data_list import list_data
from convlab.cli.commands.data_show import show_data
from convlab.cli.commands.data_verify import verify_data

data_app = typer.Typer(
    name="data",
    help="Find, fetch, check and look at data sets.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
data_app.command("list")(list_data)
data_app.command("fetch")(fetch_data)
data_app.command("verify")(verify_data)
data_app.command("import")(import_data)
data_app.command("show")(show_data)

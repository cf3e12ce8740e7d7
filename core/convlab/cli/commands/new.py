"""``convlab new``: a whole package for a plugin."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from convlab.cli.errors import ending_well
from convlab.cli.options.kinds import complete_kind, part_type
from convlab.cli.output import print_all, print_json
from convlab.scaffold import NewPackage, create_package


def new_package(
    kind: Annotated[
        str, typer.Argument(help="architecture, dataset, optimizer or metric.", autocompletion=complete_kind)
    ],
    name: Annotated[str, typer.Argument(help="What it is called, such as tinynet.")],
    to: Annotated[
        Path,
        typer.Option("--to", metavar="DIR", help="Make the package's folder in here.", show_default="here"),
    ] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a whole package for a new part: it installs, passes its own tests and trains as it is.

    Nothing is ever overwritten.

    Example: [cyan]convlab new architecture tinynet[/]
    """
    with ending_well():
        created = create_package(part_type(kind).kind, name, to=to)
    if as_json:
        print_json(asdict(created))
    else:
        print_all(*_page(created))


def _page(created: NewPackage) -> list[str]:
    return [
        f"[bold green]made[/]  {escape(str(created.folder))}",
        *(f"      [dim]{escape(file)}[/]" for file in created.files),
        *(
            f"[dim]{'' if number else 'next':4}[/]  {escape(command)}"
            for number, command in enumerate(created.commands)
        ),
        f"[dim]edit[/]  {escape(str(created.folder / created.begin_with))}",
    ]

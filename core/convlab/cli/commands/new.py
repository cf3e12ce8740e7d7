"""``convlab new``: writes a package for a new plugin."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from convlab.cli.errors import ending_well
from convlab.cli.options.completion import complete_kind
from convlab.cli.output import print_all, print_json, shown
from convlab.parts import PART_TYPES
from convlab.scaffold import NewPackage, create_package

_NAMES = [part_type.kind.name for part_type in PART_TYPES]
_KINDS = f"{', '.join(_NAMES[:-1])} or {_NAMES[-1]}"


def new_package(
    kind: Annotated[str, typer.Argument(help=f"{_KINDS}.", autocompletion=complete_kind)],
    name: Annotated[str, typer.Argument(help="The part's name, such as tinynet.")],
    to: Annotated[
        Path,
        typer.Option(
            "--to", metavar="DIR", help="Create the package's folder in this one.", show_default="here"
        ),
    ] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Create a complete package for a new part, ready to install, test and train.

    Existing files are never overwritten.

    Example: [cyan]convlab new architecture tinynet[/]
    """
    with ending_well():
        created = create_package(kind, name, to=to)
    if as_json:
        print_json(asdict(created))
    else:
        print_all(*_page(created))


def _page(created: NewPackage) -> list[str]:
    return [
        f"[bold green]created[/]  {shown(str(created.folder))}",
        *(f"         [dim]{shown(file)}[/]" for file in created.files),
        *(
            f"[dim]{'' if number else 'next':7}[/]  {shown(command)}"
            for number, command in enumerate(created.commands)
        ),
        f"[dim]edit[/]     {shown(str(created.folder / created.begin_with))}",
    ]

"""The experiments of recipes."""

from typing import Any

from convlab.errors import ConvlabError
from convlab.experiment.toml_file import read_toml
from convlab.host import ProvidedPart
from convlab.parts import Recipe


def recipe_tables(recipe: ProvidedPart[Recipe]) -> dict[str, Any]:
    """Return the tables of a recipe's experiment.

    Raises:
        ConfigError: its file cannot be read or is not valid TOML.
    """
    try:
        return read_toml(recipe.part.file)
    except ConvlabError as error:
        raise error.prefixed(recipe) from None

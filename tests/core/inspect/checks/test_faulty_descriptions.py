"""For each mistake in a summary or in options, one check fails and suggests the fix."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from pydantic import Field

from convlab import Dataset


@dataclass(frozen=True)
class WrongType:
    path: str = 3  # type: ignore[assignment]
    """A folder."""


@dataclass(frozen=True)
class NoneForANumber:
    size: int = None  # type: ignore[assignment]
    """Rows and columns."""


@dataclass(frozen=True)
class OutOfBounds:
    size: Annotated[int, Field(ge=1)] = 0
    """Rows and columns."""


@dataclass(frozen=True)
class Undocumented:
    size: int = 8


@dataclass(frozen=True)
class Valid:
    size: int | None = None
    """Rows and columns; by default those of the files."""
    names: tuple[str, ...] = ("a", "b")
    """Class names."""


CASES: list[tuple[str, type, str, str, str]] = [
    ("TODO: describe", Valid, "summary_fits_a_line", "says nothing", "says more"),
    ("...", Valid, "summary_fits_a_line", "says nothing", "says more"),
    ("Faulty", Valid, "summary_fits_a_line", "only repeats the name", "says more"),
    ("Images " * 20, Valid, "summary_fits_a_line", "has 139 characters", "at most 100"),
    ("Images", WrongType, "option_defaults_are_valid", "got 3", "a value of the field's type"),
    ("Images", NoneForANumber, "option_defaults_are_valid", "got None", "a value of the field's type"),
    ("Images", OutOfBounds, "option_defaults_are_valid", "greater than or equal to 1", "a value of"),
    ("Images", Undocumented, "options_are_documented", "does not document size", "write a docstring"),
]


@pytest.mark.parametrize(("summary", "options", "name", "found", "fix"), CASES)
def test_exactly_one_check_fails_for_each_mistake(
    assert_caught: Callable[..., None], summary: str, options: type, name: str, found: str, fix: str
) -> None:
    def load(source: Any, options: Any) -> Any:
        return None

    assert_caught(Dataset(name="faulty", summary=summary, load=load, options=options), name, found, fix)

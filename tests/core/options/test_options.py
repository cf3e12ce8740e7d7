"""How options are validated, reported and described."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import pytest
from pydantic import Field, PositiveInt

from convlab import ConfigError, PluginError
from convlab.options.reading import OptionField, option_fields, read_options

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True)
class Block:
    """A part of the options below."""

    depth: int = 2
    """Layers of the block."""


@dataclass(frozen=True)
class Options:
    """What an architecture may have."""

    filters: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)] = (32, 64)
    """Filters of each block."""
    units: PositiveInt = 128
    """Units of the dense layer,
    which has a bias."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.25
    "Fraction dropped."
    activation: Literal["relu", "gelu"] = "relu"
    bias: bool = True
    # A comment is not a summary.
    name: str = "net"
    clip: Annotated[float, Field(gt=0)] | None = None
    """Off by default."""
    padding: Annotated[int, Field(ge=0)] | Literal["same", "valid"] | None = "same"
    sizes: tuple[int | Literal["full"], ...] = ()
    weights: Path | None = None
    since: date = date(2020, 1, 1)
    block: Block = Block()
    scales: dict[str, float] = field(default_factory=dict)
    pair: tuple[int, float] = (1, 1.0)


def read(options: type | None = Options, /, **values: Any) -> Any:
    return read_options(options, values, key="architecture_options", owner="architecture 'net'")


def mistake(options: type | None = Options, /, **values: Any) -> str:
    with pytest.raises(ConfigError) as raised:
        read(options, **values)
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_an_omitted_option_has_its_default() -> None:
    assert read() == Options()
    assert read(units=3) == Options(units=3)
    assert read(None) is None


@pytest.mark.parametrize(
    ("name", "given", "read_as"),
    [
        ("filters", [8, 16], (8, 16)),
        ("filters", (8, 16), (8, 16)),
        ("units", 1, 1),
        ("dropout", 0, 0.0),
        ("dropout", 0.1, 0.1),
        ("clip", 1e-300, 1e-300),
        ("clip", None, None),
        ("clip", float("inf"), float("inf")),
        ("bias", False, False),
        ("name", "größer", "größer"),
        ("padding", 3, 3),
        ("padding", "valid", "valid"),
        ("padding", None, None),
        ("sizes", [1, "full"], (1, "full")),
        ("weights", "weights/first.h5", Path("weights/first.h5")),
        ("weights", Path("weights/first.h5"), Path("weights/first.h5")),
        ("since", date(2024, 2, 29), date(2024, 2, 29)),
        ("since", "2024-02-29", date(2024, 2, 29)),
        ("block", {"depth": 5}, Block(depth=5)),
        ("scales", {"a": 1}, {"a": 1.0}),
        ("pair", [2, 3], (2, 3.0)),
    ],
)
def test_a_value_of_the_declared_type_is_read(name: str, given: Any, read_as: Any) -> None:
    value = getattr(read(**{name: given}), name)
    assert value == read_as
    assert type(value) is type(read_as)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"units": "3"}, "units: must be a valid integer, got '3'"),
        ({"units": 3.0}, "units: must be a valid integer, got 3.0"),
        ({"units": True}, "units: must be a valid integer, got True"),
        ({"units": None}, "units: must be a valid integer, got None"),
        ({"units": 0}, "units: must be greater than 0, got 0"),
        ({"dropout": "0.1"}, "dropout: must be a valid number, got '0.1'"),
        ({"dropout": True}, "dropout: must be a valid number, got True"),
        ({"dropout": 1}, "dropout: must be less than 1, got 1"),
        ({"dropout": -0.5}, "dropout: must be greater than or equal to 0, got -0.5"),
        ({"activation": "rel"}, "activation: must be 'relu' or 'gelu', got 'rel'"),
        ({"bias": 1}, "bias: must be a valid boolean, got 1"),
        ({"bias": "true"}, "bias: must be a valid boolean, got 'true'"),
        ({"name": 3}, "name: must be a valid string, got 3"),
        ({"filters": 32}, "filters: must be a valid array, got 32"),
        ({"filters": "32"}, "filters: must be a valid array, got '32'"),
        ({"filters": []}, "filters: must have at least 1 item, got []"),
        ({"filters": [8, 0]}, "filters.1: must be greater than or equal to 1, got 0"),
        ({"filters": [8, "16"]}, "filters.1: must be a valid integer, got '16'"),
        ({"clip": 0}, "clip: must be greater than 0, got 0"),
        ({"clip": float("nan")}, "clip: must be greater than 0, got nan"),
        ({"padding": "sam"}, 'padding: must be int ≥ 0 | "same" | "valid" | none, got \'sam\''),
        ({"sizes": [1, "ful"]}, "sizes: must be tuple[int | \"full\", ...], got [1, 'ful']"),
        ({"block": 3}, "block: must be an object, got 3"),
        ({"block": {"depth": "x"}}, "block.depth: must be a valid integer, got 'x'"),
        ({"scales": {"a": "x"}}, "scales.a: must be a valid number, got 'x'"),
        ({"units": np.int64(3)}, "units: must be a number, string, list or table, got np.int64(3)"),
        ({"units": 0, "dropout": 2.0}, "units: must be greater than 0, got 0"),
    ],
)
def test_an_invalid_value_is_refused_with_its_key_and_what_it_must_be(
    values: dict[str, Any], message: str
) -> None:
    key, _, reason = message.partition(": ")
    assert mistake(**values) == f"`architecture_options.{key}`: {reason}"


def test_an_unknown_key_is_refused_with_the_nearest_and_others() -> None:
    assert mistake(filtres=3).startswith(
        "`architecture_options.filtres`: architecture 'net' has no such option; did you mean 'filters'? "
        "choose from filters, units, "
    )
    assert mistake(block={"dept": 3}) == (
        "`architecture_options.block.dept`: architecture 'net' has no such option; "
        "did you mean 'depth'? choose from depth"
    )
    assert "did you mean" not in mistake(temperature=3)
    assert mistake(None, filters=3) == "`architecture_options.filters`: architecture 'net' has no options"


@dataclass(frozen=True)
class Rising:
    widths: tuple[int, ...] = (8, 16)

    def __post_init__(self) -> None:
        if self.widths == ():
            raise TypeError("widths must not be empty")
        if list(self.widths) != sorted(self.widths):
            raise ValueError("widths must rise")


def test_an_error_of_the_dataclass_itself_is_shown_as_it_is() -> None:
    assert mistake(Rising, widths=[3, 1]) == "`architecture_options`: widths must rise"
    assert mistake(Rising, widths=[]) == "`architecture_options`: widths must not be empty"


def test_options_are_described_by_type_bounds_default_and_docstring() -> None:
    shown = {option.name: option for option in option_fields(Options)}
    assert list(shown) == list(Options.__dataclass_fields__)
    assert shown["filters"] == OptionField(
        name="filters",
        type="tuple[int ≥ 1, ...] length ≥ 1",
        default=(32, 64),
        summary="Filters of each block.",
    )
    assert {name: option.type for name, option in shown.items() if name != "filters"} == {
        "units": "int > 0",
        "dropout": "float ≥ 0, < 1",
        "activation": '"relu" | "gelu"',
        "bias": "bool",
        "name": "str",
        "clip": "float > 0 | none",
        "padding": 'int ≥ 0 | "same" | "valid" | none',
        "sizes": 'tuple[int | "full", ...]',
        "weights": "Path | none",
        "since": "date",
        "block": "Block",
        "scales": "dict[str, float]",
        "pair": "tuple[int, float]",
    }
    assert {name: option.summary for name, option in shown.items() if option.summary} == {
        "filters": "Filters of each block.",
        "units": "Units of the dense layer,\nwhich has a bias.",
        "dropout": "Fraction dropped.",
        "clip": "Off by default.",
    }
    assert (shown["scales"].default, shown["clip"].default) == ({}, None)


@dataclass(frozen=True)
class Inherited(Options):
    units: PositiveInt = 256
    dropout: Annotated[float, Field(ge=0, lt=0.5)] = 0.0
    """Less than half."""
    extra: int = 1
    """Of the subclass."""


def test_options_may_inherit_fields_and_their_docstrings() -> None:
    shown = {option.name: option for option in option_fields(Inherited)}
    assert list(shown) == [*Options.__dataclass_fields__, "extra"]
    assert shown["units"].default == 256
    assert shown["units"].summary.startswith("Units of the dense layer")
    assert (shown["dropout"].type, shown["dropout"].summary) == ("float ≥ 0, < 0.5", "Less than half.")
    assert shown["extra"].summary == "Of the subclass."
    assert read(Inherited, filters=[1]) == Inherited(filters=(1,))


WRITTEN_IN_A_CELL = '''
from dataclasses import dataclass

@dataclass(frozen=True)
class Options:
    units: int = 3
    """Units of the layer."""
'''


@pytest.mark.parametrize("module", ["builtins", "__main__", "no_such_module"])
def test_options_without_source_work_without_summaries(module: str) -> None:
    cell: dict[str, Any] = {"__name__": module}
    exec(compile(WRITTEN_IN_A_CELL, "<cell>", "exec", dont_inherit=True), cell)
    options = cell["Options"]
    assert option_fields(options) == (OptionField(name="units", type="int", default=3, summary=""),)
    assert read(options, units=4).units == 4
    assert mistake(options, units="4") == "`architecture_options.units`: must be a valid integer, got '4'"


def test_options_whose_source_no_longer_parses_have_no_summaries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "edited.py"
    file.write_text(WRITTEN_IN_A_CELL, encoding="utf-8")
    module = ModuleType("edited")
    module.__file__ = str(file)
    monkeypatch.setitem(sys.modules, "edited", module)
    exec(compile(WRITTEN_IN_A_CELL, file, "exec", dont_inherit=True), vars(module))
    assert option_fields(module.Options)[0].summary == "Units of the layer."
    file.write_text("class Options(:\n", encoding="utf-8")
    assert option_fields(module.Options)[0].summary == ""


@dataclass(frozen=True)
class Unimported:
    price: Decimal | None = None


@dataclass(frozen=True)
class Unreadable:
    image: np.ndarray[Any, Any] | None = None


def test_a_type_that_is_imported_only_for_type_checking_is_an_error_of_the_plugin() -> None:
    reason = "options Unimported: name 'Decimal' is not defined; import the types of options at run time"
    with pytest.raises(PluginError, match=reason):
        read(Unimported)
    with pytest.raises(PluginError, match=reason):
        option_fields(Unimported)


def test_a_type_that_cannot_be_validated_is_an_error_of_the_plugin() -> None:
    with pytest.raises(PluginError) as raised:
        read(Unreadable)
    assert str(raised.value) == (
        "architecture 'net': options Unreadable cannot be validated; "
        "Unable to generate pydantic-core schema for numpy.ndarray[typing.Any, typing.Any]"
    )

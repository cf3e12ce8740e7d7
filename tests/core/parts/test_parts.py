"""An invalid description of a part is refused when it is created."""

from dataclasses import FrozenInstanceError, dataclass, field
from functools import partial
from typing import Any

import pytest
from pydantic import Field

from convlab import Architecture, Augmentation, Dataset, Loss, Metric, Optimizer, Schedule, Tracker
from convlab.parts import PART_TYPES, Kind, Part
from convlab.parts import part_type as find_part_type


@dataclass(frozen=True)
class Options:
    k: int = 3
    names: dict[str, int] = field(default_factory=dict)


def accept_anything(*arguments: Any) -> Any:
    raise AssertionError("describing a part does not call its factory")


def describe(part_type: Any, factory: Any = accept_anything, **changes: Any) -> Part:
    described: Part = part_type(**{"name": "part", "summary": "A part", part_type.factory: factory} | changes)
    return described


@pytest.mark.parametrize("part_type", PART_TYPES)
def test_a_description_is_frozen_and_prints_as_its_kind_and_name(part_type: type[Part]) -> None:
    part = describe(part_type, options=Options)
    assert str(part) == f"{part_type.kind} 'part'"
    with pytest.raises(FrozenInstanceError):
        part.name = "another"  # type: ignore[misc]
    with pytest.raises(TypeError, match="takes 1 positional argument"):
        part_type("part", "A part")  # type: ignore[call-arg]


@pytest.mark.parametrize("name", ["a", "0", "resnet20", "top-5_accuracy", "efficientnet-v2.b0"])
def test_a_name_may_contain_lower_case_letters_digits_and_three_signs(name: str) -> None:
    assert describe(Metric, name=name).name == name


@pytest.mark.parametrize(
    "name", ["", "ResNet", "two words", "a:b", "a/b", "-a", "_a", ".a", "größe", "a\n", None, 3, ["a"]]
)
def test_any_other_name_is_refused(name: Any) -> None:
    with pytest.raises(ValueError, match="a name starts with a lower-case letter or digit and contains only"):
        describe(Metric, name=name)


@pytest.mark.parametrize("summary", ["", " ", "Two\nlines", None, 3])
def test_a_summary_that_is_not_one_line_is_refused(summary: Any) -> None:
    with pytest.raises(ValueError, match="metric 'part': summary must be one line of text"):
        describe(Metric, summary=summary)


@dataclass
class Thawed:
    k: int = 3


@dataclass(frozen=True)
class Demanding:
    filters: tuple[int, ...]


@dataclass(frozen=True)
class PydanticStyle:
    momentum: float = Field(0.9, ge=0)


class Plain:
    k: int = 3


class Undecorated(Options):
    extra: int = 4


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (Plain, "options Plain must be a dataclass; decorate it with @dataclass(frozen=True)"),
        (Undecorated, "options Undecorated must be a dataclass; decorate it with @dataclass(frozen=True)"),
        (Thawed, "options Thawed must be frozen; decorate it with @dataclass(frozen=True)"),
        (Demanding, "option filters of Demanding needs a default"),
        (
            PydanticStyle,
            "the default of option momentum of PydanticStyle is pydantic's Field; "
            "write momentum: Annotated[type, Field(...)] = value",
        ),
        (Options(), "options must be a frozen dataclass, got Options(k=3, names={})"),
        ({"k": 3}, "options must be a frozen dataclass, got {'k': 3}"),
    ],
)
def test_options_must_be_a_frozen_dataclass_with_defaults(options: Any, reason: str) -> None:
    with pytest.raises(TypeError) as raised:
        describe(Optimizer, options=options)
    assert str(raised.value) == f"optimizer 'part': {reason}"


CALLS = {
    Dataset: "load(source, options)",
    Architecture: "build(input_shape, num_classes, options)",
    Augmentation: "build(input_shape, num_classes, options)",
    Loss: "build(class_counts, options)",
    Optimizer: "build(learning_rate, options)",
    Schedule: "build(learning_rate, steps, options)",
    Metric: "build(num_classes, options)",
    Tracker: "start(run, options)",
}


@pytest.mark.parametrize("part_type", PART_TYPES)
@pytest.mark.parametrize(
    "factory",
    [
        lambda: None,
        lambda one: None,
        lambda one, two, three, four, five: None,
        lambda *, source, options: None,
    ],
    ids=["none", "too few", "too many", "keyword only"],
)
def test_a_factory_that_does_not_accept_the_arguments_is_refused(part_type: type[Part], factory: Any) -> None:
    with pytest.raises(TypeError) as raised:
        describe(part_type, factory)
    assert str(raised.value) == f"{part_type.kind} 'part': {part_type.factory} must accept {CALLS[part_type]}"


@pytest.mark.parametrize("part_type", PART_TYPES)
def test_a_factory_that_is_not_callable_is_refused(part_type: type[Part]) -> None:
    with pytest.raises(TypeError) as raised:
        describe(part_type, "resnet.build")
    assert str(raised.value) == (
        f"{part_type.kind} 'part': {part_type.factory} must be a function {CALLS[part_type]}"
    )


class Builder:
    def __call__(self, num_classes: int, options: Any) -> None:
        raise AssertionError("describing a part does not call its factory")


@pytest.mark.parametrize(
    "factory",
    [
        lambda classes, settings: None,
        lambda *arguments: None,
        lambda num_classes, options, extra=0: None,
        partial(lambda width, num_classes, options: None, 8),
        Builder(),
        max,  # a built-in without a signature
    ],
    ids=["other names", "any arguments", "an extra default", "partial", "an object", "a built-in"],
)
def test_any_callable_that_accepts_the_arguments_in_order_is_a_factory(factory: Any) -> None:
    assert isinstance(describe(Metric, factory), Metric)


@pytest.mark.parametrize("rate", [0, -0.1, float("inf"), float("nan"), "0.1", None])
def test_a_learning_rate_that_is_not_a_finite_number_above_zero_is_refused(rate: Any) -> None:
    with pytest.raises(
        ValueError, match="optimizer 'part': learning_rate must be a finite number above 0, got "
    ):
        describe(Optimizer, learning_rate=rate)


def test_a_kind_derives_its_keys_flags_and_hook_from_its_name() -> None:
    loss = Kind(name="loss", help="A loss.", default="cross_entropy")
    assert (loss.plural, loss.key, loss.options_key) == ("losses", "loss", "loss_options")
    assert (loss.hook, loss.long_flag, f"{loss}") == ("convlab_losses", "--loss", "loss")
    assert Kind(name="filter", help="Filters.", default=(), several=True).key == "filters"


def test_a_kind_may_have_another_word_in_settings_than_its_name() -> None:
    kind = Kind(name="augmentation", help="Augment.", default=(), several=True, setting="augment")
    assert (kind.key, kind.options_key, kind.long_flag) == ("augment", "augment_options", "--augment")
    assert (kind.hook, kind.plural) == ("convlab_augmentations", "augmentations")


@pytest.mark.parametrize("attribute", ["name", "flag", "word"])
def test_no_two_kinds_share_a_name_word_or_flag(attribute: str) -> None:
    values = [value for part_type in PART_TYPES if (value := getattr(part_type.kind, attribute))]
    assert len(set(values)) == len(values)


@pytest.mark.parametrize("part_type", PART_TYPES)
def test_a_kind_is_found_by_its_singular_and_its_plural(part_type: type[Part]) -> None:
    assert find_part_type(part_type.kind.name) is find_part_type(part_type.kind.plural.upper()) is part_type

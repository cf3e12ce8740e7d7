"""An experiment that a plugin ships, with the score that it reaches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from convlab.parts.part import Kind, Part

_CHECKS = "convlab.inspect.checks.recipes"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a recipe reaches on the test set, as measured.

    Attributes:
        value: what the mean score over seeds is at least; at most, if smaller is better.
        max_seconds: what the training of one run took at most, without loading the data and compiling.
        seeds: how many seeds were measured.
        machine: where, such as ``2 cores of an AMD EPYC``.
        metric: the metric.
    """

    value: float
    max_seconds: float
    seeds: int
    machine: str
    metric: str = "accuracy"

    def __post_init__(self) -> None:
        for name in ("value", "max_seconds"):
            number = getattr(self, name)
            if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
                raise ValueError(f"claim: {name} must be a finite number, got {number!r}")
        if self.max_seconds <= 0:
            raise ValueError(f"claim: max_seconds must be above 0, got {self.max_seconds!r}")
        if isinstance(self.seeds, bool) or not isinstance(self.seeds, int) or self.seeds < 1:
            raise ValueError(f"claim: seeds must be a whole number above 0, got {self.seeds!r}")


@dataclass(frozen=True, kw_only=True)
class Recipe(Part):
    """An experiment to run by its name, and what it reaches.

    Unlike the other kinds, a recipe is not part of an experiment: it names the parts of one.

    Attributes:
        file: the experiment's TOML file, in the plugin's package. It may name the plugin's own parts.
        claim: what it reaches on the test set, as ``convlab recipes verify`` measured it.

    Example::

        from pathlib import Path

        from convlab import Claim, Recipe, hookimpl

        @hookimpl
        def convlab_recipes():
            return [
                Recipe(
                    name="digits-fast",
                    summary="scikit-learn's digits in one epoch",
                    file=Path(__file__).with_name("digits-fast.toml"),
                    claim=Claim(value=0.9, max_seconds=2, seeds=5, machine="2 cores of an AMD EPYC"),
                )
            ]
    """

    kind: ClassVar[Kind] = Kind(
        name="recipe",
        help="The recipe to start from.",
        default="",
        subject=f"{_CHECKS}.recipe_subject:RecipeSubject",
        checks=(f"{_CHECKS}.experiments",),
    )
    factory: ClassVar[str] = "file"
    arguments: ClassVar[tuple[str, ...]] = ()

    file: Path
    claim: Claim

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.options is not None:
            raise TypeError(f"{self}: a recipe has no options; its file sets those of its parts")
        if not isinstance(self.claim, Claim):
            raise TypeError(f"{self}: claim must be a Claim, got {type(self.claim).__name__}")

    def _check_factory(self) -> None:
        if not isinstance(self.file, Path):
            raise TypeError(f"{self}: file must be a Path, got {type(self.file).__name__}")

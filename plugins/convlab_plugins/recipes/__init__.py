"""The built-in recipes: experiments that were tuned on validation images, and measured on the test set."""

from pathlib import Path

from convlab import Claim, Recipe

_FOLDER = Path(__file__).parent
_MACHINE = "2 busy cores of an AMD EPYC"


def _recipe(name: str, summary: str, *, value: float, max_seconds: float, seeds: int) -> Recipe:
    claim = Claim(value=value, max_seconds=max_seconds, seeds=seeds, machine=_MACHINE)
    return Recipe(name=name, summary=summary, file=_FOLDER / f"{name}.toml", claim=claim)


RECIPES = (
    _recipe("mnist-99", "MNIST in one epoch", value=0.99, max_seconds=5, seeds=5),
    _recipe("fashion-92", "Fashion-MNIST in 8 epochs", value=0.92, max_seconds=120, seeds=3),
    _recipe("cifar10-80", "CIFAR-10 in 8 epochs", value=0.8, max_seconds=300, seeds=3),
)

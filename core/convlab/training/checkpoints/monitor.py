"""Which number says that one epoch is better than another."""

import math
from dataclasses import dataclass
from typing import Literal

from convlab.errors import ConfigError
from convlab.experiment import ResolvedExperiment
from convlab.text.suggestions import did_you_mean


@dataclass(frozen=True, kw_only=True)
class Monitor:
    """A number of an epoch's record, and the direction in which it is better.

    Attributes:
        name: its key in the record, such as ``val_loss``.
        mode: whether less or more of it is better.
    """

    name: str
    mode: Literal["min", "max"]

    @classmethod
    def of(cls, resolved: ResolvedExperiment, *, validates: bool) -> "Monitor":
        """Return what the experiment names, by default the loss, of the held-out images where there are any.

        Raises:
            ConfigError: the experiment names something that its epochs do not measure.
        """
        modes: dict[str, Literal["min", "max"]] = {"loss": "min"}
        modes |= {provided.part.name: provided.part.mode for provided, _ in resolved.metrics}
        if validates:
            modes |= {f"val_{name}": mode for name, mode in modes.items()}
        name = resolved.experiment.train.monitor or ("val_loss" if validates else "loss")
        if name not in modes:
            raise ConfigError(f"train.monitor: nothing is measured as {name!r}; {did_you_mean(name, modes)}")
        return cls(name=name, mode=modes[name])

    def is_better(self, value: float, than: float | None) -> bool:
        """Tell whether a value is better than another, or than none; what is not finite never is."""
        if not math.isfinite(value):
            return False
        if than is None:
            return True
        return value < than if self.mode == "min" else value > than

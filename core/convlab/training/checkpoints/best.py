"""Which epoch is the best."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from convlab.errors import ConfigError
from convlab.experiment import ResolvedExperiment
from convlab.text.suggestions import did_you_mean
from convlab.training.checkpoints.file import Arrays


@dataclass(frozen=True, kw_only=True)
class Best:
    """The best epoch so far.

    Attributes:
        epoch: counted from 1.
        value: the monitored value.
        arrays: the model's variables after the epoch; ``None`` if their file was lost.
    """

    epoch: int
    value: float
    arrays: Arrays | None


@dataclass(frozen=True, kw_only=True)
class Monitor:
    """The value that ranks epochs.

    Attributes:
        name: its key in an epoch's record, such as ``val_loss``.
        mode: whether a smaller or a larger value is better.
    """

    name: str
    mode: Literal["min", "max"]

    @classmethod
    def of(cls, resolved: ResolvedExperiment, *, validates: bool) -> "Monitor":
        """Return the experiment's monitor; by default the validation loss, or the loss without validation.

        Raises:
            ConfigError: epochs do not record the value that the experiment names.
        """
        modes: dict[str, Literal["min", "max"]] = {"loss": "min"}
        modes |= {provided.part.name: provided.part.mode for provided, _ in resolved.metrics}
        if validates:
            modes |= {f"val_{name}": mode for name, mode in modes.items()}
        name = resolved.experiment.train.monitor or ("val_loss" if validates else "loss")
        if name not in modes:
            raise ConfigError(f"`train.monitor`: unknown value {name!r}; {did_you_mean(name, modes)}")
        return cls(name=name, mode=modes[name])

    def best_of(self, records: Sequence[Mapping[str, Any]]) -> Best | None:
        """Return the best of some epochs, without its weights."""
        best: Best | None = None
        for record in records:
            if self.is_better(record[self.name], best):
                best = Best(epoch=record["epoch"], value=record[self.name], arrays=None)
        return best

    def is_better(self, value: float, than: Best | None) -> bool:
        """Return whether a value beats the best so far; one that is not finite never does."""
        if not math.isfinite(value):
            return False
        if than is None:
            return True
        return value < than.value if self.mode == "min" else value > than.value

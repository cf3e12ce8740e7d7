"""Muon: orthogonalized momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from convlab import Optimizer, Search
from convlab_plugins.optimizer_options import OptimizerOptions, built

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class MuonOptions(OptimizerOptions):
    """Options of ``muon``."""

    momentum: Annotated[float, Field(ge=0, lt=1), Search(low=0.85, high=0.98)] = 0.95
    """Momentum of the matrices, which are the kernels of dense layers."""
    nesterov: bool = True
    """Use Nesterov momentum (Nesterov 1983)."""
    newton_schulz_steps: Annotated[int, Field(ge=1)] = 5
    """Iterations that orthogonalize a matrix."""
    exclude_layers: tuple[str, ...] = ()
    """Regular expressions for the paths of further matrices that Adam updates, such as the last layer's."""


def _build(learning_rate: Any, options: MuonOptions) -> keras.optimizers.Optimizer:
    import keras

    return built(
        keras.optimizers.Muon,
        learning_rate,
        options,
        adam_weight_decay=options.weight_decay,
        momentum=options.momentum,
        nesterov=options.nesterov,
        ns_steps=options.newton_schulz_steps,
        exclude_layers=list(options.exclude_layers),
    )


MUON = Optimizer(
    name="muon",
    summary="Orthogonalized momentum for dense layers, Adam for the rest (Jordan et al. 2024)",
    build=_build,
    options=MuonOptions,
    learning_rate=0.002,
)

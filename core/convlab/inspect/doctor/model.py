"""The model that an experiment would train, layer by layer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from convlab.training.preparation import Prepared

if TYPE_CHECKING:
    from convlab.training.model.cost import LayerCost


@dataclass(frozen=True, kw_only=True)
class Model:
    """The model that an experiment would train.

    Attributes:
        prepared: its data, model and optimizer; the model's weights have been tried out.
        layers: what each layer costs, in the order in which they run.
    """

    prepared: Prepared
    layers: tuple["LayerCost", ...]

    @property
    def parameters(self) -> int:
        """The weights of all layers."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def flops(self) -> int:
        """Floating-point operations of one image, forward; a training step takes about three times that."""
        return sum(layer.flops for layer in self.layers)

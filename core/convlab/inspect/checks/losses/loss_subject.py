"""A loss under check, and the predictions it is checked on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from convlab.inspect.checks.subject import PartSubject

if TYPE_CHECKING:
    import keras

CLASSES = 5
COUNTS = (20, 20, 20, 20, 20)
_RNG = np.random.default_rng(0)
LABELS = _RNG.integers(0, CLASSES, 40)
LOGITS = (2 * _RNG.normal(size=(len(LABELS), CLASSES)) + np.eye(CLASSES)[LABELS]).astype(np.float32)


@dataclass(kw_only=True, eq=False)
class LossSubject(PartSubject):
    """A loss, built for five classes of equal size."""

    needs_tensorflow: ClassVar[bool] = True

    def build(self) -> "keras.losses.Loss":
        """Build the loss, and check that it accepts labels and logits.

        Raises:
            PluginError: it does not.
        """
        from convlab.training.losses import check_loss

        loss = self.part.build(COUNTS, self.options())
        check_loss(loss, CLASSES, str(self))
        return loss

    def value(self, labels: Any = LABELS, logits: Any = LOGITS) -> float:
        """Return the loss of labels and logits."""
        return float(self.build()(labels, logits))


def one_hot(labels: Any = LABELS) -> Any:
    """Return labels as probabilities, ``(batch, num_classes)``."""
    return np.eye(CLASSES, dtype=np.float32)[labels]

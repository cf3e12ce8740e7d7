"""An augmentation under check, and the batch it is checked on."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convlab.inspect.checks.subject import PartSubject

CLASSES = 4
SHAPE = (12, 10, 3)
SIZE = 32
IMAGES: npt.NDArray[np.uint8] = np.random.default_rng(0).integers(0, 256, (SIZE, *SHAPE), dtype=np.uint8)
LABELS: npt.NDArray[np.int64] = np.arange(SIZE) % CLASSES
POSITIONS: npt.NDArray[np.int32] = np.arange(100, 100 + SIZE, dtype=np.int32)


@dataclass(kw_only=True, eq=False)
class AugmentationSubject(PartSubject):
    """An augmentation, built for images of 12×10 pixels in color and of four classes."""

    needs_tensorflow: ClassVar[bool] = True

    def augmenter(
        self,
        *,
        shape: tuple[int, int, int] = SHAPE,
        batch_size: int = SIZE,
        seed: int = 0,
        times: int = 1,
    ) -> Any:
        """Build the augmenter of a run that applies the augmentation, once or several times in a row.

        Raises:
            ConvlabError: it fails, or does not return a batch.
        """
        from convlab.training.augmentation.augmenter import Augmenter

        return Augmenter(
            [(self.provided, self.options())] * times,
            input_shape=shape,
            num_classes=CLASSES,
            seed=seed,
            batch_size=batch_size,
            xla=False,  # which would take seconds to compile
        )


def augmented(
    augmenter: Any, *, epoch: int = 1, step: int = 0, first: int = 0
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return what a step makes of the batch, from the first image to use."""
    augmenter.begin(epoch, step)
    images, labels = augmenter(IMAGES[first:], LABELS[first:], POSITIONS[first:])
    return images.numpy(), labels.numpy()

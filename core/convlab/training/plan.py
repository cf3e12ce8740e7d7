"""How many steps a run takes, and which images each of them sees."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convlab.data.split import Indices
from convlab.errors import ConfigError
from convlab.experiment.settings import TrainSettings

_ORDER_STREAM = 3


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The steps of a run.

    Attributes:
        images: how many images an epoch passes over.
        batch_size: images a step, but for the last of an epoch.
        total_steps: steps of the whole run.
        seed: decides the order.
    """

    images: int
    batch_size: int
    total_steps: int
    seed: int

    @classmethod
    def of(cls, settings: TrainSettings, images: int) -> "Plan":
        """Return the plan for a number of images.

        Raises:
            ConfigError: a batch would be larger than the data.
        """
        if settings.batch_size > images:
            raise ConfigError(
                f"train.batch_size is {settings.batch_size} but there are {images} images to train on: "
                f"use --batch-size {images} or less"
            )
        steps = settings.epochs * -(-images // settings.batch_size)
        if settings.max_steps is not None:
            steps = min(steps, settings.max_steps)
        return cls(images=images, batch_size=settings.batch_size, total_steps=steps, seed=settings.seed)

    @property
    def steps_per_epoch(self) -> int:
        """Steps of a whole epoch."""
        return -(-self.images // self.batch_size)

    @property
    def epochs(self) -> int:
        """Epochs, of which the last may end early."""
        return -(-self.total_steps // self.steps_per_epoch)

    def steps(self, epoch: int) -> int:
        """Return the steps of an epoch, counted from 1; the run's last epoch may have fewer."""
        return min(self.steps_per_epoch, self.total_steps - (epoch - 1) * self.steps_per_epoch)

    def steps_done(self, epoch: int, step: int) -> int:
        """Return the steps of the whole run up to a step of an epoch."""
        return (epoch - 1) * self.steps_per_epoch + step

    def images_seen(self, steps: int) -> int:
        """Return how many images the first steps of an epoch pass."""
        return min(steps * self.batch_size, self.images)

    def order(self, indices: Indices, epoch: int) -> npt.NDArray[np.int32]:
        """Return the images in the order in which the batches of an epoch take them.

        It depends on the seed and the epoch alone.

        Args:
            indices: the images to learn from.
            epoch: counted from 1.
        """
        shuffled = np.random.default_rng([self.seed, _ORDER_STREAM, epoch]).permutation(indices)
        return shuffled.astype(np.int32)

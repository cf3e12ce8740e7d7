"""How many steps a run takes, which images each of them sees, and where it stops."""

import logging
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convlab.errors import ConfigError
from convlab.experiment.settings import TrainSettings
from convlab.training.progress import Progress, StopReason

_ORDER_STREAM = 3
logger = logging.getLogger("convlab")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The steps of a run.

    Attributes:
        images: training images per epoch.
        batch_size: images per step, except for the last step of an epoch.
        total_steps: steps of the whole run.
        seed: determines the order of images.
    """

    images: int
    batch_size: int
    total_steps: int
    seed: int

    @classmethod
    def of(cls, settings: TrainSettings, images: int) -> "Plan":
        """Return the plan for a number of training images.

        The default batch size is reduced to the size of a smaller training set.

        Raises:
            ConfigError: another batch size is larger than the training set.
        """
        batch_size = settings.batch_size
        if batch_size > images:
            if batch_size != TrainSettings().batch_size:
                raise ConfigError(
                    f"`train.batch_size` is {batch_size}, but there are only {images} training images; "
                    f"use {images} or less"
                )
            logger.info("each step trains on all %d training images, fewer than `train.batch_size`", images)
            batch_size = images
        steps = settings.epochs * -(-images // batch_size)
        if settings.max_steps is not None:
            steps = min(steps, settings.max_steps)
        return cls(images=images, batch_size=batch_size, total_steps=steps, seed=settings.seed)

    @property
    def steps_per_epoch(self) -> int:
        """Steps of a full epoch."""
        return -(-self.images // self.batch_size)

    @property
    def epochs(self) -> int:
        """Epochs, the last of which may be cut short."""
        return -(-self.total_steps // self.steps_per_epoch)

    def steps(self, epoch: int) -> int:
        """Return the steps of an epoch, counted from 1; the last epoch may have fewer."""
        return min(self.steps_per_epoch, self.total_steps - (epoch - 1) * self.steps_per_epoch)

    def steps_done(self, progress: Progress) -> int:
        """Return the steps done in the whole run."""
        return (progress.epoch - 1) * self.steps_per_epoch + progress.step

    def images_seen(self, steps: int) -> int:
        """Return the number of images in the first steps of an epoch."""
        return min(steps * self.batch_size, self.images)

    def order(self, indices: npt.NDArray[np.int64], epoch: int) -> npt.NDArray[np.int32]:
        """Return the training images in the order in which an epoch sees them.

        A function of the seed and the epoch alone.

        Args:
            indices: the training images.
            epoch: from 1.
        """
        shuffled = np.random.default_rng([self.seed, _ORDER_STREAM, epoch]).permutation(indices)
        return shuffled.astype(np.int32)

    def stop_reason(
        self, progress: Progress, settings: TrainSettings, epochs_since_best: int
    ) -> StopReason | None:
        """Return why training stops here, or ``None`` if it continues.

        Depends on the progress alone, so that a resumed run stops where an uninterrupted one does.

        Args:
            progress: how far the run has come.
            settings: the limits.
            epochs_since_best: completed epochs that could have been better than the best, and were not.
        """
        if self.steps_done(progress) >= self.total_steps:
            return "max_steps" if self.total_steps == settings.max_steps else "epochs"
        if time_is_up(progress, settings):
            return "max_seconds"
        if settings.patience is not None and not progress.step and epochs_since_best >= settings.patience:
            return "patience"
        return None


def time_is_up(progress: Progress, settings: TrainSettings) -> bool:
    """Return whether training has taken ``max_seconds``."""
    return settings.max_seconds is not None and progress.trained_seconds >= settings.max_seconds

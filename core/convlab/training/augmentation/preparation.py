"""The augmenter of an experiment."""

import keras

from convlab.data.image_data import ImageData
from convlab.errors import PluginError
from convlab.experiment import ResolvedExperiment
from convlab.training.augmentation.augmenter import Augmenter
from convlab.training.losses import check_loss


def build_augmenter(
    resolved: ResolvedExperiment, data: ImageData, loss: keras.losses.Loss
) -> Augmenter | None:
    """Return what augments the training batches; ``None`` if the experiment names no augmentation.

    Raises:
        ConvlabError: an augmentation refuses its options or the shape of the images.
        PluginError: an augmentation fails, or mixes labels, which the loss does not accept.
    """
    if not resolved.augmentations:
        return None
    settings = resolved.experiment.train
    augmenter = Augmenter(
        resolved.augmentations,
        input_shape=data.input_shape,
        num_classes=data.num_classes,
        seed=settings.seed,
        batch_size=settings.batch_size,
        xla=settings.compile != "off",
    )
    if augmenter.mixes_labels:
        try:
            check_loss(loss, data.num_classes, str(resolved.loss), mixed_labels=True)
        except PluginError as error:
            raise PluginError(
                f"{error}; use another loss, or remove the augmentation that mixes labels"
            ) from error
    return augmenter

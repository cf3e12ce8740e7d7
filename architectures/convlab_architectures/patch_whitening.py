"""A convolution that whitens the patches of the training images."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="convlab")
class PatchWhitening(keras.layers.Layer):
    """Projects each patch on the principal components of all patches, and scales them to equal variance.

    Jordan (2024), section 3.2, after Page (2019). Each component is there with both signs, since a ReLU-like
    activation follows. ``adapt`` fits the kernel, which is then fixed; the bias is trained.

    Args:
        kernel_size: height and width of a patch.
        epsilon: added to the variances, so that noise is not amplified.
        max_images: the number of images to fit the kernel to.
    """

    def __init__(
        self, kernel_size: int = 2, *, epsilon: float = 5e-4, max_images: int = 5000, **options: Any
    ) -> None:
        super().__init__(**options)
        self.kernel_size = kernel_size
        self.epsilon = epsilon
        self.max_images = max_images

    def build(self, input_shape: Any) -> None:
        """Create the kernel and the bias."""
        size, channels = self.kernel_size, input_shape[-1]
        filters = 2 * size * size * channels
        self.kernel = self.add_weight(shape=(size, size, channels, filters), name="kernel", trainable=False)
        self.bias = self.add_weight(shape=(filters,), initializer="zeros", name="bias")

    def adapt(self, batches: Iterable[Any]) -> None:
        """Fit the kernel to images.

        Args:
            batches: of images ``(batch, height, width, channels)``, as the layer receives them.
        """
        size, seen, patches = self.kernel_size, 0, 0
        products: Any = 0.0
        for batch in batches:
            images = np.asarray(batch, np.float64)[: self.max_images - seen]
            windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
            # (batch, rows, columns, channels, size, size) to patches in the order of the kernel
            flat = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, size * size * images.shape[-1])
            products = products + flat.T @ flat
            patches, seen = patches + len(flat), seen + len(images)
            if seen >= self.max_images:
                break
        variances, components = np.linalg.eigh(products / patches)
        # The sign of a component is arbitrary; fix it, so that it is the same on every machine.
        components *= np.sign(components[np.abs(components).argmax(axis=0), range(len(variances))])
        whitening = components / np.sqrt(np.maximum(variances, 0) + self.epsilon)
        kernel = np.concatenate([whitening, -whitening], axis=1)
        self.kernel.assign(kernel.reshape(self.kernel.shape).astype(np.float32))

    def call(self, inputs: Any) -> Any:
        """Return the components of each patch."""
        return ops.conv(inputs, self.kernel) + self.bias

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        names = ("kernel_size", "epsilon", "max_images")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

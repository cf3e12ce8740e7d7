"""Random crops of padded images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from convlab import Augmentation, ConfigError


@dataclass(frozen=True)
class CropOptions:
    """Options of ``crop``."""

    padding: Annotated[int, Field(ge=1)] = 4
    """Pixels to pad on each side."""
    mode: Literal["constant", "reflect", "edge"] = "constant"
    """What to pad with: black, the mirrored image without its edge, or the edge."""


def _build(input_shape: tuple[int, int, int], num_classes: int, options: CropOptions) -> Callable[..., Any]:
    import tensorflow as tf

    from convlab_plugins.augmentations.sampling import pixels_at

    height, width, _ = input_shape
    if options.padding >= min(height, width):
        raise ConfigError(
            f"`augment_options.crop.padding`: must be less than the images' size, {height}×{width}, got "
            f"{options.padding}"
        )

    def crop(images: Any, labels: Any, random: Any) -> Any:
        low, high = -options.padding, options.padding + 1
        moved = random.integers((2, tf.shape(images)[0], 1, 1), low, high)
        rows, columns = tf.range(height)[:, None] + moved[0], tf.range(width) + moved[1]
        return pixels_at(images, rows, columns, options.mode), labels

    return crop


CROP = Augmentation(
    name="crop",
    summary="Crop of the padded image at a random place (He et al. 2016)",
    build=_build,
    options=CropOptions,
)

"""The built-in augmentations."""

from convlab_plugins.augmentations.colors import COLOR_JITTER
from convlab_plugins.augmentations.crop import CROP
from convlab_plugins.augmentations.erasing import CUTOUT, RANDOM_ERASING
from convlab_plugins.augmentations.flips import ALTERNATING_FLIP, FLIP
from convlab_plugins.augmentations.mixing import CUTMIX, MIXUP
from convlab_plugins.augmentations.movements import ROTATION, SHIFT
from convlab_plugins.augmentations.rand_augment import RAND_AUGMENT

AUGMENTATIONS = (
    FLIP,
    ALTERNATING_FLIP,
    CROP,
    SHIFT,
    ROTATION,
    CUTOUT,
    RANDOM_ERASING,
    COLOR_JITTER,
    RAND_AUGMENT,
    MIXUP,
    CUTMIX,
)

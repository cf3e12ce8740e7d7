"""Each augmentation equals a plain computation, image by image, of the same random numbers."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from convlab import Augmentation, ConfigError, PluginHost

HOST = PluginHost(third_party=False)
COUNT, HEIGHT, WIDTH = 12, 10, 9
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (COUNT, HEIGHT, WIDTH, 3), dtype=np.uint8)
LABELS = np.arange(COUNT) % 4

Images = npt.NDArray[Any]


class Drawn:
    """A source of random numbers that records them, in place of ``Randomness``."""

    def __init__(self, epoch: int = 1, seed: int = 1) -> None:
        self.numbers: list[npt.NDArray[Any]] = []
        self.epoch = epoch
        self._random = np.random.default_rng(seed)

    def uniform(self, shape: Any, low: float = 0.0, high: float = 1.0) -> Any:
        return self._record(self._random.uniform(low, high, [int(size) for size in shape]).astype("float32"))

    def integers(self, shape: Any, low: int, high: int) -> Any:
        return self._record(self._random.integers(low, high, [int(size) for size in shape], dtype=np.int32))

    def uniform_per_image(self) -> Any:
        return self._record(np.random.default_rng(5).uniform(size=COUNT).astype("float32"))

    def _record(self, numbers: npt.NDArray[Any]) -> Any:
        import tensorflow as tf

        self.numbers.append(numbers)
        return tf.constant(numbers)


def augmented(name: str, images: Images = IMAGES, **options: Any) -> tuple[Images, Images, list[Any]]:
    """Return the images and labels of a batch, and the random numbers that it took."""
    part = HOST.find(Augmentation, name).part
    function: Callable[..., Any] = part.build(
        images.shape[1:],
        4,
        part.options(**options) if part.options else None,
    )
    import tensorflow as tf

    random: Any = Drawn()
    changed, labels = function(tf.constant(images), tf.constant(LABELS), random)
    return changed.numpy(), labels.numpy(), random.numbers


def test_flip_mirrors_the_images_that_are_drawn() -> None:
    images, labels, (drawn,) = augmented("flip", probability=0.3)
    for before, after, number in zip(IMAGES, images, drawn.reshape(-1), strict=True):
        assert np.array_equal(after, before[:, ::-1] if number < 0.3 else before)
    assert np.array_equal(labels, LABELS)


def test_alternating_flip_shows_each_image_flipped_in_every_second_epoch() -> None:
    import tensorflow as tf

    part = HOST.find(Augmentation, "alternating_flip").part
    flip = part.build((HEIGHT, WIDTH, 3), 4, None)
    epochs = []
    for epoch in (1, 2, 3, 4):
        random: Any = Drawn(epoch)
        epochs.append(flip(tf.constant(IMAGES), tf.constant(LABELS), random)[0].numpy())
    flipped = [[not np.array_equal(a, b) for a, b in zip(IMAGES, images, strict=True)] for images in epochs]
    assert flipped[0] == flipped[2] == [not each for each in flipped[1]]
    assert flipped[1] == flipped[3]
    assert 0 < sum(flipped[0]) < COUNT


@pytest.mark.parametrize("mode", ["constant", "reflect", "edge"])
def test_crop_equals_a_slice_of_the_padded_image(mode: Any) -> None:
    images, _, (drawn,) = augmented("crop", padding=3, mode=mode)
    for before, after, down, right in zip(IMAGES, images, *drawn.reshape(2, -1) + 3, strict=True):
        padded = np.pad(before, ((3, 3), (3, 3), (0, 0)), mode=mode)
        assert np.array_equal(after, padded[down : down + HEIGHT, right : right + WIDTH])


def test_crop_refuses_a_padding_as_large_as_the_image() -> None:
    with pytest.raises(ConfigError, match=r"less than the images' size, 10×9, got 9"):
        augmented("crop", padding=9)


MODES = {"constant": "grid-constant", "reflect": "mirror", "edge": "nearest"}


@pytest.mark.parametrize("mode", MODES)
def test_rotation_and_shift_equal_those_of_scipy(mode: str) -> None:
    from scipy.ndimage import affine_transform, shift

    images, _, (angles,) = augmented("rotation", degrees=40.0, mode=mode)
    center = np.array([(HEIGHT - 1) / 2, (WIDTH - 1) / 2])
    for before, after, angle in zip(IMAGES, images, angles, strict=True):
        matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        for channel in range(3):
            expected = affine_transform(
                before[..., channel].astype(float),
                matrix,
                center - matrix @ center,
                order=1,
                mode=MODES[mode],
            )
            np.testing.assert_allclose(after[..., channel], expected, atol=0.02)

    images, _, (moved,) = augmented("shift", height=0.3, width=0.5, mode=mode)
    for before, after, (down, right) in zip(IMAGES, images, moved.reshape(2, -1).T, strict=True):
        distance = (-0.3 * HEIGHT * down, -0.5 * WIDTH * right, 0)
        expected = shift(before.astype(float), distance, order=1, mode=MODES[mode])
        np.testing.assert_allclose(after, expected, atol=0.02)


def test_cutout_erases_a_square_around_a_random_pixel() -> None:
    images, _, (rows, columns) = augmented("cutout", size=0.5, fill=7)
    for before, after, row, column in zip(IMAGES, images, rows[:, 0], columns[:, 0], strict=True):
        expected = before.copy()
        expected[max(row - 2, 0) : max(row + 2, 0), max(column - 2, 0) : max(column + 2, 0)] = 7
        assert np.array_equal(after, expected)


def test_random_erasing_erases_one_rectangle_inside_of_the_chosen_images() -> None:
    options: dict[str, Any] = {
        "min_area": 0.1,
        "max_area": 0.3,
        "aspect_ratio": 2.0,
        "fill": 0,
    }
    ones = np.ones((COUNT, HEIGHT, WIDTH, 1), np.uint8)
    images, _, (chosen, areas, log_ratios, _, _) = augmented(
        "random_erasing", ones, probability=0.7, **options
    )
    for image, draw, area, log_ratio in zip(images[..., 0], chosen, areas, log_ratios, strict=True):
        erased = np.argwhere(image == 0)
        if draw >= 0.7:
            assert not len(erased)
            continue
        (top, left), (bottom, right) = erased.min(axis=0), erased.max(axis=0)
        assert len(erased) == (bottom - top + 1) * (right - left + 1)
        pixels, ratio = float(area[0]) * HEIGHT * WIDTH, float(np.exp(log_ratio[0]))
        assert bottom - top + 1 == round(np.sqrt(pixels * ratio))
        assert right - left + 1 == round(np.sqrt(pixels / ratio))
    noisy, _, _ = augmented("random_erasing", ones, probability=1.0)
    assert len(np.unique(noisy)) > 20


def test_color_jitter_equals_pillow() -> None:
    options: dict[str, Any] = {"brightness": 0.4, "contrast": 0.5, "saturation": 0.6}
    images, _, factors = augmented("color_jitter", **options)
    for position, (before, after) in enumerate(zip(IMAGES, images, strict=True)):
        image = Image.fromarray(before)
        for enhance, factor in zip(
            (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color), factors, strict=True
        ):
            image = enhance(image).enhance(float(factor[position, 0, 0, 0]))
        np.testing.assert_allclose(after, np.asarray(image), atol=4)  # Pillow rounds after each operation
    gray, _, _ = augmented("color_jitter", IMAGES[..., :1], **options, hue=0.5)
    assert gray.shape == (COUNT, HEIGHT, WIDTH, 1)


def test_hue_equals_that_of_tensorflow() -> None:
    import tensorflow as tf

    only_hue: dict[str, Any] = {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0, "hue": 0.3}
    images, _, (shifts,) = augmented("color_jitter", **only_hue)
    for before, after, shift in zip(IMAGES, images, shifts.reshape(-1), strict=True):
        expected = tf.image.adjust_hue(before.astype("float32") / 255, shift)
        np.testing.assert_allclose(after, 255 * expected.numpy(), atol=0.1)


def pillow_operations(magnitude: float) -> dict[str, Callable[[Image.Image], Image.Image]]:
    def affine(rows: Sequence[float], columns: Sequence[float]) -> Callable[[Image.Image], Image.Image]:
        """Pillow counts places from the corner of the first pixel, and x before y."""
        row, column = (HEIGHT - 1) / 2, (WIDTH - 1) / 2

        def transform(image: Image.Image) -> Image.Image:
            data = []
            for (of_row, of_column, offset), center in ((columns, column), (rows, row)):
                start = center + offset - of_row * row - of_column * column
                data += [of_column, of_row, start - 0.5 * (of_row + of_column) + 0.5]
            return image.transform(image.size, Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)

        return transform

    angle, shear = np.radians(30) * magnitude, 0.3 * magnitude
    factor = 1 + 0.9 * magnitude
    return {
        "identity": lambda image: image,
        "shear_x": affine((1, 0, 0), (shear, 1, 0)),
        "shear_y": affine((1, shear, 0), (0, 1, 0)),
        "translate_x": affine((1, 0, 0), (0, 1, 0.45 * WIDTH * magnitude)),
        "translate_y": affine((1, 0, 0.45 * HEIGHT * magnitude), (0, 1, 0)),
        "rotate": affine((np.cos(angle), np.sin(angle), 0), (-np.sin(angle), np.cos(angle), 0)),
        "brightness": lambda image: ImageEnhance.Brightness(image).enhance(factor),
        "color": lambda image: ImageEnhance.Color(image).enhance(factor),
        "contrast": lambda image: ImageEnhance.Contrast(image).enhance(factor),
        "sharpness": lambda image: ImageEnhance.Sharpness(image).enhance(factor),
        "posterize": lambda image: ImageOps.posterize(image, 8 - round(4 * magnitude)),
        "solarize": lambda image: ImageOps.solarize(image, round(255 * (1 - magnitude))),
        "auto_contrast": ImageOps.autocontrast,
        "equalize": ImageOps.equalize,
    }


@pytest.mark.parametrize("magnitude", [0.2, 1.0])
def test_the_operations_of_rand_augment_equal_those_of_pillow(magnitude: float) -> None:
    import tensorflow as tf

    from convlab_plugins.augmentations.rand_augment_operations import OPERATIONS, applied

    references = pillow_operations(magnitude)
    assert list(references) == list(OPERATIONS)
    smooth = np.stack([np.asarray(Image.fromarray(image).filter(ImageFilter.BLUR)) for image in IMAGES])
    for place, (name, operation) in enumerate(references.items()):
        chosen, sign = tf.fill((COUNT,), place), tf.ones((COUNT,))
        images = applied(tf.constant(smooth, tf.float32), chosen, sign, magnitude).numpy()
        expected = np.stack([np.asarray(operation(Image.fromarray(image))) for image in smooth])
        difference = np.abs(images - expected)
        inside = difference[:, 1:-1, 1:-1] if name == "sharpness" else difference
        # Pillow does not interpolate at the border of what was moved out of the image.
        share = 0.8 if name.startswith(("shear", "translate", "rotate")) else 0.999
        assert np.mean(inside <= 2) >= share, name


def test_rand_augment_gives_each_image_operations_of_its_own() -> None:
    same = np.repeat(IMAGES[:1], COUNT, axis=0)
    images, labels, _ = augmented("rand_augment", same)
    assert len(np.unique(images.reshape(COUNT, -1), axis=0)) > COUNT // 2
    assert np.array_equal(labels, LABELS)


def test_mixup_blends_images_and_labels_by_the_same_share() -> None:
    from scipy.stats import beta, kstest

    images, labels, (quantile, chosen) = augmented("mixup", alpha=0.4, probability=0.6)
    share = beta.ppf((quantile + 0.5) / 4096, 0.4, 0.4)
    share[chosen >= 0.6] = 1.0
    before, one_hot = IMAGES.astype(float), np.eye(4)[LABELS]
    for position in range(COUNT):
        mixed = share[position] * before[position] + (1 - share[position]) * before[position - 1]
        np.testing.assert_allclose(images[position], mixed, atol=0.01)
        expected = share[position] * one_hot[position] + (1 - share[position]) * one_hot[position - 1]
        np.testing.assert_allclose(labels[position], expected, atol=1e-5)
    from convlab_plugins.augmentations.mixing import _beta_quantiles

    assert kstest(_beta_quantiles(0.4), beta(0.4, 0.4).cdf).pvalue > 0.99


def test_cutmix_replaces_a_rectangle_and_that_part_of_the_label() -> None:
    images, labels, _ = augmented("cutmix", alpha=1.0, probability=1.0)
    one_hot, replaced = np.eye(4)[LABELS], 0
    for position in range(COUNT):
        other = (images[position] != IMAGES[position]).any(axis=-1)
        places = np.argwhere(other)
        if len(places):
            (top, left), (bottom, right) = places.min(axis=0), places.max(axis=0)
            rectangle = slice(top, bottom + 1), slice(left, right + 1)
            assert np.array_equal(images[position][rectangle], IMAGES[position - 1][rectangle])
            replaced += 1
        share = 1 - other.mean()
        expected = share * one_hot[position] + (1 - share) * one_hot[position - 1]
        np.testing.assert_allclose(labels[position], expected, atol=0.03)  # equal pixels look unchanged
    assert replaced > COUNT // 2

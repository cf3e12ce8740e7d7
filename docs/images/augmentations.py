"""Draw what each built-in augmentation does to real images.

Usage: python docs/images/augmentations.py DATA_DIR

DATA_DIR contains CIFAR-10.
"""

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from convlab import Augmentation, Dataset, DataSource, PluginHost

TARGET = Path(__file__).with_name("augmentations.png")
COUNT, SCALE, MARGIN, LABEL = 10, 2, 4, 130
OPTIONS = {"mixup": {"alpha": 1.0}, "cutmix": {"probability": 1.0}, "random_erasing": {"probability": 1.0}}


def main(data_dir: str) -> None:
    """Draw one row per augmentation, the first of which shows the original images."""
    host = PluginHost(third_party=False)
    data = host.find(Dataset, "cifar10").part.load(DataSource(folders=(Path(data_dir),)), None)
    labels = data.train.labels
    chosen = np.array([np.flatnonzero(labels == label)[6] for label in range(COUNT)])
    images, labels = np.asarray(data.train.images[chosen]), labels[chosen]
    rows = [("original", images)]
    from convlab.training.augmentation.augmenter import Augmenter

    for provided in host.parts(Augmentation):
        name, options = provided.part.name, provided.part.options
        augmenter = Augmenter(
            [(provided, options and options(**OPTIONS.get(name, {})))],
            input_shape=images.shape[1:],
            num_classes=COUNT,
            seed=1,
            batch_size=COUNT,
            xla=False,
        )
        augmenter.begin(2, 0)
        changed, _ = augmenter(images, labels, chosen.astype(np.int32))
        rows.append((name, np.clip(np.round(changed.numpy()), 0, 255).astype(np.uint8)))
    draw(rows).quantize(200).save(TARGET, optimize=True)


def draw(rows: list[tuple[str, npt.NDArray[np.uint8]]]) -> Image.Image:
    """Return a table of images with a name before each row."""
    size = 32 * SCALE + MARGIN
    sheet = Image.new("RGB", (LABEL + COUNT * size, len(rows) * size), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for row, (name, images) in enumerate(rows):
        pen.text((MARGIN, row * size + size // 2), name, "black", font, anchor="lm")
        for column, image in enumerate(images):
            larger = Image.fromarray(image).resize((32 * SCALE, 32 * SCALE), Image.Resampling.NEAREST)
            sheet.paste(larger, (LABEL + column * size, row * size))
    return sheet


if __name__ == "__main__":
    main(*sys.argv[1:])

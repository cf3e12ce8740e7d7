"""Some of a data set's classes."""

from collections.abc import Iterable

import numpy as np

from convlab.data.image_data import ImageData, Split
from convlab.errors import ConfigError
from convlab.experiment import DataSettings
from convlab.text.suggestions import did_you_mean


def choose_classes(data: ImageData, settings: DataSettings) -> ImageData:
    """Return the images of the classes that are wanted, numbered anew in their old order.

    Args:
        data: all classes.
        settings: ``classes`` to keep and those to ``exclude``, by name or label.

    Raises:
        ConfigError: there is no such class, or fewer than two are left.
    """
    if settings.classes is None and not settings.exclude:
        return data
    kept = np.ones(data.num_classes, np.bool_)
    if settings.classes is not None:
        kept[:] = False
        kept[_labels(data, settings.classes, "classes")] = True
    kept[_labels(data, settings.exclude or (), "exclude")] = False
    if kept.sum() < 2:
        left = ", ".join(repr(name) for name, keeps in zip(data.class_names, kept, strict=True) if keeps)
        raise ConfigError(
            f"data.classes and data.exclude leave {left or 'no class'}, but a classifier needs at least two"
        )
    splits = {}
    for name, split in data.splits().items():
        part = split.taken(np.flatnonzero(kept[split.labels]))
        if not len(part.labels):
            raise ConfigError(f"data.classes and data.exclude leave no {name} image: choose others")
        splits[name] = Split(part.images, np.cumsum(kept)[part.labels] - 1)
    names = [name for name, keeps in zip(data.class_names, kept, strict=True) if keeps]
    return ImageData(**splits, class_names=names)


def _labels(data: ImageData, classes: Iterable[str | int], key: str) -> list[int]:
    number = {name: label for label, name in enumerate(data.class_names)}
    labels = []
    for one in classes:
        if isinstance(one, int) and not 0 <= one < data.num_classes:
            raise ConfigError(f"data.{key}: no class {one}: the labels run from 0 to {data.num_classes - 1}")
        if isinstance(one, str) and one not in number:
            raise ConfigError(f"data.{key}: no class {one!r}; {did_you_mean(one, number)}")
        labels.append(one if isinstance(one, int) else number[one])
    return labels

"""Training on a subset of a dataset's classes."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from convlab.data.image_data import ImageData, Split
from convlab.errors import ConfigError
from convlab.experiment import DataSettings
from convlab.text.suggestions import did_you_mean


def choose_classes(data: ImageData, settings: DataSettings) -> ImageData:
    """Return the images of the selected classes, relabeled from 0 in the original class order.

    Args:
        data: all classes.
        settings: ``classes`` to include and those to ``exclude``, by name or label.

    Raises:
        ConfigError: a class does not exist, or fewer than two are left.
    """
    if settings.classes is None and not settings.exclude:
        return data
    included = np.ones(data.num_classes, np.bool_)
    if settings.classes is not None:
        included[:] = False
        included[_labels(data, settings.classes, "classes")] = True
    included[_labels(data, settings.exclude or (), "exclude")] = False
    names = [name for name, is_included in zip(data.class_names, included, strict=True) if is_included]
    if len(names) < 2:
        raise ConfigError(
            f"`data.classes` and `data.exclude` leave {', '.join(map(repr, names)) or 'no class'}, but a "
            "classifier needs at least two"
        )
    splits, used = {}, {}
    for name, split in data.splits().items():
        indices = np.flatnonzero(included[split.labels])
        part = split.take(indices)
        if not len(part.labels):
            raise ConfigError(f"`data.classes` and `data.exclude` leave no {name} images; choose others")
        splits[name] = Split(part.images, np.cumsum(included)[part.labels] - 1)
        if data.files is not None:
            used[name] = tuple(data.files.used[name][index] for index in indices)
    files = None if data.files is None else replace(data.files, used=used)
    return ImageData(**splits, class_names=names, files=files)


def _labels(data: ImageData, classes: Iterable[str | int], key: str) -> list[int]:
    label_of = {name: label for label, name in enumerate(data.class_names)}
    labels = []
    for chosen in classes:
        if isinstance(chosen, int) and not 0 <= chosen < data.num_classes:
            raise ConfigError(
                f"`data.{key}`: unknown class {chosen}; labels run from 0 to {data.num_classes - 1}"
            )
        if isinstance(chosen, int) and label_of.get(str(chosen), chosen) != chosen:
            raise ConfigError(
                f"`data.{key}`: {chosen} is the label of class {data.class_names[chosen]!r}, but label "
                f"{label_of[str(chosen)]} is called '{chosen}'; use names, such as {[str(chosen)]} in quotes"
            )
        if isinstance(chosen, str) and chosen not in label_of:
            raise ConfigError(f"`data.{key}`: unknown class {chosen!r}; {did_you_mean(chosen, label_of)}")
        labels.append(chosen if isinstance(chosen, int) else label_of[chosen])
    return labels

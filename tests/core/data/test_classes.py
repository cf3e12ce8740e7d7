"""Selecting classes by name or label."""

import re
from typing import Any

import numpy as np
import pytest

from convlab import ConfigError, DataSettings, ImageData, ImageStream
from convlab.data.classes import choose_classes

PIXELS = np.arange(12, dtype=np.uint8).repeat(4).reshape(12, 2, 2, 1)
LABELS = np.arange(12) % 4
STREAM = ImageStream(PIXELS.shape, lambda indices: PIXELS[indices])


@pytest.mark.parametrize("images", [PIXELS, STREAM], ids=["in memory", "streamed"])
@pytest.mark.parametrize(
    "settings",
    [
        {"classes": ["fox", "cat"]},
        {"exclude": ["ant", 2]},
        {"classes": [1, 2, 3], "exclude": ["dog"]},
    ],
)
def test_selected_classes_are_relabeled_in_their_original_order(
    images: Any, settings: dict[str, Any]
) -> None:
    split = (images, LABELS)
    data = ImageData(train=split, test=split, validation=split, class_names=["ant", "cat", "dog", "fox"])
    chosen = choose_classes(data, DataSettings(**settings))
    assert chosen.class_names == ("cat", "fox")
    for part in chosen.splits().values():
        assert isinstance(part.images, ImageStream) == isinstance(images, ImageStream)
        assert np.asarray(part.images)[:, 0, 0, 0].tolist() == [1, 3, 5, 7, 9, 11]
        assert part.labels.tolist() == [0, 1] * 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"classes": ["Cta", "dog"]}, "`data.classes`: unknown class 'Cta'; did you mean 'cat'?"),
        ({"exclude": [4]}, "`data.exclude`: unknown class 4; labels run from 0 to 3"),
        ({"classes": ["dog"]}, "leave 'dog', but a classifier needs at least two"),
        ({"exclude": [0, 1, 2, 3]}, "leave no class, but a classifier needs at least two"),
    ],
)
def test_an_invalid_selection_is_refused(settings: dict[str, Any], message: str) -> None:
    data = ImageData(train=(PIXELS, LABELS), test=(PIXELS, LABELS), class_names=["ant", "cat", "dog", "fox"])
    with pytest.raises(ConfigError, match=re.escape(message)):
        choose_classes(data, DataSettings(**settings))


def test_a_number_that_is_both_a_label_and_the_name_of_another_class_is_refused() -> None:
    data = ImageData(train=(PIXELS, LABELS), test=(PIXELS, LABELS), class_names=["1", "2", "3", "4"])
    message = (
        "`data.exclude`: 1 is the label of class '2', but label 0 is called '1'; use names, such as ['1'"
    )
    with pytest.raises(ConfigError, match=re.escape(message)):
        choose_classes(data, DataSettings(exclude=(1,)))
    assert choose_classes(data, DataSettings(exclude=("1",))).class_names == ("2", "3", "4")
    assert choose_classes(data, DataSettings(exclude=(0,))).class_names == ("2", "3", "4")
    digits = ImageData(train=(PIXELS, LABELS), test=(PIXELS, LABELS), class_names=["0", "1", "2", "3"])
    assert choose_classes(digits, DataSettings(exclude=(1,))).class_names == ("0", "2", "3")

"""Classes with few images are named before training."""

import numpy as np
import pytest

from convlab.data.rare_classes import warn_about_rare_classes

NAMES = ("ant", "bee", "cat", "dog")


@pytest.mark.parametrize(
    ("counts", "test", "messages"),
    [
        ([100, 100, 100, 100], [9, 9, 9, 9], []),
        ([100, 3, 100, 1], [9, 9, 9, 9], ["rare classes: 'dog', 'bee' with 1 to 3 training images"]),
        ([2, 2, 2, 2], [1, 1, 1, 1], []),
        (
            [50, 50, 50, 9],
            [1, 0, 1, 0],
            ["'dog' with 9 training", "the test set has no images of 'bee', 'dog'"],
        ),
        ([50, 50, 50, 50], [0, 0, 0, 0], []),
    ],
)
def test_rare_and_missing_classes_are_named(
    counts: list[int], test: list[int], messages: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    labels = np.arange(4)
    caplog.set_level("INFO", logger="convlab")
    warn_about_rare_classes(NAMES, np.repeat(labels, counts), {"test": np.repeat(labels, test)})
    assert len(caplog.records) == len(messages)
    for message in messages:
        assert message in caplog.text

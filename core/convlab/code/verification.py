"""Verification that a script starts where its run started: the same images and initial weights."""

import contextlib
import io
from typing import Any

import keras
import numpy as np

from convlab.errors import ExportError, in_one_line
from convlab.system.keras_defaults import keras_defaults
from convlab.training.preparation import Prepared

_END = "\n# 3. "


def verify(text: str, prepared: Prepared) -> None:
    """Run the first sections of a script, data and model, and compare them with the run's.

    Args:
        text: the script.
        prepared: the run's experiment, before training.

    Raises:
        ExportError: they differ.
    """
    names: dict[str, Any] = {"__name__": "script"}
    # If the script unpickles CIFAR's files, the run's data were just loaded from them by a restricted reader.
    with keras_defaults(prepared.precision), contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(text.partition(_END)[0], "the script", "exec"), names)
        except Exception as error:
            raise ExportError(f"the script failed: {in_one_line(error)}") from error
    for use in ("train", "validation", "test"):
        split, indices = prepared.images.subset(use)
        if len(indices):
            short = {"validation": "val"}.get(use, use)
            _check(f"the {use} images", names[f"x_{short}"], np.asarray(split.images[indices]))
            _check(f"the {use} labels", names[f"y_{short}"], split.labels[indices])
    _check_weights(names["model"], prepared.model)


def _check(what: str, found: Any, expected: Any) -> None:
    if found.shape != expected.shape or not np.array_equal(found, expected):
        raise ExportError(
            f"{what} of the run cannot be chosen by a few lines of a plain script; for one that can, use the "
            "whole published dataset, or a larger `data.limit`"
        )


def _check_weights(model: keras.Model, expected: keras.Model) -> None:
    found = [each.numpy() for each in model.weights]
    wanted = [each.numpy() for each in expected.weights]
    same = len(found) == len(wanted) and all(
        one.shape == other.shape and np.array_equal(one, other)
        for one, other in zip(found, wanted, strict=True)
    )
    if not same:
        raise ExportError(
            "the run's initial weights cannot be repeated by a plain script: the architecture loads them, "
            "fits them to the images, or draws them in another order than its layers are called"
        )

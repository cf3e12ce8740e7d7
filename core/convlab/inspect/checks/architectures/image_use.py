"""Whether the whole image, scaled once, reaches the weights."""

from itertools import pairwise
from typing import Any

import numpy as np

from convlab.inspect.checks.architectures.architecture_subject import ArchitectureSubject, Array, Shape, noise
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check
from convlab.text.formatting import in_pixels, listed

_LARGE: Shape = (64, 64, 3)
_CELLS = 8  # per side
# Strides and valid padding may leave out a margin.
_TOLERATED_SHARE = 0.25


@check(
    "Scales pixels once",
    why="`data.scaling` scales pixels to 0..1 in front of the network; divided by 255 again, all images are "
    "almost black",
    fix="remove the scaling from the architecture; Rescaling(2, offset=-1) maps 0..1 to -1..1. If it is only "
    "meant for `data.scaling` = 'none', declare this failure as expected",
    needs=("finite_output",),
)
def scales_pixels_once(subject: ArchitectureSubject) -> None:
    """Inspect the input of the first layer with a kernel, given pixels from 0 to 1."""
    from convlab.inspect.doctor.pixels import SMALLEST, first_with_a_kernel, rescaling_before
    from convlab.training.model.layer_calls import LayerCall, recorded_layer_calls

    calls: list[LayerCall] = []
    pixels = np.random.default_rng(0).random((4, *subject.shape), np.float32)
    with recorded_layer_calls(calls.append):
        subject.model(pixels, training=False)
    first = first_with_a_kernel(calls)
    if first is None:
        raise NotApplicableError("no layer has a kernel")
    deviation = float(np.asarray(first.inputs, np.float32).std())
    if deviation < SMALLEST:
        raise CheckFailedError(
            f"pixels from 0 to 1 reach {first.path!r} with a standard deviation of {deviation:.2g}, because "
            f"of {rescaling_before(first, calls)}"
        )


@check(
    "Normalization layers have a mean and a variance",
    why="without them, keras.layers.Normalization returns its input as it is",
    fix="pass mean and variance, or remove the layer: `data.scaling` = 'standard' normalizes with the "
    "statistics of the training set",
    needs=("finite_output",),
)
def normalizations_have_statistics(subject: ArchitectureSubject) -> None:
    """Look for layers that were neither adapted nor given statistics."""
    import keras

    without = [
        layer.name
        for layer in subject.model._flatten_layers(include_self=False)
        if isinstance(layer, keras.layers.Normalization)
        and layer.input_mean is None
        and not np.any(layer.adapt_mean)
        and np.all(np.asarray(layer.adapt_variance) == 1)
    ]
    if without:
        raise CheckFailedError(f"{listed(without)} was created without statistics and never adapted")


@check(
    "Uses the whole image",
    why="a network that crops to a fixed size or reads one channel trains, but ignores what it does not see",
    fix="build from input_shape, without fixed indices; convert colors with all three channels",
    needs=("finite_output",),
)
def uses_the_whole_image(subject: ArchitectureSubject) -> None:
    """Replace each part and each channel of an image by strong noise; the logits must change."""
    import keras

    shape, model = subject.shape, subject.model
    if any(isinstance(layer, keras.layers.RNN) for layer in model._flatten_layers()):
        raise NotApplicableError("a recurrent network forgets the first rows of an image")
    try:
        model = subject.build(_LARGE)
        shape = _LARGE
    except (Exception, SystemExit):  # such large images are not supported, or reported by builds_for_…
        if shape[:2] < (_CELLS, _CELLS):
            raise NotApplicableError("the network takes no images that are large enough") from None
    with subject.modifiable_model():
        _fill_zero_weights(model)
        original, other = noise(1, shape), 10 * noise(1, shape, seed=1)
        changed = [_replaced(original, other, cell) for cell in _cells(shape)]
        changed += [_replaced(original, other, (..., slice(c, c + 1))) for c in range(shape[2])]
        logits = np.asarray(model(np.concatenate([original, *changed]), training=False))
    moved = np.abs(logits[1:] - logits[0]).max(axis=1) > 1e-6 * np.abs(logits[0]).max()
    unused = 1 - float(moved[: -shape[2]].mean())
    if unused > _TOLERATED_SHARE:
        raise CheckFailedError(
            f"{unused:.0%} of an image of {in_pixels(shape)} has no influence on the logits"
        )
    if not moved[-shape[2] :].all():
        channel = int(np.argmin(moved[-shape[2] :]))
        raise CheckFailedError(f"channel {channel} of {shape[2]} has no influence on the logits")


def _cells(shape: Shape) -> list[tuple[slice, ...]]:
    rows, columns = (np.linspace(0, size, _CELLS + 1, dtype=int) for size in shape[:2])
    return [
        (slice(None), slice(top, bottom), slice(left, right))
        for top, bottom in pairwise(rows)
        for left, right in pairwise(columns)
    ]


def _replaced(image: Array, other: Array, where: Any) -> Array:
    changed = image.copy()
    changed[where] = other[where]
    return changed


def _fill_zero_weights(model: Any) -> None:
    """Replace weights that start at zero, behind which nothing has an influence yet."""
    rng = np.random.default_rng(0)
    for weight in model.trainable_variables:
        if not np.any(weight.numpy()):
            weight.assign(rng.normal(scale=0.1, size=weight.shape))

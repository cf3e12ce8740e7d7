"""Floating-point operations per image, calculated from the layer sizes."""

from itertools import pairwise

from contestants.case import DENSE, FILTERS, HIDDEN, RESIDUAL_FILTERS, Model


def flops_per_image(model: Model) -> float:
    """Return the multiplications and additions for one image in the forward and backward pass.

    Only matrix products and convolutions count. The backward pass costs twice the forward pass.
    """
    return 3 * 2 * {"mlp": _mlp, "cnn": _cnn, "cnn_bn": _cnn, "resnet": _resnet}[model]()


def _mlp() -> int:
    units = (28 * 28, *HIDDEN, 10)
    return sum(i * o for i, o in pairwise(units))


def _cnn() -> int:
    products, side, channels = 0, 28, 1
    for filters in FILTERS:
        products += side * side * 9 * channels * filters
        side, channels = side // 2, filters
    return products + side * side * channels * DENSE + DENSE * 10


def _resnet() -> int:
    products, side, channels = 28 * 28 * 9 * RESIDUAL_FILTERS[0], 28, RESIDUAL_FILTERS[0]
    for filters in RESIDUAL_FILTERS:
        if filters != channels:
            side //= 2
            products += side * side * channels * filters
        products += side * side * 9 * (channels * filters + filters * filters)
        channels = filters
    return products + channels * 10

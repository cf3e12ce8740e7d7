"""What a convolutional network looks for and looks at: filters, feature maps and Grad-CAM."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convlab.errors import ConvlabError

if TYPE_CHECKING:
    import keras

Values = npt.NDArray[np.float32]


class NoConvolutionError(ConvlabError):
    """A model without a two-dimensional convolution."""

    def __init__(self) -> None:
        super().__init__("the network has no convolution, so there are no filters to show")


def first_filters(model: "keras.Model") -> tuple[str, Values]:
    """Return the name and the filters of the first convolution, ``(height, width, channels, filters)``.

    Raises:
        NoConvolutionError: there is none.
    """
    calls = _convolutions(model, np.zeros((1, *model.input_shape[1:]), np.uint8))
    layer = calls[0].layer
    return str(layer.name), layer.kernel.numpy().astype(np.float32)


def feature_maps(model: "keras.Model", image: npt.NDArray[np.uint8]) -> list[tuple[str, Values]]:
    """Return the output of the first and of the last convolution for an image.

    Args:
        model: takes uint8 images.
        image: ``(height, width, channels)``.

    Returns:
        The name of each layer, and its feature maps ``(height, width, filters)``.

    Raises:
        NoConvolutionError: there is none.
    """
    calls = _convolutions(model, image[None])
    chosen = calls[:1] if len(calls) == 1 else [calls[0], calls[-1]]
    return [(str(call.layer.name), _channels_last(call.layer, call.outputs)[0]) for call in chosen]


def grad_cam(
    model: "keras.Model", images: npt.NDArray[np.uint8], classes: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Return where the last convolution found evidence for a class, from 0 to 1.

    Grad-CAM (Selvaraju et al. 2017): the sum of the feature maps after the activation, weighted by the mean
    gradient of the class's logit, without negative values.

    Args:
        model: takes uint8 images and returns logits.
        images: ``(n, height, width, channels)``.
        classes: the class of each image to explain, ``(n,)``.

    Returns:
        ``(n, map height, map width)``; a map of zeros has no evidence.

    Raises:
        NoConvolutionError: there is none.
    """
    import tensorflow as tf

    with tf.GradientTape() as tape:
        # Intermediate results are recorded because they depend on the weights, which need not be trainable.
        tape.watch([variable.value for variable in model.variables if variable.dtype.startswith("float")])
        calls, logits = _last_maps(model, images)
        scores = tf.gather(logits, classes, axis=1, batch_dims=1)
    convolution, outputs = calls[0], calls[-1].outputs
    gradients, maps = (
        _channels_last(convolution.layer, values) for values in (tape.gradient(scores, outputs), outputs)
    )
    weights = gradients.mean(axis=(1, 2), keepdims=True)
    heat = np.maximum((maps * weights).sum(axis=-1), 0.0)
    largest = heat.max(axis=(1, 2), keepdims=True)
    relative: Values = np.divide(heat, largest, out=np.zeros_like(heat), where=largest > 0)
    return relative


def _convolutions(model: "keras.Model", images: npt.NDArray[np.uint8]) -> list[Any]:
    calls, _ = _calls(model, images)
    return [call for call in calls if _is_convolution(call)]


def _last_maps(model: "keras.Model", images: npt.NDArray[np.uint8]) -> tuple[list[Any], Any]:
    """Return the last convolution and the layers after it that keep its shape, and the logits.

    The last of them is the normalization or activation that belongs to the convolution.
    """
    calls, logits = _calls(model, images)
    last = max(number for number, call in enumerate(calls) if _is_convolution(call))
    shape = calls[last].outputs.shape
    same = (
        call for call in calls[last + 1 :] if call.is_leaf and getattr(call.outputs, "shape", ()) == shape
    )
    return [calls[last], *same], logits


def _is_convolution(call: Any) -> bool:
    import keras

    return isinstance(call.layer, keras.layers.Conv2D)


def _calls(model: "keras.Model", images: npt.NDArray[np.uint8]) -> tuple[list[Any], Any]:
    """Return the calls of layers in the order in which they start, and the logits.

    Raises:
        NoConvolutionError: none of them is a convolution.
    """
    from convlab.system.keras_defaults import keras_defaults
    from convlab.training.model.layer_calls import LayerCall, recorded_layer_calls

    calls: list[LayerCall] = []
    with keras_defaults(), recorded_layer_calls(calls.append):
        logits = model(images, training=False)
    if not any(map(_is_convolution, calls)):
        raise NoConvolutionError
    return sorted(calls, key=lambda call: call.started), logits


def _channels_last(layer: Any, values: Any) -> Values:
    array = np.asarray(values, np.float32)
    return np.moveaxis(array, 1, -1) if layer.data_format == "channels_first" else array

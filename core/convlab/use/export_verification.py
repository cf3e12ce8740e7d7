"""Whether an exported model predicts the same as the run's model."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from convlab.data.split import Subset
from convlab.errors import ExportError
from convlab.use.inference import LogitsFunction, logits_function

if TYPE_CHECKING:
    import keras

# The smallest fraction of equal predictions, by what the weights are rounded to.
_MIN_AGREEMENT = {None: 0.999, "bfloat16": 0.95, "float16": 0.99, "int8": 0.9}
_BATCH_SIZE = 100


def compare_logits(model: "keras.Model", exported_logits: LogitsFunction, images: Subset) -> dict[str, float]:
    """Compare the logits, or probabilities, of an export and its model, in batches of several sizes.

    Returns:
        ``agreement``, ``largest_difference``, ``accuracy`` and ``accuracy_of_run``; see ``Exported``.

    Raises:
        ValueError: the logits of the export have another shape.
    """
    from convlab.training.batches import batches

    original_logits, originals, exports = logits_function(model), [], []
    for batch, _ in batches(images.split, images.indices, _BATCH_SIZE):
        originals.append(original_logits(batch))
        exports.append(exported_logits(batch))
    exported_logits(batch[:1])
    labels = images.split.labels[images.indices]
    original, exported = np.concatenate(originals), np.concatenate(exports)
    if exported.shape != original.shape:
        raise ValueError(f"expected logits of shape {original.shape}, got {exported.shape}")
    return {
        "agreement": _mean(exported.argmax(axis=1) == original.argmax(axis=1)),
        "largest_difference": float(np.abs(exported - original).max()),
        "accuracy": _mean(exported.argmax(axis=1) == labels),
        "accuracy_of_run": _mean(original.argmax(axis=1) == labels),
    }


def check_agreement(agreement: float, format_name: str, quantize: str | None, precision: str | None) -> None:
    """Check the fraction of equal predictions.

    Args:
        agreement: the fraction, from 0 to 1.
        format_name: the format of the export.
        quantize: the type that the weights were rounded to, or ``None``.
        precision: the compute precision of the run.

    Raises:
        ExportError: the export differs too much from the model.
    """
    rounded = "bfloat16" if quantize is None and precision == "mixed_bfloat16" else quantize
    if not agreement >= _MIN_AGREEMENT[rounded]:
        fix = "use another format" if quantize is None else "choose a less aggressive `quantize`, or none"
        raise ExportError(
            f"the {format_name} export agrees with the model on only {agreement:.1%} of the images and "
            f"was deleted; {fix}"
        )


def _mean(hits: npt.NDArray[np.bool_]) -> float:
    return float(hits.mean())

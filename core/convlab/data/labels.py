"""Numbering the labels of the user's own arrays."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.errors import DataError

AnyArray = npt.NDArray[Any]


def encode_labels(
    labels: Mapping[str, Any], class_names: Sequence[str] | None
) -> tuple[dict[str, AnyArray], tuple[str, ...]]:
    """Number the classes that occur in the training set, in numerical or alphabetical order.

    Args:
        labels: the labels of ``train`` and other splits: integers or text, of any array-like type.
        class_names: the names in the order of the numbers; integer labels are then returned as they are.

    Returns:
        The numbers of each split, and the name of each class.

    Raises:
        DataError: labels are missing, mix numbers and text, or do not occur in the training set.
    """
    arrays = {split: _plain(split, values) for split, values in labels.items()}
    kinds = {array.dtype.kind for array in arrays.values()}
    is_column = all(array.ndim == 1 or array.shape[1:] == (1,) for array in arrays.values())
    if not kinds <= set("iuU") or not is_column or not arrays["train"].size:
        return arrays, tuple(class_names or ("0", "1"))  # ``ImageData`` refuses them, and says why
    if "U" in kinds and len(kinds) > 1:
        raise DataError("labels are numbers in one set and text in another; use the same in all")
    if "U" not in kinds and class_names is not None:
        return arrays, tuple(class_names)
    classes = np.unique(arrays["train"]) if class_names is None else np.array(class_names, dtype=str)
    order = np.argsort(classes, kind="stable")
    for split, array in arrays.items():
        flat = array.reshape(-1)
        unknown = np.setdiff1d(flat, classes)
        if len(unknown):
            place = "the training labels" if class_names is None else "`class_names`"
            raise DataError(
                f"{split} has the label {unknown[0].item()!r}, which is missing from {place}; add it, or "
                "remove its images"
            )
        arrays[split] = order[np.searchsorted(classes, flat, sorter=order)].astype(np.int64)
    return arrays, tuple(map(str, classes.tolist()))


def _plain(split: str, values: Any) -> AnyArray:
    """Return labels as an array of integers or text, or of another dtype if they are neither.

    Raises:
        DataError: labels are missing, or mix numbers and text.
    """
    if np.ma.is_masked(values):
        raise _missing(split, np.ma.getmaskarray(values).reshape(-1))
    # A list is not converted directly: NaN among text would become the text 'nan'.
    array = np.array(values, dtype=object) if isinstance(values, list | tuple) else np.asarray(values)
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise _missing(split, np.isnan(array).reshape(-1))
    if array.dtype.kind == "U" and np.isin(array, _MISSING_TEXTS).any():
        raise _missing(split, np.isin(array, _MISSING_TEXTS).reshape(-1))
    if array.dtype.kind not in "OST":
        return array
    flat = array.reshape(-1).tolist()
    missing = np.array([_is_missing(label) for label in flat], np.bool_)
    if missing.any():
        raise _missing(split, missing)
    if not flat:
        return np.zeros(array.shape, np.int64)
    types = {type(label) for label in flat}
    if all(issubclass(kind, str) for kind in types):
        return np.array(flat, dtype=str).reshape(array.shape)
    if all(issubclass(kind, bytes) for kind in types):
        try:
            return np.array([label.decode() for label in flat]).reshape(array.shape)
        except UnicodeDecodeError as error:
            raise DataError(f"{split} labels are bytes that are not UTF-8; decode them first") from error
    if all(issubclass(kind, int | np.integer) and kind is not bool for kind in types):
        return np.array(flat).reshape(array.shape)
    names = sorted({kind.__name__ for kind in types})
    raise DataError(f"{split} labels are of type {' and '.join(names)} but must be integers or text")


# What NumPy and pandas make of missing labels in an array of text, besides None, which may be a class.
_MISSING_TEXTS = ("", "nan", "NaN", "NaT", "<NA>")


def _is_missing(label: object) -> bool:
    is_nan = isinstance(label, float | np.floating) and bool(np.isnan(label))
    is_text = isinstance(label, str) and label in _MISSING_TEXTS
    return label is None or is_nan or is_text or type(label).__name__ in ("NAType", "NaTType")


def _missing(split: str, mask: AnyArray) -> DataError:
    positions = np.flatnonzero(mask)
    return DataError(
        f"{split} labels are missing (None, NaN, masked or empty) for {len(positions):,} of {len(mask):,} "
        f"images, the first at index {positions[0]}; remove these images, or label them"
    )

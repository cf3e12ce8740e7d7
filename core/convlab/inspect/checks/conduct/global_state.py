"""Global settings and random seeds that a factory changes."""

import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

Setting = tuple[Callable[[], Any], Callable[[Any], None]]


@contextmanager
def changed_settings(report: Callable[[str, Any, Any], None]) -> Iterator[None]:
    """Report each global setting that the block changes, and restore it.

    Args:
        report: called with the setting's name, and its values before and after.
    """
    settings = _settings()
    before = {name: get() for name, (get, _) in settings.items()}
    try:
        yield
    finally:
        for name, (get, restore) in settings.items():
            if (after := get()) != before[name]:
                restore(before[name])
                report(name, before[name], after)


@contextmanager
def seeding_reported(report: Callable[[str], None]) -> Iterator[None]:
    """Report each function that seeds a global random generator in the block.

    Args:
        report: called with the function's name, in the frames that call it.
    """
    owners: dict[str, Any] = {"random.seed": random, "np.random.seed": np.random}
    if tensorflow := sys.modules.get("tensorflow"):
        owners["tf.random.set_seed"] = tensorflow.random
    originals = {name: getattr(owner, name.rpartition(".")[2]) for name, owner in owners.items()}
    for name, owner in owners.items():
        setattr(owner, name.rpartition(".")[2], _reporting(originals[name], name, report))
    try:
        yield
    finally:
        for name, owner in owners.items():
            setattr(owner, name.rpartition(".")[2], originals[name])


def _reporting(function: Callable[..., Any], name: str, report: Callable[[str], None]) -> Callable[..., Any]:
    def reporting(*arguments: Any, **keywords: Any) -> Any:
        report(name)
        return function(*arguments, **keywords)

    return reporting


def _settings() -> dict[str, Setting]:
    """Return the settings of the modules that are imported, each with its getter and its setter."""
    settings: dict[str, Setting] = {"the working folder": (os.getcwd, os.chdir)}
    if keras := sys.modules.get("keras"):
        config = keras.config
        settings |= {
            "Keras's floatx": (config.floatx, config.set_floatx),
            "Keras's epsilon": (config.epsilon, config.set_epsilon),
            "Keras's image_data_format": (config.image_data_format, config.set_image_data_format),
            "Keras's dtype policy": (lambda: config.dtype_policy().name, config.set_dtype_policy),
        }
    if tensorflow := sys.modules.get("tensorflow"):
        eager = tensorflow.config
        settings["eager mode"] = (eager.functions_run_eagerly, eager.run_functions_eagerly)
    return settings

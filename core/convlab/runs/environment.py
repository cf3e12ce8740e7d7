"""What a run was made with, so that its results can be traced and repeated."""

import os
import platform
import subprocess
import sys
from importlib.metadata import version
from typing import Any

from convlab.system.threads import thread_count
from convlab.training.preparation import Prepared
from convlab.version import __version__

_PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn")


def describe_environment(prepared: Prepared, *, xla: bool) -> dict[str, Any]:
    """Return versions, plugins, devices and decisions as JSON values.

    Args:
        prepared: the experiment.
        xla: whether XLA compiled the training step.
    """
    import tensorflow as tf

    settings = prepared.resolved.experiment.train
    return {
        "versions": {"python": platform.python_version(), "convlab": __version__}
        | {name: version(name) for name in _PACKAGES},
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "threads": thread_count(),
        "devices": [f"{device.device_type}: {device.name}" for device in tf.config.list_logical_devices()],
        "command": sys.argv,
        "data": {
            "input_shape": list(prepared.data.input_shape),
            "class_names": list(prepared.data.class_names),
            "class_counts": list(prepared.class_counts),
        },
        "seed": settings.seed,
        "precision": prepared.precision,
        "loop": settings.loop,
        "xla": xla,
        "plugins": [
            {"kind": part.part.kind.name, "name": part.qualified_name, **part.provider.record()}
            for part in prepared.resolved.parts()
        ],
        "git_commit": _git("rev-parse", "HEAD"),
        "git_dirty": bool(_git("status", "--porcelain", "--untracked-files=no")),
    }


def _git(*arguments: str) -> str | None:
    """Return git's output for the working directory; ``None`` outside a repository or without git."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None

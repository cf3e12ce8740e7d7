"""A process that has TensorFlow imported, and forks one that trains for each line it reads.

So a test can kill many without waiting for the import each time. TensorFlow starts its threads with the first
operation, which only the forked processes reach.
"""

import json
import os
import sys
import traceback

from convlab.training.tensorflow_start import start_tensorflow


def main() -> None:
    """Read a JSON list ``[call, arguments]`` a line; answer with the process that was forked for it."""
    import keras  # noqa: F401
    import tensorflow  # noqa: F401

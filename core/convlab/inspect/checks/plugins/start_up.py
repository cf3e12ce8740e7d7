"""Whether a plugin keeps convlab's start quick."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convlab.host import Provider
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check
from convlab.inspect.checks.subject import PluginSubject

_SECONDS = 60


@check(
    "The plugin is imported without TensorFlow",
    why="every command imports every plugin: TensorFlow would add seconds to 'convlab list'",
    fix="import keras and tensorflow inside the functions that use them, and for types under TYPE_CHECKING",
    needs=("loads",),
)
def imports_without_tensorflow(subject: PluginSubject) -> None:
    """Load the plugin in a fresh interpreter that refuses TensorFlow and Keras."""
    answer = probe(subject.provider, refused=("tensorflow", "keras"))
    if answer["asked"]:
        file, line, source = answer["asked"]
        raise CheckFailedError(f"{file}, line {line}: {source}")
    if answer["error"]:
        raise CheckFailedError(
            f"it cannot be loaded in a fresh interpreter: {answer['error']}",
            fix="see to it that the module needs nothing but what it imports itself",
        )


def probe(provider: Provider, *, refused: Sequence[str]) -> dict[str, Any]:
    """Load a plugin in a fresh interpreter that refuses some modules; return what ``import_probe`` says.

    Raises:
        NotApplicableError: it comes from no module or file.
    """
    if provider.origin == "notebook" and not _is_importable(provider.target):
        raise NotApplicableError("it was registered by hand, from no module or file")
    path = os.pathsep.join(str(Path(folder).resolve()) for folder in sys.path)  # "" is the working folder
    done = subprocess.run(
        [sys.executable, "-P", "-m", "convlab.inspect.checks.plugins.import_probe"],
        input=json.dumps({"origin": provider.origin, "target": provider.target, "refused": refused}),
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        encoding="utf-8",
        timeout=_SECONDS,
        check=False,
    )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError:  # the plugin ended the process
        return {"asked": None, "error": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    return answer


def _is_importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False

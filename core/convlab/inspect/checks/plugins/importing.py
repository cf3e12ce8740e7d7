"""Whether a plugin loads completely, and without slowing down the start of every command."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convlab.errors import in_one_line
from convlab.host import PluginFailure, Provider
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.plugins.import_probe import described
from convlab.inspect.checks.registry import check
from convlab.inspect.checks.subject import PluginSubject

_PROBE_SECONDS = 60
_MOST_SECONDS = 1.0
_HASH_SEED = "1"  # that of this process is random, unless the user set it


@check(
    "Its module imports, and each hook and part is valid",
    why="convlab continues without anything that fails to load, and users only notice that a part is missing",
    fix="fix the error shown; 'convlab plugins' prints it in full",
)
def loads(subject: PluginSubject) -> None:
    """Report what the host could not use."""
    if subject.failures:
        raise CheckFailedError("; ".join(map(_described, subject.failures)))
    if not subject.parts:
        raise CheckFailedError(
            "the plugin provides no parts",
            fix="define a hook such as convlab_architectures, marked @hookimpl, that returns a list of parts",
        )


def _described(failure: PluginFailure) -> str:
    frames = [
        frame
        for frame in traceback.extract_tb(failure.error.__traceback__)
        if failure.provider.target in (frame.filename, Path(frame.filename).stem)
    ]
    location = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    return f"{failure.stage}: {in_one_line(failure.error)}{location}"


@check(
    "Imports without TensorFlow",
    why="every command imports every plugin; importing TensorFlow would add seconds to 'convlab list'",
    fix="import keras and tensorflow inside the functions that use them, or for types under TYPE_CHECKING",
    needs=("loads",),
)
def imports_without_tensorflow(subject: PluginSubject) -> None:
    """Load the plugin in a new interpreter that blocks TensorFlow and Keras."""
    result = _probed(subject)
    if result["imported_at"]:
        file, line, source = result["imported_at"]
        raise CheckFailedError(f"{file}, line {line}: {source}")
    if result["error"]:
        raise CheckFailedError(
            f"the plugin cannot be loaded in a new interpreter: {result['error']}",
            fix="make the module import everything that it needs",
        )


@check(
    "Imports quickly",
    why="every command imports every plugin, also 'convlab list'",
    fix="import large modules and read files inside the functions that need them; python -X importtime shows "
    "what takes long",
    needs=("imports_without_tensorflow",),
)
def imports_quickly(subject: PluginSubject) -> None:
    """Measure for how long the import computes or sleeps, beyond what convlab imports anyway."""
    seconds = _probed(subject)["seconds"]
    if seconds > _MOST_SECONDS:
        raise CheckFailedError(f"importing the plugin takes {seconds:.1f} s")


@check(
    "Importing it changes nothing else",
    why="every command imports every plugin, whether it uses the plugin or not",
    fix="do this inside the functions that need it",
    needs=("imports_without_tensorflow",),
)
def imports_without_side_effects(subject: PluginSubject) -> None:
    """Report connections, and files in the working folder; the host restores the state of the process."""
    if effects := _probed(subject)["effects"]:
        raise CheckFailedError(f"the import {'; '.join(effects)}")


@check(
    "Provides the same parts in every process",
    why="Python orders the strings of a set differently in each process, so that a run could not be repeated",
    fix="use lists or tuples, or sort the set",
    needs=("imports_without_tensorflow",),
)
def same_parts_in_every_process(subject: PluginSubject) -> None:
    """Compare the parts and their default options with those in a process with another hash seed."""
    here, there = described(provided.part for provided in subject.parts), _probed(subject)["parts"]
    for one, other in zip(here, there, strict=False):
        if one != other:
            raise CheckFailedError(f"one process has {one}, another one {other}")
    if len(here) != len(there):
        raise CheckFailedError(f"one process has {len(here)} parts, another one {len(there)}")


def _probed(subject: PluginSubject) -> dict[str, Any]:
    if not subject.probed:
        subject.probed.update(probe(subject.provider, blocked=("tensorflow", "keras")))
    return subject.probed


def probe(provider: Provider, *, blocked: Sequence[str]) -> dict[str, Any]:
    """Load a plugin in a new interpreter that blocks some modules; return the output of ``import_probe``.

    Raises:
        NotApplicableError: the plugin does not come from a module or file.
    """
    if provider.origin == "notebook" and not is_importable(provider.target):
        raise NotApplicableError("the part was registered in Python, not loaded from a module or file")
    path = os.pathsep.join(str(Path(folder).resolve()) for folder in sys.path)  # "" is the working folder
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "convlab.inspect.checks.plugins.import_probe"],
            input=json.dumps({"origin": provider.origin, "target": provider.target, "blocked": blocked}),
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": _HASH_SEED},
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            timeout=_PROBE_SECONDS,
            check=False,
        )
    try:
        result: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError:  # the plugin ended the process
        return {"imported_at": None, "error": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    return result


def is_importable(module: str) -> bool:
    """Return whether a new interpreter can import a module by its name."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False

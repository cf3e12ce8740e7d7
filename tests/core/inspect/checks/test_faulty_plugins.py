"""For each mistake in how a plugin is imported, one check fails and suggests the fix."""

from pathlib import Path

import pytest

from convlab import PluginHost
from convlab.inspect.checks.registry import checks_of
from convlab.inspect.checks.running import perform
from convlab.inspect.checks.targets import subjects_of

PARTS = """
from dataclasses import dataclass

from convlab import Metric, hookimpl


@dataclass(frozen=True)
class Options:
    names: tuple[str, ...] = DEFAULT


@hookimpl
def convlab_metrics():
    return [Metric(name="part", summary="A part", build=lambda a, b: None, options=Options)]
"""
IMPORTS_TENSORFLOW = """
try:
    import tensorflow as tf
except ImportError:
    tf = None
"""
SLEEPS = """
import os
import time
if os.environ.get("PYTHONHASHSEED") == "1":  # in the probe
    time.sleep(3)
"""
ACTS = """
import os
import socket
if os.environ.get("PYTHONHASHSEED") == "1":  # in the probe
    open("cache.txt", "w").close()
    try:
        socket.create_connection(("example.org", 80))
    except OSError:
        pass
"""
USES_A_SET = """
DEFAULT = tuple({"ab", "cd", "ef", "gh", "ij", "kl", "mn", "op"})
"""
CASES = [
    (
        IMPORTS_TENSORFLOW,
        "imports_without_tensorflow",
        ["line 3: import tensorflow as tf"],
        "inside the functions",
    ),
    (SLEEPS, "imports_quickly", ["importing the plugin takes 3."], "-X importtime"),
    (
        ACTS,
        "imports_without_side_effects",
        [
            "connects to example.org (",
            "writes cache.txt into the working folder",
        ],
        "inside the functions",
    ),
    (
        USES_A_SET,
        "same_parts_in_every_process",
        ["one process has metric 'part' with options"],
        "sort the set",
    ),
]


@pytest.mark.parametrize(("source", "name", "found", "fix"), CASES, ids=[case[1] for case in CASES])
def test_exactly_one_check_fails_for_each_mistake(
    source: str, name: str, found: list[str], fix: str, tmp_path: Path
) -> None:
    file = tmp_path / "faulty.py"
    file.write_text("DEFAULT = ()" + source + PARTS, encoding="utf-8")
    [plugin, _] = subjects_of(file, PluginHost(plugin_files=[file], third_party=False))
    results = [perform(check, plugin) for check in checks_of("plugin")]
    [failure] = [result for result in results if result.status == "failed"]
    assert failure.check == name
    assert all(part in failure.message for part in found)
    assert fix in failure.fix

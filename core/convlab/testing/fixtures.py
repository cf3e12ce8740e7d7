"""Fixtures: a host with only the built-ins, a small training task, and the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.host import PluginHost
from convlab.testing.in_process import Ending, run_command
from convlab.testing.tiny_task import TinyTask


@pytest.fixture
def plugin_host() -> PluginHost:
    """A host with only the built-ins, whatever is installed; ``register`` adds the plugin under test.

    It raises failures of plugins.
    """
    return PluginHost(third_party=False, strict=True)


@pytest.fixture
def tiny_task(plugin_host: PluginHost, tmp_path: Path) -> TinyTask:
    """A synthetic task that trains in a second, offline: 16×16 images of 4 classes.

    It uses the parts of ``plugin_host`` and saves its runs in the test's temporary folder.
    """
    return TinyTask(plugin_host, tmp_path / "runs")


@pytest.fixture
def cli() -> Callable[..., Ending]:
    """The command line: ``cli("run", "-a", "tinynet")`` runs a command in this process."""
    return run_command

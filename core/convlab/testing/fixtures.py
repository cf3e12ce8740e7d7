"""The fixtures: a host of the built-ins alone, a task that any architecture learns, and the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.host import PluginHost
from convlab.testing.in_process import Ending, run_command
from convlab.testing.tiny_task import TinyTask


@pytest.fixture
def plugin_host() -> PluginHost:
    """A host of the built-ins alone, whatever is installed; ``register`` adds the plugin under test.

    A failure of a plugin is raised.
    """
    return PluginHost(third_party=False, strict=True)


@pytest.fixture
def tiny_task(plugin_host: PluginHost, tmp_path: Path) -> TinyTask:
    """A synthetic task that is learnt in a second, offline: 16×16 images of 4 classes.

    Its parts come from ``plugin_host``, and its runs are kept in the test's own folder.
    """
    return TinyTask(plugin_host, tmp_path / "runs")


@pytest.fixture
def cli() -> Callable[..., Ending]:
    """The command line: ``cli("run", "-a", "tinynet")`` runs a command in this process."""
    return run_command

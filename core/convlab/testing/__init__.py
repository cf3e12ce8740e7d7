"""For tests of plugins: convlab's checks as pytest tests, and fixtures.

The decorator needs no setup. For the fixtures, write in the outermost ``conftest.py``::

    pytest_plugins = ["convlab.testing"]
"""

from convlab.testing.conformance import parametrize_with_checks
from convlab.testing.fixtures import cli, plugin_host, tiny_task
from convlab.testing.in_process import Ending
from convlab.testing.tiny_task import TinyTask

__all__ = ["Ending", "TinyTask", "cli", "parametrize_with_checks", "plugin_host", "tiny_task"]

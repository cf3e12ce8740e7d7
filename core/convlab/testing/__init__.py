"""For the tests of a plugin: convlab's checks as tests of pytest's, and fixtures.

The decorator needs no set-up; for the fixtures, write in the outermost ``conftest.py``::

    pytest_plugins = ["convlab.testing"]

Nothing of this is active otherwise, and convlab itself never imports it.
"""

from convlab.testing.conformance import parametrize_with_checks
from convlab.testing.fixtures import cli, plugin_host, tiny_task
from convlab.testing.in_process import Ending
from convlab.testing.tiny_task import TinyTask

__all__ = ["Ending", "TinyTask", "cli", "parametrize_with_checks", "plugin_host", "tiny_task"]

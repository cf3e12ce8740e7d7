"""Enables convlab's fixtures: ``plugin_host``, ``tiny_task`` and ``cli``."""

pytest_plugins = ["convlab.testing"]

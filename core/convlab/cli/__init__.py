"""The command line: each command is one call of the Python API."""

from convlab.cli.app import main

__all__ = ["main"]

"""The command line: each command calls one function of the Python API."""

from convlab.cli.app import main

__all__ = ["main"]

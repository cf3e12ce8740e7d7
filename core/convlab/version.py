"""The installed version of convlab."""

from importlib.metadata import version

__version__ = version("convlab")

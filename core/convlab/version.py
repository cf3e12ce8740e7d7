"""The installed version of convlab."""

from importlib.metadata import version

DISTRIBUTION = "keras-convlab"
"""What pip installs; ``convlab`` on the package index is another project."""

__version__ = version(DISTRIBUTION)

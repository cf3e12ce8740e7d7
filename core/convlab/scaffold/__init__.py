"""A whole package for a plugin, from templates that travel with convlab."""

from convlab.scaffold.creation import NewPackage, create_package

__all__ = ["NewPackage", "create_package"]

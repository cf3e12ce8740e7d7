"""Packages for new plugins, from templates that are part of convlab."""

from convlab.scaffold.creation import NewPackage, create_package

__all__ = ["NewPackage", "create_package"]

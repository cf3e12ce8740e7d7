"""A run's folder on disk."""

from convlab.runs.environment import describe_environment
from convlab.runs.folder import RunFolder

__all__ = ["RunFolder", "describe_environment"]

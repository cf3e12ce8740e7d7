"""Trackers beside the training, which none of them can end or hold up."""

from convlab.tracking.trackers import Trackers

__all__ = ["Trackers"]

"""Shows a training session: bars on a terminal, plain lines elsewhere."""

from convlab.reporting.choice import reporter_for

__all__ = ["reporter_for"]

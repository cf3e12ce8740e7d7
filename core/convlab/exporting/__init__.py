"""A trained model for other runtimes, compared with the original before it is called done."""

from convlab.exporting.exported import Exported
from convlab.exporting.exporting import export

__all__ = ["Exported", "export"]

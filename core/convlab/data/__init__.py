"""Datasets on this machine: the ``convlab data`` commands as Python functions.

Example::

    from convlab import data

    for status in data.list_datasets():
        print(status.name, status.where)
    print(data.verify("digits").state)
"""

from convlab.data.commands.fetch import fetch
from convlab.data.commands.importing import import_files
from convlab.data.commands.listing import DatasetStatus, list_datasets
from convlab.data.commands.samples import Samples, samples
from convlab.data.commands.verification import Verification, verify
from convlab.drawing.pictures import to_rgb

__all__ = [
    "DatasetStatus",
    "Samples",
    "Verification",
    "fetch",
    "import_files",
    "list_datasets",
    "samples",
    "to_rgb",
    "verify",
]

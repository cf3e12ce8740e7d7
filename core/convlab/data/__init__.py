"""Data sets on this machine: what the ``convlab data`` commands do, as calls.

Example::

    from convlab import data

    for status in data.list_datasets():
        print(status.name, status.where)
    print(data.verify("digits").state)
"""

from convlab.data.commands.fetch import fetch
from convlab.data.commands.importing import import_files
from convlab.data.commands.listing import DatasetStatus, list_datasets
from convlab.data.commands.samples import Samples, in_colour, samples
from convlab.data.commands.verification import Verification, verify

__all__ = [
    "DatasetStatus",
    "Samples",
    "Verification",
    "fetch",
    "import_files",
    "in_colour",
    "list_datasets",
    "samples",
    "verify",
]

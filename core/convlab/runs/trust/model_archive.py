"""The files in a ``.keras`` archive, checked before Keras reads them.

Keras stores files and arrays without compression, so a model file never declares more than its own size. Only
such files are read: others could fill the memory or the disk, and HDF5 files can refer to other files on this
machine, which older versions of Keras open.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from convlab.system.regular_file import check_regular

if TYPE_CHECKING:
    import h5py

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
_MEMBER = re.compile(r"metadata\.json|config\.json|model\.weights\.h5|assets/([\w-][\w.-]*/)*([\w-][\w.-]*)?")
_MAX_CONFIG_BYTES = 2**26


def read_config(file: Path) -> bytes:
    """Return the configuration in a ``.keras`` file.

    Raises:
        ValueError: the configuration is implausibly large.
        OSError, KeyError, zipfile.BadZipFile, ...: the file cannot be read, or is damaged.
    """
    check_regular(file)
    with zipfile.ZipFile(file) as archive:
        if archive.getinfo(CONFIG).file_size > _MAX_CONFIG_BYTES:
            raise ValueError("its configuration is implausibly large")
        return archive.read(CONFIG)


def check_archive(file: Path) -> None:
    """Check that reading a ``.keras`` file reads nothing else, and takes no more memory than its size.

    Raises:
        ValueError: it is not a file that Keras writes.
        OSError, KeyError, zipfile.BadZipFile, ...: the file cannot be read, or is damaged.
    """
    import h5py

    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        for member in archive.infolist():
            if not _MEMBER.fullmatch(member.filename) or names.count(member.filename) > 1:
                raise ValueError(f"it contains {member.filename!r}, which Keras does not write")
            if member.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{member.filename!r} in it is compressed, which Keras does not do")
        weights = archive.read(WEIGHTS)
    with h5py.File(io.BytesIO(weights), "r") as opened:
        declared = sum(dataset.nbytes for dataset in _datasets(opened))
    if declared > len(weights):
        raise ValueError(f"its weights declare {declared:,} bytes, but are {len(weights):,}")


def _datasets(root: "h5py.Group") -> Iterator["h5py.Dataset"]:
    """Yield the arrays of a file.

    Raises:
        ValueError: a link or an array is not in the file itself, or is not stored as Keras stores it.
    """
    import h5py

    groups, known = [root], set()
    while groups:
        group = groups.pop()
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{name!r} in its weights is a link to something else")
            found = group[name]
            address = h5py.h5o.get_info(found.id).addr
            if address in known:
                raise ValueError(f"{name!r} in its weights occurs twice")
            known.add(address)
            if isinstance(found, h5py.Group):
                groups.append(found)
                continue
            if not isinstance(found, h5py.Dataset) or found.dtype.kind not in "biufV":
                raise ValueError(f"{name!r} in its weights is not an array of numbers")
            properties = found.id.get_create_plist()
            if properties.get_layout() not in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT) or found.external:
                raise ValueError(f"{name!r} in its weights is not stored as Keras stores it")
            yield found

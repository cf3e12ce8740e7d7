"""Reading files that anybody may have made: regular ones only, and no larger than their kind can be."""

import errno
import os
import stat
from pathlib import Path

# A pipe without a writer must not block, and a terminal must not become that of this process.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))


def open_regular(path: str | Path) -> int:
    """Return a descriptor of a regular file that is opened for reading; the caller closes it.

    Raises:
        OSError: the file cannot be opened, or is a folder, a pipe, a device or a socket.
    """
    descriptor = os.open(path, _FLAGS)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "not a regular file", str(path))


def check_regular(path: str | Path) -> None:
    """Check that a library can open a file without waiting for a pipe or a device.

    Raises:
        OSError: the file cannot be opened, or is a folder, a pipe, a device or a socket.
    """
    os.close(open_regular(path))


def read_regular(path: str | Path, limit: int) -> bytes:
    """Return the content of a regular file.

    Args:
        path: the file.
        limit: the largest size in bytes.

    Raises:
        OSError: the file cannot be read, is not a regular file, or is larger.
    """
    descriptor = open_regular(path)
    try:
        size = os.fstat(descriptor).st_size
        if size > limit:
            raise OSError(errno.EFBIG, f"{size:,} bytes, more than the {limit:,} that it can have", str(path))
        with os.fdopen(descriptor, "rb", buffering=0, closefd=False) as file:
            return file.read(size)
    finally:
        os.close(descriptor)

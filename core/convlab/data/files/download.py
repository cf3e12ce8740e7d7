"""The download of one file: whole and right, or not there at all."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from convlab.data.files.checksums import has_checksum
from convlab.data.files.transfer import OtherFileError, RefusedError, TransferError, transfer
from convlab.errors import DataError

ROUNDS = 3
"""How often each address is tried."""
SECONDS_BETWEEN_ROUNDS = 1.0


def download_file(
    urls: Sequence[str],
    target: Path,
    *,
    size: int,
    checksum: str,
    advance: Callable[[int], None],
) -> None:
    """Download a file, from the first address that has it, and put it in its place in one step.

    What came before a connection broke is kept beside the target, under a name that no data set is looked
    for by, and the next attempt, of this process or a later one, goes on from there.

    Args:
        urls: where the file is published.
        target: where it shall be; an existing file is replaced.
        size: its bytes.
        checksum: ``sha256:…`` or ``md5:…``.
        advance: told the bytes that came; a negative number takes back those that were of no use.

    Raises:
        DataError: no address has the right file; says what went wrong with each.
        OSError: the folder cannot be written.
    """
    part = target.with_name(f".{target.name}.part")
    if part.is_file():
        advance(part.stat().st_size)
    problems: dict[str, str] = {}
    hopeful = list(urls)
    for round_ in range(ROUNDS):
        if round_ > 0 and hopeful:
            time.sleep(SECONDS_BETWEEN_ROUNDS * 2 ** (round_ - 1))
        for url in tuple(hopeful):
            try:
                _complete(part, url, size, checksum, advance)
            except TransferError as error:
                problems[url] = str(error)
                if isinstance(error, RefusedError | OtherFileError):
                    hopeful.remove(url)
            else:
                part.replace(target)
                return
    if part.is_file() and part.stat().st_size == 0:
        part.unlink()
    raise DataError("; ".join(dict.fromkeys(problems.values())))


def _complete(part: Path, url: str, size: int, checksum: str, advance: Callable[[int], None]) -> None:
    resumed = part.is_file() and part.stat().st_size > 0
    try:
        if not resumed or part.stat().st_size < size:
            transfer(url, part, size, advance)
        if not has_checksum(part, checksum):
            raise OtherFileError(f"{url} is another file: its checksum is not {checksum[:16]}…")
    except OtherFileError:
        advance(-part.stat().st_size)
        part.unlink()
        if not resumed:
            raise
        _complete(part, url, size, checksum, advance)  # what was there may have come from elsewhere

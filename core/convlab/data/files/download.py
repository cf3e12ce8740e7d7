"""The download of one file, which ends up complete and correct or not there at all."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from convlab.data.files.checksums import has_checksum
from convlab.errors import DataError
from convlab.text.formatting import duration

ROUNDS = 3
"""How many times each address is tried."""
SECONDS_BETWEEN_ROUNDS = 1.0

SECONDS = 60.0
"""How long a download may take, in addition to its size divided by ``BYTES_PER_SECOND``."""
BYTES_PER_SECOND = 20_000
"""The speed below which a server is given up."""

_TIMEOUT_SECONDS = 30
_CHUNK_BYTES = 2**14
_RANGE_NOT_SATISFIABLE = 416
_TEMPORARY = (408, 429)  # request timeout, too many requests


class _TransferError(DataError):
    """A transfer that failed and may succeed when it is repeated."""


class _RefusedError(_TransferError):
    """A server that does not have the file, so that repeating the request is pointless."""


class _TooSlowError(_TransferError):
    """A server that would take hours, or that sends a byte now and then without end."""


class _WrongFileError(_TransferError):
    """A server that sent another file, or that does not continue the partial one."""


def download_file(
    urls: Sequence[str],
    target: Path,
    *,
    size: int,
    checksum: str,
    advance: Callable[[int], None],
) -> None:
    """Download a file from the first address that has it.

    The bytes received before an interruption stay in a hidden file next to the target. The next attempt, by
    this process or a later one, resumes from there.

    Args:
        urls: addresses of the file.
        target: where to put it; an existing file is replaced atomically.
        size: its size in bytes.
        checksum: ``sha256:...`` or ``md5:...``.
        advance: called with the number of bytes received; a negative number takes discarded bytes back.

    Raises:
        DataError: no address has the right file; the message says what went wrong with each.
        OSError: the folder cannot be written.
    """
    part = target.with_name(f".{target.name}.part")
    if part.is_file():
        advance(part.stat().st_size)
    problems: dict[str, str] = {}
    remaining = list(urls)
    for round_ in range(ROUNDS):
        if round_ > 0 and remaining:
            time.sleep(SECONDS_BETWEEN_ROUNDS * 2 ** (round_ - 1))
        for url in tuple(remaining):
            try:
                _complete(part, url, size, checksum, advance)
            except _TransferError as error:
                problems[url] = str(error)
                if isinstance(error, _RefusedError | _TooSlowError | _WrongFileError):
                    remaining.remove(url)
            else:
                part.replace(target)
                return
    if part.is_file() and part.stat().st_size == 0:
        part.unlink()
    raise DataError("; ".join(dict.fromkeys(problems.values())))


def _complete(part: Path, url: str, size: int, checksum: str, advance: Callable[[int], None]) -> None:
    """Complete and check a partial download."""
    resumed = part.is_file() and part.stat().st_size > 0
    try:
        if not resumed or part.stat().st_size < size:
            _transfer(url, part, size, advance)
        if not has_checksum(part, checksum):
            raise _WrongFileError(f"{url} has the wrong checksum, not {checksum[:16]}…")
    except _WrongFileError:
        advance(-part.stat().st_size)
        part.unlink()
        if not resumed:
            raise
        _complete(part, url, size, checksum, advance)  # the partial file may have been another one


def _transfer(url: str, part: Path, size: int, advance: Callable[[int], None]) -> None:
    """Append the missing bytes of a file.

    Args:
        url: the address of the whole file.
        part: the bytes received so far; created if needed.
        size: the size of the whole file; nothing beyond it is written.
        advance: called with the number of bytes received.

    Raises:
        _TransferError: the server cannot be reached, refuses, disconnects or sends the wrong file.
        OSError: the file cannot be written.
    """
    import requests
    import urllib3.exceptions

    with part.open("ab") as file:
        start = received = file.tell()
        limit = SECONDS + (size - start) / BYTES_PER_SECOND
        end = time.monotonic() + limit
        # In a compressed response, a range would not count the bytes of the file.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        try:
            server = urlsplit(url).netloc
            with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT_SECONDS) as response:
                _check_status(response.status_code, url, server, resumes=start > 0)
                while chunk := response.raw.read1(_CHUNK_BYTES):  # does not wait until it is full
                    received += len(chunk)
                    if received > size:
                        raise _WrongFileError(f"{url} has more than {size:,} bytes")
                    file.write(chunk)
                    advance(len(chunk))
                    if received < size and time.monotonic() > end:
                        raise _TooSlowError(
                            f"{server} sent only {received:,} of {size:,} bytes within {duration(limit)}, "
                            "the limit for a file of this size"
                        )
        except ValueError as error:  # requests lets some through, such as "Invalid IPv6 URL"
            raise _RefusedError(f"{url} is not a valid address, or redirects to an invalid one") from error
        except requests.TooManyRedirects as error:
            raise _RefusedError(f"{url} redirects too many times") from error
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
            raise _TransferError(f"{server} did not respond for {_TIMEOUT_SECONDS} seconds") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            if received == start:
                raise _TransferError(f"no connection to {server}") from error
            raise _TransferError(f"{server} disconnected after {received:,} of {size:,} bytes") from error
    if received < size:
        raise _TransferError(f"{server} sent only {received:,} of {size:,} bytes")


def _check_status(status: int, url: str, server: str, *, resumes: bool) -> None:
    if status >= 400:
        message = f"{server} answered {status} for {url}"
        if status == _RANGE_NOT_SATISFIABLE:
            raise _WrongFileError(message)
        if status < 500 and status not in _TEMPORARY:
            raise _RefusedError(message)
        raise _TransferError(message)
    if resumes and status != 206:
        raise _WrongFileError(f"{server} cannot resume {url}")

"""One attempt at a download, which goes on where an earlier one broke off."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from convlab.errors import DataError

SECONDS_WITHOUT_AN_ANSWER = 30
_CHUNK = 2**14
_RANGE_NOT_SATISFIABLE = 416
_MAY_PASS = (408, 429)  # a time-out, and too many requests


class TransferError(DataError):
    """A download that did not come to its end, and may do better next time."""


class RefusedError(TransferError):
    """A server that does not have the file and will not have it next time."""


class OtherFileError(TransferError):
    """What came is not the file, or does not go on from what came before."""


def transfer(url: str, part: Path, size: int, advance: Callable[[int], None]) -> None:
    """Append to a file what it lacks of a download.

    Args:
        url: where the whole is.
        part: what there is so far; made where there is none.
        size: the bytes of the whole; a server that sends more is cut off.
        advance: told the number of bytes whenever some came.

    Raises:
        TransferError: the server cannot be reached, refuses, breaks off or sends too much.
        OSError: the file cannot be written.
    """
    import requests
    from pooch import HTTPDownloader

    server = urlsplit(url).netloc
    with part.open("ab") as file:
        had = file.tell()
        # Compressed on the way, a range would count other bytes than the file's.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={had}-"} if had else {})
        download = HTTPDownloader(headers=headers, timeout=SECONDS_WITHOUT_AN_ANSWER, chunk_size=_CHUNK)
        try:
            download(url, _Writer(file, size - had, url, advance), None)
        except requests.HTTPError as error:
            status = error.response.status_code if error.response is not None else 0
            message = f"{server} answered {status} for {url}"
            if status == _RANGE_NOT_SATISFIABLE:
                raise OtherFileError(message) from error
            refused = status < 500 and status not in _MAY_PASS
            raise (RefusedError if refused else TransferError)(message) from error
        except requests.Timeout as error:
            raise TransferError(f"{server} was silent for {SECONDS_WITHOUT_AN_ANSWER} seconds") from error
        except requests.RequestException as error:
            if file.tell() == had:
                raise TransferError(f"no connection to {server}") from error
            raise TransferError(f"{server} broke off after {file.tell():,} of {size:,} bytes") from error
        if file.tell() < size:
            raise TransferError(f"{server} sent {file.tell():,} of {size:,} bytes")


class _Writer:
    """The file that pooch writes to; takes no more than the whole has."""

    def __init__(self, file: BinaryIO, left: int, url: str, advance: Callable[[int], None]) -> None:
        self._file, self._left, self._url, self._advance = file, left, url, advance

    def write(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left < 0:
            raise OtherFileError(f"{self._url} has more bytes than the file")
        self._file.write(chunk)
        self._advance(len(chunk))

    def flush(self) -> None:
        self._file.flush()

"""No pickle, damaged or made up, crashes the process or exhausts its memory: it is data or an error."""

import io
import pickle
import resource
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from convlab import DataError
from convlab_datasets.formats.restricted_pickle import load_arrays

MUTATIONS = 3000
_GLOBAL = {
    "array": b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR",
    "frombuffer": b"cnumpy._core.numeric\n_frombuffer\n",
    "dtype": b"cnumpy\ndtype\n(U\x02%sK\x00K\x01tR",
}


def array(shape: bytes, content: bytes, dtype: bytes = b"u1", state: bytes | None = None) -> bytes:
    """Return a pickle of an array of any shape and content; the shape and state are opcodes."""
    described = _GLOBAL["dtype"] % dtype + b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    raw = b"T" + len(content).to_bytes(4, "little") + content
    state = state or b"(K\x01" + shape + described + b"I00\n" + raw + b"t"
    return b"\x80\x02" + _GLOBAL["array"] + state + b"b."


HOSTILE = {
    "more elements than bytes": array(b"(M\xff\xffM\xff\xfft", b"abc"),
    "negative shape": array(b"(J\xff\xff\xff\xffJ\xff\xff\xff\xfft", b"a"),
    "shape whose product overflows to 0": array(
        b"(" + 2 * (b"\x8a\x05" + (2**32).to_bytes(5, "little")) + b"t", b""
    ),
    "100 dimensions": array(b"(" + 100 * b"K\x01" + b"t", b"a"),
    "shape of text": array(b"(U\x01at", b"a"),
    "array of objects": array(b"(K\x01t", b"\x41" * 8, dtype=b"O8"),
    "dtype with fields": array(b"(K\x01t", b"a", dtype=b"V1"),
    "pointers as the state of a dtype": b"\x80\x02"
    + _GLOBAL["dtype"] % b"O8"
    + b"(K\x03U\x01|NNNK\x08K\x08K?tb.",
    "state that is not a tuple": array(b"", b"", state=b"K\x01"),
    "array without state": b"\x80\x02" + _GLOBAL["array"] + b".",
    "state of a class": b"\x80\x02cnumpy\nndarray\n(K\x01tb.",
    "state of a function": b"\x80\x02" + _GLOBAL["frombuffer"] + b"}U\x08__code__K\x01sb.",
    "attributes of bytes": b"\x80\x02c_codecs\nencode\n(X\x01\0\0\0aX\x06\0\0\0latin1tR}b.",
    "another codec": b"\x80\x02c_codecs\nencode\n(X\x01\0\0\0aX\x04\0\0\0idnatR.",
    "frombuffer at an address": b"\x80\x02" + _GLOBAL["frombuffer"] + b"(K\x01U\x02u1K\x01K\x01tR.",
    "memo of 64 GB": b"\x80\x02Nr\xff\xff\xff\xff}.",
    "bytearray of 32 GB": b"\x80\x05\x96" + (2**35).to_bytes(8, "little") + b"abc.",
    "bytes of 1 TB": b"\x80\x04\x8e" + (2**40).to_bytes(8, "little") + b"abc.",
    "registered extension": b"\x80\x02\x82\x01.",
    "persistent object": b"\x80\x02U\x01aQ.",
    "nothing": b"",
    "empty stack": b"\x80\x02.",
    "list that contains itself": b"\x80\x02]q\x00h\x00a" + 1000 * b"]" + b".",
}
HARMLESS = ("memo of 64 GB", "list that contains itself", "attributes of bytes")


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    "expected",
    [
        np.arange(6, dtype="u1").reshape(2, 3),
        np.asfortranarray(np.arange(6, dtype="<f4").reshape(2, 3)),
        np.arange(3, dtype=">i8"),
        np.array([True, False]),
    ],
    ids=["C order", "Fortran order", "big-endian", "bool"],
)
def test_arrays_of_every_protocol_and_layout_are_read(expected: Any, protocol: int) -> None:
    loaded = load_arrays(io.BytesIO(pickle.dumps({b"data": expected}, protocol)), "file")[b"data"]
    np.testing.assert_array_equal(loaded, expected)
    assert (loaded.dtype, loaded.shape) == (expected.dtype, expected.shape)


def test_a_hostile_pickle_is_an_error_or_harmless_data() -> None:
    outcomes = dict(zip(HOSTILE, load_in_own_process([*HOSTILE.values()]), strict=True))
    assert outcomes == {name: "loaded" if name in HARMLESS else "DataError" for name in HOSTILE}


def test_damaged_pickles_are_data_or_an_error() -> None:
    batch = {
        b"data": np.arange(120, dtype="u1").reshape(10, 12),
        b"labels": [*range(10)],
        b"names": [b"a.png"],
    }
    random = np.random.default_rng(0)
    damaged = []
    for number in range(MUTATIONS):
        content = bytearray(pickle.dumps(batch, 2 + number % 4))
        for at in random.integers(0, len(content), 1 + number % 8):
            content[at] = random.integers(0, 256)
        damaged.append(bytes(content[: random.integers(1, len(content) + 1)] if number % 5 == 0 else content))
    outcomes = load_in_own_process(damaged)
    assert len(outcomes) == MUTATIONS
    assert set(outcomes) == {"DataError", "loaded"}


def load_in_own_process(pickles: list[bytes]) -> list[str]:
    """Return how the loading of each ends, in a process that may not use more than 8 GB of addresses."""
    done = subprocess.run(
        [sys.executable, __file__], input=pickle.dumps(pickles), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-1000:]
    return done.stdout.decode().split()


def main() -> None:
    pickles = pickle.load(sys.stdin.buffer)
    resource.setrlimit(resource.RLIMIT_AS, (2**33, 2**33))
    for content in pickles:
        try:
            load_arrays(io.BytesIO(content), "file")
            sys.stdout.write("loaded\n")
        except DataError as error:
            sys.stdout.write("lines\n" if "\n" in str(error) else "DataError\n")


if __name__ == "__main__":
    main()

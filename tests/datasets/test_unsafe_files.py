"""Malicious files that would run code, write elsewhere or exhaust memory."""

import bz2
import gzip
import io
import os
import pickle
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from convlab import DataError, ImageData

Files = dict[str, bytes]
Load = Callable[..., ImageData]
Put = Callable[[Path, Files], Path]


class _Touch:
    """Creates a file when it is unpickled."""

    def __init__(self, call: Callable[..., object], *arguments: object) -> None:
        self._reduced = (call, arguments)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self._reduced


@pytest.mark.parametrize("protocol", [0, 2, pickle.HIGHEST_PROTOCOL])
@pytest.mark.parametrize(
    ("touch", "name"),
    [
        (lambda marker: _Touch(os.system, f"touch {marker}"), f"{os.name}.system"),
        (lambda marker: _Touch(eval, f"open({str(marker)!r}, 'w')"), "eval"),
        (lambda marker: _Touch(open, str(marker), "w"), "open"),
    ],
    ids=["os.system", "eval", "open"],
)
def test_a_pickle_that_would_run_code_is_refused_and_runs_nothing(
    protocol: int,
    touch: Callable[[Path], _Touch],
    name: str,
    load: Load,
    put: Put,
    cifar10_files: Files,
    tmp_path: Path,
) -> None:
    marker = tmp_path / "it_ran"
    unsafe = pickle.dumps({b"data": touch(marker), b"labels": []}, protocol=protocol)
    folder = put(tmp_path / "cifar-10-batches-py", {**cifar10_files, "data_batch_1": unsafe})

    with pytest.raises(DataError, match=rf"^{folder / 'data_batch_1'} .*unsafe and was not loaded .*{name}"):
        load("cifar10", tmp_path)
    assert not marker.exists()

    pickle.loads(unsafe)
    assert marker.exists()  # the pickle was a real threat


def test_an_archive_writes_nothing_whatever_its_paths(
    load: Load, put: Put, cifar10_files: Files, tmp_path: Path
) -> None:
    inner = tmp_path / "a" / "b"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for folder in ("../..", str(tmp_path / "absolute"), "cifar-10-batches-py"):
            for name, content in cifar10_files.items():
                member = tarfile.TarInfo(f"{folder}/{name}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    put(inner, {"cifar-10-python.tar.gz": packed.getvalue()})
    before = set(tmp_path.rglob("*"))

    assert len(load("cifar10", inner).train.labels) == 50
    assert set(tmp_path.rglob("*")) == before


def test_a_link_in_an_archive_is_not_followed(
    load: Load, put: Put, cifar10_files: Files, tmp_path: Path
) -> None:
    outside = put(tmp_path, {"outside": cifar10_files["test_batch"]}) / "outside"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in cifar10_files.items():
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            if name == "test_batch":
                member.type, member.linkname = tarfile.SYMTYPE, str(outside)
                tar.addfile(member)
            else:
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    archive = put(tmp_path, {"cifar-10-python.tar.gz": packed.getvalue()}) / "cifar-10-python.tar.gz"

    with pytest.raises(DataError, match=rf"^{archive} has no file test_batch"):
        load("cifar10", tmp_path)


IDX_OF_10_GB = b"\0\0\x08\x03" + (13_000_000).to_bytes(4, "big") + b"\0\0\0\x1c\0\0\0\x1c"


@contextmanager
def using_less_than(limit: int) -> Iterator[None]:
    """Assert that the peak memory of the block is below a number of bytes."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < limit


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
def test_an_idx_file_that_declares_10_gb_is_refused_before_decompression(
    packed: bool, load: Load, put: Put, idx_files: Files, tmp_path: Path
) -> None:
    content = gzip.compress(IDX_OF_10_GB + bytes(50_000_000)) if packed else IDX_OF_10_GB
    file = put(tmp_path, {**idx_files, "train-images-idx3-ubyte": content}) / "train-images-idx3-ubyte"

    with (
        using_less_than(10_000_000),
        pytest.raises(DataError, match=rf"^{file} declares 10,192,000,000 bytes .*; delete it"),
    ):
        load("mnist", tmp_path)


def test_a_gzipped_file_is_decompressed_no_further_than_its_header_declares(
    load: Load, put: Put, idx_files: Files, tmp_path: Path
) -> None:
    bomb = gzip.compress(idx_files["t10k-labels-idx1-ubyte"] + bytes(200_000_000), compresslevel=1)
    file = put(tmp_path, {**idx_files, "t10k-labels-idx1-ubyte": bomb}) / "t10k-labels-idx1-ubyte"

    with (
        using_less_than(10_000_000),
        pytest.raises(DataError, match=rf"^{file} is damaged: .*declares 20 bytes .* but more follow"),
    ):
        load("mnist", tmp_path)


def test_an_npz_file_that_declares_2_gb_is_refused_before_decompression(load: Load, tmp_path: Path) -> None:
    file = tmp_path / "mnist.npz"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x_train.npy", b"")
    content = file.read_bytes()
    at = content.index(b"PK\x01\x02") + 24  # the size in the archive's directory
    file.write_bytes(content[:at] + (2_000_000_000).to_bytes(4, "little") + content[at + 4 :])

    with (
        using_less_than(10_000_000),
        pytest.raises(DataError, match=rf"^{file} declares 2,000,000,000 bytes"),
    ):
        load("mnist", tmp_path)


def test_an_archive_that_declares_a_file_of_10_gb_is_refused_before_decompression(
    load: Load, tmp_path: Path
) -> None:
    member = tarfile.TarInfo("cifar-10-batches-py/data_batch_1")
    member.size = 10_000_000_000
    path = tmp_path / "cifar-10-python.tar.gz"
    path.write_bytes(gzip.compress(member.tobuf(tarfile.GNU_FORMAT)))

    with (
        using_less_than(10_000_000),
        pytest.raises(DataError, match=rf"^{path} unpacks to 10,000,000,[0-9]+ bytes or more"),
    ):
        load("cifar10", tmp_path)


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE])
@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, bytes], ids=["gzip", "bzip2", "plain"])
def test_the_limit_of_an_archive_holds_for_everything_in_it_together(
    kind: bytes,
    compress: Callable[[bytes], bytes],
    load: Load,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("convlab.data.files.archives.MAX_SIZE", 2_000_000)
    packed = b""
    for number in range(6):
        member = tarfile.TarInfo(f"cifar-10-batches-py/data_batch_{number}")
        member.size, member.type = 400_000, kind
        packed += member.tobuf(tarfile.GNU_FORMAT) + bytes(400_384)
    path = tmp_path / "cifar-10-python.tar.gz"
    path.write_bytes(compress(packed))

    with using_less_than(5_000_000), pytest.raises(DataError, match=rf"^{path} (unpacks to 2,|is damaged)"):
        load("cifar10", tmp_path)


def test_an_archive_of_names_of_names_is_damaged(load: Load, tmp_path: Path) -> None:
    name = tarfile.TarInfo("long")
    name.type = tarfile.GNUTYPE_LONGNAME
    path = tmp_path / "cifar-10-python.tar.gz"
    path.write_bytes(gzip.compress(5000 * name.tobuf(tarfile.GNU_FORMAT)))
    with pytest.raises(DataError, match=rf"^{path} is damaged"):
        load("cifar10", tmp_path)

"""Files from the network that would run code or write where they should not."""

import io
import os
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab import DataError, ImageData

Files = dict[str, bytes]
Load = Callable[..., ImageData]
Put = Callable[[Path, Files], Path]


class _Touch:
    """Makes a file when it is unpickled."""

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
    assert marker.exists()  # so the pickle was a real threat


def test_an_archive_writes_nothing_wherever_its_members_point(
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

    with pytest.raises(DataError, match=rf"^{archive} lacks test_batch"):
        load("cifar10", tmp_path)

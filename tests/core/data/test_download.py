"""Downloads from a real server that is slow, disconnects, refuses, or sends another file."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convlab import DataError, PluginHost, data

Plugin = Callable[..., Path]
Server = Any


@pytest.fixture
def cache() -> Path:
    """The Keras cache's folder of datasets."""
    return Path(os.environ["KERAS_HOME"]) / "datasets"


@pytest.fixture
def host(plugin: Plugin) -> PluginHost:
    return PluginHost(plugin_files=[plugin()], third_party=False)


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")


def start_fetch(plugin: Path, folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "convlab", "data", "fetch", "petals", "--to", str(folder)]
    return subprocess.Popen([*command, "--plugin", str(plugin)], stderr=subprocess.PIPE, text=True)


def test_a_downloaded_dataset_is_used_without_a_network(
    server: Server, host: PluginHost, petals: bytes, cache: Path
) -> None:
    server.files = {"petals.npz": petals}

    place = data.fetch("petals", host=host)
    server.stop()

    assert place == cache / "petals.npz"
    assert place.read_bytes() == petals
    assert data.fetch("petals", host=host) == place
    assert data.verify("petals", host=host).state == "published"
    assert server.requests == [("petals.npz", 0)]


def test_a_slow_download_completes(server: Server, host: PluginHost, petals: bytes, tmp_path: Path) -> None:
    server.files, server.pause = {"petals.npz": petals}, 0.05

    assert data.fetch("petals", host=host, to=tmp_path / "usb").read_bytes() == petals


def test_a_server_that_sends_a_little_now_and_then_is_given_up(
    server: Server, host: PluginHost, petals: bytes, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.data.files.download.SECONDS", 0.1)
    monkeypatch.setattr("convlab.data.files.download.BYTES_PER_SECOND", 10 * len(petals))
    server.files, server.pause = {"petals.npz": petals}, 0.1

    with pytest.raises(DataError, match=r"sent only [0-9,]+ of [0-9,]+ bytes within 0\.2 s, the limit"):
        data.fetch("petals", host=host)
    assert len(server.requests) == 1
    server.pause = 0.0
    assert data.fetch("petals", host=host).read_bytes() == petals
    assert server.requests[-1][1] > 0, "it resumes"


def test_an_interrupted_download_resumes(
    server: Server, host: PluginHost, petals: bytes, cache: Path
) -> None:
    server.files, server.disconnects = {"petals.npz": petals}, [70_000, 50_000]

    assert data.fetch("petals", host=host).read_bytes() == petals
    assert server.requests[0] == ("petals.npz", 0)
    assert 50_000 < server.requests[1][1] <= 70_000
    assert 90_000 < server.requests[2][1] <= 120_000
    assert files_in(cache) == ["petals.npz"]


def test_a_later_call_resumes_too(server: Server, host: PluginHost, petals: bytes, cache: Path) -> None:
    server.files, server.disconnects = {"petals.npz": petals}, [70_000, 0, 0]

    with pytest.raises(DataError, match=r"petals\.npz failed"):
        data.fetch("petals", host=host)
    assert not (cache / "petals.npz").exists()
    assert data.verify("petals", host=host).state == "missing"

    assert data.fetch("petals", host=host).read_bytes() == petals
    assert server.requests[-1][1] > 50_000


def test_a_server_without_range_support_sends_the_whole_file_again(
    server: Server, host: PluginHost, petals: bytes
) -> None:
    server.files, server.disconnects, server.ranges = {"petals.npz": petals}, [70_000], False

    assert data.fetch("petals", host=host).read_bytes() == petals


@pytest.mark.parametrize("length", [1000, -1, 0, 1])
def test_a_partial_download_of_another_file_is_discarded(
    length: int, server: Server, host: PluginHost, petals: bytes, cache: Path
) -> None:
    server.files = {"petals.npz": petals}
    cache.mkdir(parents=True)
    left = bytes(length if length > 1 else len(petals) + length)
    (cache / ".petals.npz.part").write_bytes(left)

    assert data.fetch("petals", host=host).read_bytes() == petals
    assert files_in(cache) == ["petals.npz"]


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        (lambda whole: whole[:-1] + b"?", "has the wrong checksum, not sha256:"),
        (lambda whole: whole + b"?", "has more than .* bytes"),
        (lambda whole: whole[:-1], "sent only .* bytes"),
        (lambda whole: b"<html>log in first</html>", "sent only 25 of"),
    ],
    ids=["one byte", "longer", "shorter", "a page"],
)
def test_another_file_is_discarded(
    other: Callable[[bytes], bytes],
    problem: str,
    server: Server,
    host: PluginHost,
    petals: bytes,
    cache: Path,
) -> None:
    server.files = {"petals.npz": other(petals)}

    with pytest.raises(DataError, match=rf"the download of petals.npz failed \(.*{problem}"):
        data.fetch("petals", host=host)
    assert not (cache / "petals.npz").exists()

    server.files = {"petals.npz": petals}
    assert data.fetch("petals", host=host).read_bytes() == petals


def test_503_is_retried_and_404_is_not(server: Server, host: PluginHost, petals: bytes) -> None:
    server.files, server.refusals = {"petals.npz": petals}, [503, 429]
    assert data.fetch("petals", host=host).read_bytes() == petals
    assert len(server.requests) == 3

    server.files, server.requests = {}, []
    (Path(os.environ["KERAS_HOME"]) / "datasets" / "petals.npz").unlink()
    with pytest.raises(DataError, match="answered 404"):
        data.fetch("petals", host=host)
    assert len(server.requests) == 1


def test_the_next_address_is_tried_if_one_fails_or_has_another_file(
    server: Server, plugin: Plugin, petals: bytes
) -> None:
    addresses = [f"{server.url}/{folder}/petals.npz" for folder in ("gone", "other", "right")]
    host = PluginHost(plugin_files=[plugin("http://127.0.0.1:9/petals.npz", *addresses)], third_party=False)
    server.files = {"other/petals.npz": bytes(len(petals)), "right/petals.npz": petals}

    assert data.fetch("petals", host=host).read_bytes() == petals
    assert [path for path, _ in server.requests] == [
        "gone/petals.npz",
        "other/petals.npz",
        "right/petals.npz",
    ]


def test_a_mirror_is_tried_first(
    server: Server, plugin: Plugin, petals: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = PluginHost(plugin_files=[plugin("http://127.0.0.1:9/petals.npz")], third_party=False)
    server.files = {"lab/petals.npz": petals}
    monkeypatch.setenv("CONVLAB_MIRROR", f"{server.url}/lab/")

    assert data.fetch("petals", host=host).read_bytes() == petals
    assert server.requests == [("lab/petals.npz", 0)]


@pytest.mark.parametrize("address", ["http://[broken", "nonsense://x"])
@pytest.mark.parametrize("redirected", [False, True], ids=["published", "redirected"])
def test_an_invalid_address_is_an_error_in_one_sentence(
    address: str, redirected: bool, server: Server, plugin: Plugin
) -> None:
    server.redirects = {"petals.npz": address}
    host = PluginHost(plugin_files=[plugin(*() if redirected else (address,))], third_party=False)

    with pytest.raises(
        DataError, match=r"is not a valid address, or redirects to an invalid one\)"
    ) as raised:
        data.fetch("petals", host=host)
    assert "\n" not in str(raised.value)
    assert len(server.requests) == redirected


@pytest.mark.parametrize("failure", ["answered 404", "answered 503", "no connection to 127.0.0.1"])
def test_without_a_network_the_error_names_the_file_the_folders_and_what_to_do(
    failure: str, server: Server, host: PluginHost, cache: Path, tmp_path: Path
) -> None:
    if failure.startswith("no"):
        server.stop()
    else:
        server.refusals = [int(failure[-3:])] * 3

    with pytest.raises(DataError) as raised:
        data.fetch("petals", host=host, data_dir=tmp_path)

    assert raised.match(
        rf"^no petals files in {tmp_path}, {cache}, and the download of petals.npz failed "
        rf"\(.*{failure}.*\); put petals.npz into a folder \(or its subfolder petals/\) and set "
        r"`data_dir` to it, or run 'convlab data import petals PATH'$"
    )
    assert "\n" not in str(raised.value)
    assert files_in(cache) == []


def test_of_two_processes_one_downloads_while_the_other_waits(
    server: Server, plugin: Plugin, petals: bytes, tmp_path: Path
) -> None:
    server.files, server.pause = {"petals.npz": petals}, 0.3
    folder, file = tmp_path / "shared", plugin()

    processes = [start_fetch(file, folder) for _ in range(2)]
    stderr = [process.communicate(timeout=60)[1] for process in processes]

    assert [process.returncode for process in processes] == [0, 0], stderr
    assert server.requests == [("petals.npz", 0)]
    assert sum("waiting" in text for text in stderr) == 1
    assert files_in(folder) == ["petals.npz"]


def test_a_killed_process_leaves_only_a_partial_file_that_the_next_one_resumes(
    server: Server, plugin: Plugin, petals: bytes, tmp_path: Path
) -> None:
    server.files, server.pause = {"petals.npz": petals}, 0.3
    folder, file = tmp_path / "shared", plugin()

    first = start_fetch(file, folder)
    part = folder / ".petals.npz.part"
    for _ in range(600):
        if part.exists() and part.stat().st_size > 0:
            break
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=60)
    assert files_in(folder) == [".petals.npz.part"]

    server.pause = 0
    assert start_fetch(file, folder).wait(timeout=60) == 0
    assert (folder / "petals.npz").read_bytes() == petals
    assert server.requests[-1][1] > 0


def test_an_unwritable_folder_is_named(host: PluginHost, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(DataError, match=rf"cannot write to {tmp_path / 'file' / 'usb'} .* another folder"):
        data.fetch("petals", host=host, to=tmp_path / "file" / "usb")


def test_a_damaged_file_in_the_cache_is_replaced(
    server: Server, host: PluginHost, petals: bytes, cache: Path
) -> None:
    server.files = {"petals.npz": petals}
    cache.mkdir(parents=True)
    (cache / "petals.npz").write_bytes(petals[:-100])
    assert data.verify("petals", host=host).state == "damaged"

    assert data.fetch("petals", host=host).read_bytes() == petals

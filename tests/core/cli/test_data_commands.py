"""``convlab data``, as text and as JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from convlab.cli.app import app


def invoke(*arguments: str, exit_code: int = 0) -> Any:
    result = CliRunner().invoke(app, ["data", *arguments])
    assert result.exit_code == exit_code, result.output
    return result


@pytest.fixture(autouse=True)
def small_mnist(small_mnist_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVLAB_DATA_DIR", str(small_mnist_dir))


def test_list_shows_the_size_and_location_of_each_dataset(small_mnist_dir: Path) -> None:
    rows = {row["name"]: row for row in json.loads(invoke("list", "--json").stdout)}
    page = invoke("list").stdout

    assert rows["mnist"]["state"] == "here"
    assert rows["mnist"]["where"] == str(small_mnist_dir / "mnist.npz")
    assert (rows["mnist"]["train"], rows["mnist"]["classes"]) == (60_000, 10)
    assert rows["digits"]["state"] == "included"
    assert rows["fashion_mnist"]["where"] == "not downloaded (30.9 MB)"
    assert "not downloaded (170.5 MB)" in page
    assert str(small_mnist_dir / "mnist.npz") in page


def test_list_names_the_missing_files_of_an_incomplete_dataset(tmp_path: Path) -> None:
    (tmp_path / "t10k-images-idx3-ubyte.gz").touch()

    page = invoke("list", "--data-dir", str(tmp_path)).stdout

    assert f"{tmp_path} (incomplete: train-images-idx3-ubyte, " in page.replace("\n", "")


def test_a_dataset_without_a_manifest_is_listed_verified_and_shown(tmp_path: Path) -> None:
    plugin = tmp_path / "noise.py"
    plugin.write_text(
        "import numpy as np\n"
        "from convlab import Dataset, ImageData, hookimpl\n"
        "def load(source, options):\n"
        "    split = np.full((20, 40, 64, 3), 255, np.uint8), np.arange(20) % 2\n"
        "    return ImageData(train=split, test=split, class_names=['a', 'b'])\n"
        "@hookimpl\n"
        "def convlab_datasets():\n"
        "    return [Dataset(name='noise', summary='Noise', load=load)]\n",
        encoding="utf-8",
    )

    (row,) = (row for row in json.loads(invoke("list", "--json", "--plugin", str(plugin)).stdout)
              if row["name"] == "noise")  # fmt: skip
    (verified,) = json.loads(invoke("verify", "noise", "--json", "--plugin", str(plugin)).stdout)
    shown = invoke("show", "noise", "--plugin", str(plugin)).stdout

    assert (row["state"], row["train"]) == ("undeclared", None)
    assert (verified["state"], verified["train_per_class"]) == ("unknown", [10, 10])
    assert verified["sha256"]["train.images"] == verified["sha256"]["test.images"]
    assert "@" * 28 in shown


def test_verify_reports_all_and_exits_with_1_if_one_is_damaged_or_missing(tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").write_bytes(b"no archive")

    page = invoke("verify", "digits", "mnist", "cifar10", "--data-dir", str(tmp_path), exit_code=1).stdout

    assert "digits  matches the published dataset" in page
    assert "mnist  damaged" in page
    assert "cifar10  not found" in page
    assert "1,438 images, 139 to 146 per class" in page


def test_verify_reports_a_variant_and_exits_with_0() -> None:
    page = invoke("verify", "mnist").stdout

    assert "mnist  variant of the published dataset" in page
    assert "4,000 training and 1,000 test images instead of 60,000 training and 10,000 test images" in page


def test_fetch_leaves_existing_files_alone_and_copies_them_elsewhere_without_a_network(
    small_mnist_dir: Path, tmp_path: Path
) -> None:
    here = invoke("fetch", "mnist", "--json")
    copied = invoke("fetch", "mnist", "--to", str(tmp_path / "usb"))

    assert json.loads(here.stdout) == {"mnist": str(small_mnist_dir / "mnist.npz")}
    assert (tmp_path / "usb" / "mnist" / "mnist.npz").is_file()
    assert f"mnist is in {tmp_path / 'usb' / 'mnist' / 'mnist.npz'}" in copied.stdout.replace("\n", "")


def test_import_shows_the_destination(small_mnist_dir: Path, tmp_path: Path) -> None:
    done = invoke("import", "mnist", str(small_mnist_dir), "--to", str(tmp_path))
    refused = invoke("import", "mnist", str(tmp_path / "nowhere"), exit_code=2)

    assert f"mnist is in {tmp_path / 'mnist'}" in done.stdout
    assert refused.stderr.startswith(f"error: '{tmp_path / 'nowhere'}' does not exist")


def test_show_writes_an_image_of_labeled_samples(tmp_path: Path) -> None:
    file = tmp_path / "digits.png"
    invoke("show", "mnist", "--png", str(file))

    with Image.open(file) as image:
        assert image.format == "PNG"
        assert image.width > 10 * 28
        assert image.height > 10 * 28
        assert len(image.getcolors(2**16) or ()) > 100

    refused = invoke("show", "mnist", "--png", str(tmp_path / "nowhere" / "x.png"), exit_code=1)
    assert "cannot write" in refused.stderr


def test_show_draws_in_the_terminal_by_default() -> None:
    page = invoke("show", "mnist").stdout

    assert all(f"{digit}" in page for digit in range(10))
    assert max(map(len, page.splitlines())) <= 3 * 28 + 4
    assert page.count("@") > 100


def test_data_commands_do_not_import_tensorflow(small_mnist_dir: Path) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from convlab.cli.app import app\n"
        "for command in (['list'], ['verify', 'mnist'], ['fetch', 'mnist'], ['show', 'mnist']):\n"
        "    assert CliRunner().invoke(app, ['data', *command]).exit_code == 0, command\n"
        "assert not {'tensorflow', 'keras', 'torch'} & set(sys.modules)"
    )
    environment = os.environ | {"CONVLAB_DATA_DIR": str(small_mnist_dir)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)


def test_every_command_has_an_example() -> None:
    for command in ("list", "fetch", "verify", "import", "show"):
        assert "Example: " in invoke(command, "--help").stdout

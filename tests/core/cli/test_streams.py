"""Commands work whatever their standard streams are: closed, full, unread or without Unicode."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from convlab.cli.app import app
from convlab.cli.errors import run_app
from convlab.cli.streams import open_streams


def shell(command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a shell command in which ``convlab`` is this checkout's."""
    script = f'convlab() {{ {sys.executable} -m convlab "$@"; }}; {command}'
    return subprocess.run(
        ["bash", "-c", script], env=os.environ | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("redirection", [">&-", "<&- >&- 2>&-"])
def test_a_command_whose_streams_are_closed_succeeds(redirection: str) -> None:
    done = shell(f"convlab show architecture cnn {redirection}")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_a_run_that_cannot_print_is_saved(tmp_path: Path) -> None:
    done = shell(f"cd {tmp_path}; convlab run -e 1 --name closed <&- >&- 2>&-", PYTHONWARNINGS="error")
    assert done.returncode == 0
    assert json.loads((tmp_path / "runs" / "closed" / "summary.json").read_text(encoding="utf-8"))["test"]
    done = shell(f"cd {tmp_path}; convlab run -e 1 --name full 2>/dev/full")
    assert done.returncode == 0
    assert (tmp_path / "runs" / "full" / "summary.json").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("command", ["list", "--version", "run --help"])
def test_a_result_that_cannot_be_written_is_an_error_in_one_line(command: str) -> None:
    done = shell(f"convlab {command} >/dev/full")
    assert done.returncode == 1
    assert done.stderr == "error: the output cannot be written: [Errno 28] No space left on device\n"


@pytest.mark.parametrize("command", ["list --json", "check digits"])
def test_a_reader_that_closes_the_pipe_ends_a_command_silently(command: str) -> None:
    done = shell(f"convlab {command} | true")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_warning_is_one_line_and_never_an_error(tmp_path: Path) -> None:
    (tmp_path / "warning.py").write_text("import warnings\nwarnings.warn('look\\x1b[2J\\nhere')\n", "utf-8")
    done = shell(f"convlab list --plugin {tmp_path}/warning.py", PYTHONWARNINGS="error")
    assert done.returncode == 0
    assert done.stderr.startswith("warning: UserWarning: look\\x1b[2J here (")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("encoding", ["ascii", pytest.param("cp1252", marks=pytest.mark.slow), "utf-8"])
def test_every_encoding_can_show_every_page(
    encoding: str, runs_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLAB_RUNS_DIR", str(runs_dir))
    pages = {}
    for command in (
        *("", "run --help", "list", "show architecture cnn", "plugins", "data list", "data show digits"),
        *("data verify digits", "doctor", "runs", "show-run plain", "check digits", "run --print-config"),
    ):
        out, err = io.BytesIO(), io.BytesIO()
        with monkeypatch.context() as patch:
            for name, buffer in (("stdout", out), ("stderr", err)):
                stream = io.TextIOWrapper(buffer, encoding=encoding, write_through=True)
                patch.setattr(sys, name, stream)
            patch.setattr(sys, "argv", ["convlab", *command.split()])
            open_streams()
            assert run_app(app) == 0, err.getvalue()
            pages[command] = out.getvalue().decode(encoding)
            assert pages[command]
    shown = {"ascii": "2x2 max pooling", "cp1252": "2×2 max pooling", "utf-8": "int ≥ 1"}
    assert shown[encoding] in pages["show architecture cnn"]


def test_json_is_valid_for_every_name_in_every_encoding(tmp_path: Path) -> None:
    (tmp_path / "ü\udcff\x9b\u202e😀.py").write_text("import nothing_of_this_name\n", encoding="utf-8")
    done = shell(f"convlab plugins --json --plugin {tmp_path}/*.py", PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout)["failures"][0]["provider"] == "ü\udcff\x9b\u202e😀.py"

"""Error messages name settings, which the command line replaces by the flags of the command."""

import logging
import sys
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from convlab import ConfigError
from convlab.cli.app import app
from convlab.cli.errors import ending_well
from convlab.cli.flags import with_flags

COMMANDS: Any = typer.main.get_command(app)


@pytest.mark.parametrize(
    ("message", "command", "shown"),
    [
        ("`train.epochs`: must be 1", "run", "--epochs: must be 1"),
        ("`train.epochs`: must be 1", "resume", "--epochs: must be 1"),
        ("lower `train.batch_size` to 8", "run", "lower --batch-size to 8"),
        ("pass `train.epochs=20`", "run", "pass --epochs 20"),
        ("set `train.compile=off`", "run", "set -s train.compile=off"),
        ("`train.deterministic`", "run", "--deterministic"),
        ("`data.limit` is too large", "run", "-s data.limit is too large"),
        ("`metrics`: duplicate", "run", "--metric: duplicate"),
        ("`data_dir` or `runs_dir`", "run", "--data-dir or --runs-dir"),
        ("`plugin_files`: 'x.py'", "run", "--plugin: 'x.py'"),
        ("`dataset_options.path`: missing", "run", "-s dataset.path: missing"),
        ("`metric_options.top_k_accuracy.k`", "run", "-s metric.top_k_accuracy.k"),
        ("`metric_options.m.py:top.k`", "run", "-s metric.m.py:top.k"),
        ("`dataset_options.path`", "list", "`dataset_options.path`"),
        ("use `trust` to load it", "evaluate", "use --trust to load it"),
        ("use `trust` to load it", "list", "use `trust` to load it"),
        ("`to` exists; use `force`", "export", "--to exists; use --force"),
        ("`name`: not valid", "run", "--name: not valid"),
        ("`name`: not valid", "new", "`name`: not valid"),
        ("run `rm -r x`", "run", "run `rm -r x`"),
        ("nothing to replace", "run", "nothing to replace"),
    ],
)
def test_a_setting_becomes_the_flag_of_the_command(message: str, command: str, shown: str) -> None:
    assert with_flags(message, COMMANDS.commands[command]) == shown


def test_without_a_command_a_message_stays_as_written() -> None:
    assert with_flags("`train.epochs`: must be 1", None) == "`train.epochs`: must be 1"


def test_the_running_command_is_the_one_whose_flags_are_named() -> None:
    result = CliRunner().invoke(app, ["run", "-e", "0"])
    assert result.stderr == "error: --epochs: must be greater than or equal to 1, got 0\n"
    with pytest.raises(typer.Exit), ending_well():
        raise ConfigError("outside of a command, `train.epochs` stays")


def test_logged_messages_are_printed_with_their_level(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("convlab")
    with ending_well():
        logger.warning("%s is old", "it")
        logger.info("a hint")
        logger.debug("a detail")
    assert capsys.readouterr().err == "warning: it is old\nnote: a hint\n"
    logger.warning("not printed by the command line any more")
    assert "warning: " not in capsys.readouterr().err


def test_progress_is_printed_without_a_label_unless_a_command_is_quiet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for quiet, printed in ((False, "starting TensorFlow\nnote: kept\n"), (True, "note: kept\n")):
        with ending_well(quiet=quiet):
            logging.getLogger("convlab.progress").info("starting TensorFlow")
            logging.getLogger("convlab").info("kept")
        assert capsys.readouterr().err == printed


def test_logged_messages_go_to_the_current_standard_error_of_a_command() -> None:
    own = typer.Typer()

    @own.command()
    def speak(trust: bool = False) -> None:
        with ending_well():
            logging.getLogger("convlab").warning("careful\x1b[2J: `trust` is %s", trust)
            print("a plugin's output")  # noqa: T201

    result = CliRunner().invoke(own)
    assert result.stdout == ""
    assert result.stderr == "warning: careful\\x1b[2J: --trust is False\na plugin's output\n"
    assert sys.stderr is not None

"""What a terminal and a pipe see of a run."""

import io
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from convlab import Callback, Experiment, PluginHost, TrainSettings, prepare
from convlab.cli.output import print_all


def test_a_terminal_shows_a_bar_with_speed_and_metrics_and_keeps_one_line_per_epoch(tmp_path: Path) -> None:
    master, terminal = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "convlab", "run", "-e", "3"],
        cwd=tmp_path,
        env=os.environ | {"COLUMNS": "80", "TERM": "xterm-256color"},
        stderr=terminal,
        stdout=terminal,
    )
    os.close(terminal)
    shown = b""
    while True:
        try:
            shown += os.read(master, 65536)
        except OSError:  # the process closed its end
            break
    os.close(master)
    assert running.wait() == 0
    text = shown.decode()
    assert "━" in text
    assert "images/s" in text
    assert "\x1b[?25h" in text, "the cursor is shown again"
    assert [f"epoch {number}/3" in text for number in (1, 2, 3)] == [True] * 3
    assert "I0000" not in text
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r\n", "\n").splitlines()
    assert all(len(line) <= 80 for line in plain if "━" not in line)
    next_steps = plain[[line.startswith("next") for line in plain].index(True) :]
    assert [line[7:].split()[0] for line in next_steps] == ["#", "convlab"] * 3, "no command is broken"


def test_a_qualified_name_is_not_rendered_as_an_emoji(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from convlab.training.callbacks.progress_bar import progress_display

    display = progress_display(prepare(host=PluginHost(third_party=False)))
    display.on_epoch_end(1, {"epoch": 1, "seconds": 1.0, "images_per_second": 1.0, "of:one:": 1})
    print_all("mine.py:one:")
    printed = capsys.readouterr()
    assert "of:one: 1.0000" in printed.err
    assert printed.out == "mine.py:one:\n"


@pytest.mark.slow
def test_training_continues_after_its_reader_closed_the_pipe(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "convlab", "run", "-e", "3", "--name", "alone"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert running.stderr is not None
    running.stderr.readline()
    running.stderr.close()
    assert running.wait() == 0
    assert (tmp_path / "runs" / "alone" / "summary.json").exists()


@pytest.mark.slow
def test_a_bar_of_80_columns_shows_the_steps_of_the_epoch_in_one_line() -> None:
    drawn = io.StringIO()
    console = Console(file=drawn, force_terminal=True, width=80, color_system=None, emoji=False)
    experiment = Experiment(train=TrainSettings(epochs=2, batch_size=100))
    prepared = prepare(experiment, host=PluginHost(third_party=False))
    from convlab.training.callbacks.progress_bar import ProgressBar
    from convlab.training.trainer import Trainer

    class Slow(Callback):
        def on_step_end(self, step: int, logs: Mapping[str, float]) -> None:
            time.sleep(0.5)  # the bar is drawn 10 times per second

    Trainer(prepared, [ProgressBar(prepared, console), Slow()]).train()
    text = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", drawn.getvalue())
    bars = [line for line in re.split(r"[\r\n]+", text) if "━" in line]
    assert max(map(len, bars)) <= 80
    steps = [match[1] for bar in bars if (match := re.search(r"epoch 2/2 ━+ +(\d+/\d+) .*images/s", bar))]
    assert steps[-1] == "13/13"
    assert len(re.findall(r"epoch 2/2  .*accuracy 0\.\d+\n {11}val_loss \d\.\d+  val_accuracy 0", text)) == 1

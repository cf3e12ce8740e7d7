"""What a terminal and a pipe see of a session."""

import os
import pty
import subprocess
import sys
from pathlib import Path


def test_a_terminal_gets_bars_with_speed_and_figures_that_leave_a_line_an_epoch(tmp_path: Path) -> None:
    master, terminal = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "convlab", "run", "-e", "3"],
        cwd=tmp_path,
        env=os.environ | {"COLUMNS": "120", "TERM": "xterm-256color"},
        stderr=terminal,
        stdout=subprocess.DEVNULL,
    )
    os.close(terminal)
    shown = b""
    while True:
        try:
            shown += os.read(master, 65536)
        except OSError:  # the other end is closed
            break
    os.close(master)
    assert running.wait() == 0
    text = shown.decode()
    assert "━" in text
    assert "images/s" in text
    assert "\x1b[?25h" in text, "the cursor is shown again"
    assert [f"epoch {number}/3" in text for number in (1, 2, 3)] == [True] * 3
    assert "I0000" not in text

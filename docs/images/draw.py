"""Draw the README's images from the terminal output of real commands.

Usage: python docs/images/draw.py
"""

import io
import os
import pty
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
COLUMNS = 112
IMAGES = {
    "run.svg": ["convlab run -e 6 --name first"],
    "list.svg": ["convlab list", "convlab show architecture cnn"],
}


def printed(command: str, folder: str) -> str:
    """Return what a command prints to a terminal."""
    master, terminal = pty.openpty()
    environment = os.environ | {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    arguments = [sys.executable, "-m", *command.split()]
    running = subprocess.Popen(arguments, cwd=folder, env=environment, stdout=terminal, stderr=terminal)
    os.close(terminal)
    output = b""
    while chunk := _read(master):
        output += chunk
    os.close(master)
    if running.wait():
        raise SystemExit(f"{command} failed:\n{output.decode()}")
    return output.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the command closed its end
        return b""


def settled(output: str) -> str:
    """Return the lines that remain visible, without erased progress bars."""
    lines = [line.rsplit("\x1b[2K", 1)[-1] for line in output.replace("\r\n", "\n").split("\n")]
    return "\n".join(
        line.replace("\x1b[?25h", "") for line in lines if "━" not in line and "\x1b[?25l" not in line
    )


def main() -> None:
    """Draw all images."""
    with tempfile.TemporaryDirectory() as folder:
        for name, commands in IMAGES.items():
            console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
            for command in commands:
                console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
                console.print(Text.from_ansi(settled(printed(command, folder))))
            console.save_svg(str(HERE / name), title="convlab")


if __name__ == "__main__":
    main()

"""The progress of a download: a bar on a terminal, otherwise one line."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import filesize

from convlab.text.visible import visible


@contextmanager
def download_progress(name: str, size: int) -> Iterator[Callable[[int], None]]:
    """Show the progress of a download on standard error.

    Args:
        name: the file.
        size: its size in bytes.

    Yields:
        A function to call with the number of bytes received.
    """
    if not sys.stderr.isatty():
        sys.stderr.write(f"downloading {visible(name)} ({filesize.decimal(size)})\n")
        yield lambda _: None
        return
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from convlab.text.console import SafeConsole

    with Progress(
        TextColumn("{task.description}", style="bold", markup=False),
        BarColumn(bar_width=24),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
        console=SafeConsole(sys.stderr),
        transient=True,
    ) as progress:
        task = progress.add_task(visible(name), total=size)
        yield lambda count: progress.advance(task, count)

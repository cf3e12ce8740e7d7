"""How far a download is: a bar on a terminal, a line elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MEGABYTE = 10**6


@contextmanager
def progress_of(name: str, size: int) -> Iterator[Callable[[int], None]]:
    """Show on standard error how far a download is.

    Args:
        name: what is downloaded.
        size: its bytes.

    Yields:
        What is told the bytes that came.
    """
    if not sys.stderr.isatty():
        sys.stderr.write(f"downloading {name}, {in_megabytes(size)}\n")
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    with Progress(
        TextColumn("[bold]{task.description}"),
        BarColumn(bar_width=24),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task(name, total=size)
        yield lambda count: progress.advance(task, count)


def in_megabytes(size: int) -> str:
    """Return a number of bytes as people read it, such as ``11 MB``."""
    return f"{max(1, round(size / MEGABYTE)):,} MB"

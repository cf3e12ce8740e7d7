"""Which way of showing a session fits where standard error goes."""

from rich.console import Console

from convlab.training.callbacks.bars import Bars
from convlab.training.callbacks.lasting import Lasting
from convlab.training.callbacks.lines import Lines
from convlab.training.reporter import Reporter


def reporter_for(*, progress: bool) -> Reporter:
    """Return bars on a terminal and in a notebook, lines elsewhere, or nothing.

    Args:
        progress: whether to show anything.
    """
    if not progress:
        return Reporter()
    console = Console(stderr=True, highlight=False, emoji=False)
    return Lasting(Bars(console) if console.is_terminal or console.is_jupyter else Lines(console))

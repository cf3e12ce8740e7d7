"""The rich console that everything of convlab's is printed with."""

from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from convlab.text.visible import visible


class SafeConsole(Console):
    """A console on which no text moves the cursor, and whose closed pipe does not end the process.

    Names within rich markup still need ``rich.markup.escape``.

    Args:
        file: where to print.
        width: the width in a pipe, where rich would assume 80 columns.
        raises: whether printing to a closed pipe raises ``BrokenPipeError`` or does nothing.
    """

    def __init__(self, file: TextIO, *, width: int | None = None, raises: bool = False) -> None:
        super().__init__(file=file, highlight=False, emoji=False, width=None if file.isatty() else width)
        self._raises = raises

    def render_str(self, text: str, **options: Any) -> Text:
        """Convert a string, with the characters that a terminal may act on escaped."""
        return super().render_str(visible(text, keep="\n\t"), **options)

    def on_broken_pipe(self) -> None:
        """Print nothing more."""
        self.quiet = True
        if self._raises:
            raise BrokenPipeError

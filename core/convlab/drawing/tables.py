"""Tables as files, for spreadsheets, papers and pages in Markdown."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from convlab.drawing.figures import write_page
from convlab.text.visible import visible

TABLES = (".csv", ".md", ".tex")


def write_table(path: Path, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table, by the suffix of the file, as CSV, Markdown or LaTeX (with ``booktabs``).

    Args:
        path: the file; its suffix is one of ``TABLES``.
        headings: of the columns.
        rows: with one cell per column; only the first column is aligned to the left.

    Raises:
        ConvlabError: the file cannot be written.
    """
    from tabulate import tabulate

    cells = [[visible(cell) for cell in row] for row in rows]
    suffix = path.suffix.lower()
    if suffix == ".csv":
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows([headings, *cells])
        text = buffer.getvalue()
    else:
        if suffix == ".md":
            headings, *cells = ([cell.replace("|", "\\|") for cell in row] for row in (headings, *cells))
        text = tabulate(
            cells,
            headings,
            tablefmt="pipe" if suffix == ".md" else "latex_booktabs",
            colalign=("left", *["right"] * (len(headings) - 1)),
            disable_numparse=True,
        )
        text += "\n"
    write_page(path, text.encode())

"""How results show themselves in a notebook."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from convlab.drawing.html import drawn, templates

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def fragment(
    *,
    title: str = "",
    headings: Sequence[str] = (),
    rows: Iterable[Sequence[Any]] = (),
    lines: Iterable[str] = (),
    figure: "Figure | None" = None,
    alt: str = "",
) -> str:
    """Return a title, a table, lines of text and a figure as HTML, with all text escaped.

    Args:
        title: the title.
        headings: of the table's columns.
        rows: of the table, with one cell per column.
        lines: below the table.
        figure: below the lines.
        alt: what the figure shows.
    """
    html: str = (
        templates("convlab.drawing")
        .get_template("fragment.html")
        .render(
            title=title,
            headings=headings,
            rows=list(rows),
            lines=list(lines),
            figure=None if figure is None else drawn(figure, alt),
        )
    )
    return html

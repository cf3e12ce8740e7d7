"""The contents of an HTML page, as a browser would find them."""

from html.parser import HTMLParser

_VOID = {"meta", "img", "source", "br", "input", "link", "hr", "base"}


class ParsedPage(HTMLParser):
    """A page, which must be well-formed.

    Attributes:
        elements: the name and the attributes of each element.
        text: the text outside of styles and scripts.
        cells: the text of the cells of all rows of tables.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.cells: list[list[str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, self._open

    def of(self, name: str) -> list[dict[str, str]]:
        """Return the attributes of all elements of a name."""
        return [attributes for tag, attributes in self.elements if tag == name]

    def row(self, *start: str) -> list[str]:
        """Return the only row of a table that starts with some cells."""
        (found,) = [row for row in self.cells if row[: len(start)] == list(start)]
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "tr":
            self.cells.append([])
        if tag in ("td", "th"):
            self.cells[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in ("style", "script"):
            self.text += data
            if {"td", "th"} & set(self._open):
                self.cells[-1][-1] += data.strip("\n")

"""HTML from templates, in which all text is escaped, and figures and pictures as files within a page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from convlab.drawing.figures import to_svg
from convlab.drawing.pictures import as_uri
from convlab.text.formatting import one_line
from convlab.text.visible import visible

if TYPE_CHECKING:
    import jinja2
    from matplotlib.figure import Figure


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A figure within a page.

    Attributes:
        light: its address, for a light page.
        dark: its address, for a dark page.
        alt: what it shows, for those who do not see it.
    """

    light: str
    dark: str
    alt: str


def drawn(figure: "Figure", alt: str) -> Drawn:
    """Return a figure for a page.

    As an image, an SVG cannot execute scripts or load anything, whatever text it contains.
    """
    light, dark = (as_uri(to_svg(figure, dark=dark).encode(), "image/svg+xml") for dark in (False, True))
    return Drawn(light=light, dark=dark, alt=alt)


@cache
def templates(package: str) -> "jinja2.Environment":
    """Return the templates of a package, from its folder ``templates``.

    Every text is escaped. Characters that reorder or hide text, or that HTML lacks, are shown as escapes.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        autoescape=True,
        finalize=_shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "percent": percent,
        "count": count,
        "short": one_line,
        "code": _code,
    }
    environment.filters.update(filters)
    return environment


def percent(fraction: float | None, digits: int = 2) -> str:
    """Return a fraction such as ``98.31 %``; ``none`` if it is not defined."""
    if fraction is None or fraction != fraction:
        return "none"
    return f"{100 * fraction:.{digits}f}\N{NO-BREAK SPACE}%"


def count(number: float | None) -> str:
    """Return a number such as ``12,345``."""
    return "unknown" if number is None else f"{number:,}"


def sentence(template: str, **texts: str) -> Any:
    """Return a sentence as HTML, in which texts of others are escaped and do not reorder what follows.

    Args:
        template: with the names of the texts in braces.
        texts: the texts.
    """
    import markupsafe

    isolated = {
        name: markupsafe.Markup("<bdi>{}</bdi>").format(visible(text)) for name, text in texts.items()
    }
    return markupsafe.Markup(template).format(**isolated)


def _shown(value: Any) -> Any:
    if hasattr(value, "__html__"):
        return value
    return "" if value is None else visible(value)


def _code(text: str) -> Any:
    import markupsafe

    return markupsafe.escape(visible(text, keep="\n\t"))

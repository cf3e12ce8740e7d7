"""Matplotlib figures that depend on no global state: how they look, and how they are saved."""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.errors import ConfigError, ConvlabError
from convlab.system.atomic_write import write_bytes
from convlab.text.visible import visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf")

# Each color on a light page and on a dark one; all have a contrast of at least 4.5 to their page.
INK, MUTED, GRID = "#1f2328", "#59636e", "#d1d9e0"
SERIES = ("#0969da", "#bc4c00", "#1a7f37", "#8250df", "#bf3989", "#7d4e00", "#cf222e", "#1b7c83")
_ON_DARK = {
    INK: "#f0f6fc",
    MUTED: "#9198a1",
    GRID: "#3d444d",
    **dict(
        zip(
            SERIES,
            ("#4493f8", "#f0883e", "#3fb950", "#ab7df8", "#db61a2", "#d29922", "#f85149", "#39c5cf"),
            strict=True,
        )
    ),
}
_COLOR = re.compile(r"((?:fill|stroke): )(#[0-9a-f]{6})")
_MAX_LABEL = 24


@contextmanager
def plain_style() -> Iterator[None]:
    """Draw and save in this style, whatever the user's own settings of matplotlib are.

    Text is drawn as it is: names of others are neither formulas nor TeX.
    """
    import matplotlib

    style = {
        **{key: value for key, value in matplotlib.rcParamsDefault.items() if not key.startswith("backend")},
        "text.parse_math": False,
        "svg.fonttype": "none",
        "svg.hashsalt": "convlab",
        "pdf.fonttype": 42,
        "savefig.dpi": 200,
        "font.size": 11,
        "axes.titlesize": 12,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": MUTED,
        "axes.labelcolor": INK,
        "axes.titlecolor": INK,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": GRID,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "text.color": INK,
        "legend.frameon": False,
        "lines.linewidth": 2,
        "lines.markersize": 4,
        "image.interpolation": "nearest",
    }
    with matplotlib.rc_context(style), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about characters that the font lacks
        yield


def new_figure(width: float, height: float, *, rows: int = 1, columns: int = 1) -> "tuple[Figure, list[Any]]":
    """Return an empty figure and its axes, row by row.

    Args:
        width: of the figure, in inches.
        height: of the figure, in inches.
        rows: the rows of axes.
        columns: the axes in each row.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def label(text: object) -> str:
    """Return a name of others as a short label that matplotlib neither interprets nor hides."""
    shown = visible(text)
    shown = shown if len(shown) <= _MAX_LABEL else f"{shown[: _MAX_LABEL - 1]}…"
    return f" {shown}" if shown.startswith("_") else shown  # an underscore hides a label from legends


def to_svg(figure: "Figure", *, dark: bool = False) -> str:
    """Return a figure as SVG with a transparent background.

    Args:
        figure: drawn with the colors of this module.
        dark: whether it is shown on a dark page.
    """
    with plain_style():
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    svg = buffer.getvalue().decode()
    svg = svg[svg.index("<svg") :]
    return _COLOR.sub(lambda found: found[1] + _ON_DARK.get(found[2], found[2]), svg) if dark else svg


def save_figure(figure: "Figure", file: str | Path) -> Path:
    """Write a figure to a PNG, SVG or PDF file, and return its path.

    Raises:
        ConfigError: the name has another suffix.
        ConvlabError: the file cannot be written.
    """
    path = check_suffix(file)
    suffix = path.suffix.lower()
    metadata = {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}[suffix]
    with plain_style():
        buffer = io.BytesIO()
        figure.savefig(buffer, format=suffix[1:], metadata=metadata)
    write_page(path, buffer.getvalue())
    return path


def check_suffix(file: str | Path, suffixes: Sequence[str] = SUFFIXES) -> Path:
    """Return the path of a file to write, such as a figure's.

    Args:
        file: its name.
        suffixes: those of the formats.

    Raises:
        ConfigError: its name does not end in the suffix of a format.
    """
    path = Path(file).expanduser()
    if path.suffix.lower() not in suffixes:
        raise ConfigError(f"`to`: expected a file name that ends in {', '.join(suffixes)}, got {str(file)!r}")
    return path


def write_page(path: Path, content: bytes) -> None:
    """Write a figure or a page in one step, and create its folder if necessary.

    Raises:
        ConvlabError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, content)
    except OSError as error:
        raise ConvlabError(
            f"cannot write {str(path)!r} ({error.strerror or error}); choose another `to`"
        ) from error

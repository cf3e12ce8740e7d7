"""The table of ``convlab runs``: as many columns as fit, the most important ones first."""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten
from typing import Any

from rich.cells import cell_len
from rich.filesize import decimal
from rich.text import Text

from convlab.runs.listed_run import ListedRun
from convlab.text.formatting import age, duration
from convlab.text.visible import visible

# In the order of the table, and the order in which they get a place.
_COLUMNS = (
    "run",
    "age",
    "dataset",
    "architecture",
    "epochs",
    "score",
    "time",
    "size",
    "state",
    "differs",
    "note",
)
_IMPORTANCE = (
    "run",
    "score",
    "state",
    "differs",
    "note",
    "age",
    "architecture",
    "dataset",
    "epochs",
    "time",
    "size",
)
_RIGHT_ALIGNED = {"age", "epochs", "score", "time", "size"}
# These are cut to what is left of the width, but to no less than this.
_FLEXIBLE, _MIN_WIDTH, _MAX_MESSAGE = ("differs", "note"), 20, 60
_GAP = "  "
_STYLES = {"finished": "green", "running": "cyan", "interrupted": "yellow", "failed": "red", "damaged": "red"}


def runs_table(runs: Sequence[ListedRun], runs_dir: Path, width: int | None) -> Text:
    """Return aligned lines; a rich table takes seconds for thousands of runs.

    Args:
        runs: in the order of the lines.
        runs_dir: the folder that the names are relative to.
        width: that of the terminal; ``None`` shows every column whole.
    """
    cells = {name: list(map(visible, column)) for name, column in _cells(runs, runs_dir).items()}
    headings = {name: name for name in cells} | {"score": _score_heading(runs)}
    widths = {
        name: max(cell_len(headings[name]), *map(cell_len, column))
        for name, column in cells.items()
        if any(column)
    }
    if width is not None:
        widths = _fitted(widths, width)
    text = Text(no_wrap=True, overflow="ellipsis")
    _append_line(text, headings, widths, dict.fromkeys(widths, "bold"))
    for number, run in enumerate(runs):
        text.append("\n")
        styles = {"run": "bold cyan", "state": _STYLES[run.state]}
        _append_line(text, {name: cells[name][number] for name in widths}, widths, styles)
    return text


def _cells(runs: Sequence[ListedRun], runs_dir: Path) -> dict[str, list[str]]:
    now, names_score = datetime.now(UTC), len(_score_names(runs)) > 1
    rows = [
        (
            os.path.relpath(run.path, runs_dir),
            age((now - run.started).total_seconds()),
            run.dataset,
            run.architecture,
            "" if run.epochs is None else str(run.epochs),
            f"{run.score[0] + ' ' if names_score else ''}{run.score[1]:.4f}" if run.score else "",
            "" if run.seconds is None else duration(run.seconds),
            decimal(run.size).replace("bytes", "B"),
            run.state,
            unusual,
            " ".join(
                filter(
                    None,
                    [
                        run.note,
                        *(f"#{tag}" for tag in run.tags),
                        shorten(run.message, _MAX_MESSAGE, placeholder="…"),
                    ],
                )
            ),
        )
        for run, unusual in zip(runs, _unusual(runs), strict=True)
    ]
    return {name: [row[number] for row in rows] for number, name in enumerate(_COLUMNS)}


def _score_names(runs: Iterable[ListedRun]) -> set[str]:
    return {run.score[0] for run in runs if run.score}


def _score_heading(runs: Iterable[ListedRun]) -> str:
    names = _score_names(runs)
    return f"val {names.pop()}" if len(names) == 1 else "validation"


def _unusual(runs: Sequence[ListedRun]) -> list[str]:
    """Return the differing settings of each run, without values that most runs have.

    Settings with many values come first, and are named by the last word of their keys if that is unambiguous.
    """
    values: dict[str, Counter[str]] = defaultdict(Counter)
    for run in runs:
        for key, value in run.differing.items():
            values[key][_written(value)] += 1
    words = Counter(key.rpartition(".")[2] for key in values)
    texts = []
    for run in runs:
        pieces = []
        for key, counts in sorted(values.items(), key=lambda item: -len(item[1])):
            value = _written(run.differing[key]) if key in run.differing else None
            if value is not None and 2 * counts[value] <= counts.total():
                word = key.rpartition(".")[2]
                pieces.append(f"{word if words[word] == 1 else key}={value}")
        texts.append(" ".join(pieces))
    return texts


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=str)


def _fitted(widths: Mapping[str, int], width: int) -> dict[str, int]:
    """Return the columns that fit, with the widths that they get."""
    fitted: dict[str, int] = {}
    left = width
    for name in _IMPORTANCE:
        gap = len(_GAP) if fitted else 0
        least = min(widths.get(name, 0), _MIN_WIDTH) if name in _FLEXIBLE else widths.get(name, 0)
        if least and (not fitted or gap + least <= left):
            fitted[name] = min(least, width)
            left -= gap + fitted[name]
    for name in _FLEXIBLE:
        if name in fitted:
            more = min(widths[name] - fitted[name], left)
            fitted[name] += more
            left -= more
    return {name: fitted[name] for name in _COLUMNS if name in fitted}


def _append_line(
    text: Text, cells: Mapping[str, str], widths: Mapping[str, int], styles: Mapping[str, str]
) -> None:
    last = list(widths)[-1]
    for name, width in widths.items():
        cell = _cut(cells[name], width)
        padding = " " * (width - cell_len(cell))
        if name in _RIGHT_ALIGNED:
            cell = padding + cell
        elif name != last:
            cell += padding
        text.append(cell, styles.get(name, ""))
        text.append("" if name == last else _GAP)


def _cut(cell: str, width: int) -> str:
    """Return a cell that is not wider, cut between words if possible."""
    if cell_len(cell) <= width:
        return cell
    short = cell
    while cell_len(short) > width - 1:
        short = short[:-1]
    words = short.rpartition(" ")[0] if cell[len(short)] != " " else short
    return f"{words.rstrip() or short}…"

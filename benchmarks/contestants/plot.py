"""Plot training throughput relative to the fastest Keras configuration as a bar chart."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

_COLUMNS = 4
_HEIGHT_PER_BAR = 0.3
_HEIGHT_PER_TITLE = 0.9
_LABEL: dict[str, Any] = {
    "textcoords": "offset points",
    "va": "center",
    "fontsize": 8,
    "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.5},
}


def draw(groups: list[list[dict[str, Any]]], file: Path) -> None:
    """Draw one panel per case; each group starts a new row of panels.

    Args:
        groups: results with ratios; all cases of a group have the same contestants.
        file: the PNG file to write.
    """
    groups = [group[first : first + _COLUMNS] for group in groups for first in range(0, len(group), _COLUMNS)]
    heights = [_HEIGHT_PER_BAR * len(group[0]["rows"]) + _HEIGHT_PER_TITLE for group in groups]
    columns = max(len(group) for group in groups)
    figure, axes = plt.subplots(
        len(groups),
        columns,
        figsize=(1.6 + 2.7 * columns, sum(heights) + 0.3),
        height_ratios=heights,
        sharey="row",
        squeeze=False,
        layout="constrained",
    )
    for row, group in zip(axes, groups, strict=True):
        for axis, result in zip(row, group, strict=False):
            _draw_case(axis, result)
        for axis in row[len(group) :]:
            axis.set_visible(False)
    figure.supxlabel("images per second, relative to the fastest Keras configuration", fontsize=9)
    figure.savefig(file, dpi=120)


def _draw_case(axis: Any, result: dict[str, Any]) -> None:
    rows = result["rows"][::-1]
    names = [row["contestant"] for row in rows]
    ratios = [row["ratio"] for row in rows]
    colors = ["tab:orange" if name.startswith("convlab") else "tab:gray" for name in names]
    axis.barh(names, ratios, color=colors)
    axis.axvline(1, color="black", linewidth=0.8)
    for position, row in enumerate(rows):
        end = row["ratio"]
        if row["range"] is not None:
            low, high = (row["ratio"] * speed / row["median"] for speed in row["range"])
            axis.hlines(position, low, high, color="black", linewidth=1)
            end = high
        axis.annotate(f"{row['ratio']:.2f}×", (end, position), (4, 0), **_LABEL)
    axis.set_xlim(0, 1.25 * max(*ratios, 1.0))
    model, _, conditions = result["title"].partition(", ")
    axis.set_title(f"{model}\n{conditions}", fontsize=9)
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)

"""The ratios as a picture."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt


def draw(results: list[dict[str, Any]], file: Path) -> None:
    """Draw a panel a case, a bar a contestant, the bar's length being the ratio to Keras fit."""
    figure, axes = plt.subplots(
        1, len(results), figsize=(3.4 * len(results), 3.6), sharey=True, squeeze=False
    )
    for axis, result in zip(axes[0], results, strict=True):
        rows = result["rows"][::-1]
        names = [row["contestant"] for row in rows]
        colours = ["tab:orange" if name.startswith("convlab") else "tab:gray" for name in names]
        bars = axis.barh(names, [row["ratio"] for row in rows], color=colours)
        axis.bar_label(bars, fmt="%.2f×", padding=3, fontsize=8)
        axis.axvline(1, color="black", linewidth=0.8)
        axis.margins(x=0.2)
        axis.set_title(result["title"], fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
    figure.supxlabel("images a second, as a ratio to Keras fit on arrays", fontsize=9)
    figure.tight_layout()
    figure.savefig(file, dpi=120)

"""A comparison as a file: a page, a table or a figure."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.comparison.result import Comparison
from convlab.drawing.figures import SUFFIXES, check_suffix, save_figure
from convlab.drawing.html import drawn
from convlab.drawing.scores import arms_figure
from convlab.drawing.tables import TABLES, write_table
from convlab.reporting.page import write_report

if TYPE_CHECKING:
    from matplotlib.figure import Figure

VIEWS = (".html", *TABLES, *SUFFIXES)
_RUN_HEADINGS = ("arm", "seed", "score", "seconds", "run")


def check_view(to: str | Path) -> Path:
    """Return the path of a file to write.

    Raises:
        ConfigError: its name does not end in the suffix of a format.
    """
    return check_suffix(to, VIEWS)


def write_view(
    to: str | Path,
    *,
    template: str,
    content: Callable[[], dict[str, Any]],
    table: Callable[[str], tuple[Sequence[str], Iterable[Sequence[object]]]],
    figure: Callable[[], "Figure"],
) -> Path:
    """Write a result, by the suffix of the file, and return its path.

    Args:
        to: the file.
        template: of the page.
        content: returns what the template shows.
        table: returns the headings and rows for a suffix.
        figure: returns the figure.

    Raises:
        ConfigError: the file's name has another suffix, or it is a page that convlab did not write.
        ConvlabError: the file cannot be written.
    """
    path = check_view(to)
    suffix = path.suffix.lower()
    if suffix == ".html":
        write_report(path, template, content())
    elif suffix in TABLES:
        write_table(path, *table(suffix))
    else:
        save_figure(figure(), path)
    return path


def write_comparison(result: Comparison, to: str | Path) -> Path:
    """Write a comparison; see ``write_view``.

    A page has the verdicts, the arms and a figure. A table has the arms; one for programs (``.csv``) has each
    run. A figure has the score of each run, and the mean of each arm with its interval.
    """
    return write_view(
        to,
        template="arms.html",
        content=lambda: comparison_content(result),
        table=lambda suffix: (_RUN_HEADINGS, _runs(result)) if suffix == ".csv" else result.table(),
        figure=lambda: _figure(result),
    )


def comparison_content(result: Comparison) -> dict[str, Any]:
    """Return what the template of a page shows of a comparison."""
    unit = result.unit
    headings, arms = result.table()
    scores = "; ".join(f"{arm.label}: {unit.score(arm.estimate.mean)}" for arm in result.arms)
    return {
        "comparison": result,
        "verdicts": [pair.verdict for pair in result.pairs],
        "headings": headings,
        "arms": arms,
        "arms_figure": drawn(_figure(result), f"The score of each run. Means: {scores}."),
        "run_headings": _RUN_HEADINGS,
        "runs": [
            (arm, seed, f"{score:.4f}", f"{seconds:.1f}", run)
            for arm, seed, score, seconds, run in _runs(result)
        ],
    }


def _runs(result: Comparison) -> list[tuple[str, int, float, float, str]]:
    return [
        (arm.label, seed, float(score), float(seconds), run)
        for arm in result.arms
        for seed, score, seconds, run in zip(result.seeds, arm.scores, arm.seconds, arm.runs, strict=True)
    ]


def _figure(result: Comparison) -> "Figure":
    factor = 100 if result.unit.is_fraction else 1
    arms = {
        arm.label: (
            factor * arm.scores,
            factor * arm.estimate.mean,
            factor * arm.estimate.low,
            factor * arm.estimate.high,
        )
        for arm in result.arms
    }
    unit = ", %" if result.unit.is_fraction else ""
    return arms_figure(arms, f"{result.split} {result.metric}{unit}")

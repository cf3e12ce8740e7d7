"""A sweep as a file: a page, a table or a figure."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.comparison.views import comparison_content, write_view
from convlab.drawing.html import drawn
from convlab.drawing.scores import trials_figure
from convlab.tuning.result import Sweep

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_sweep(result: Sweep, to: str | Path) -> Path:
    """Write a sweep; see ``write_view``.

    A page has the trials, a figure, the importance of the settings and the confirmation. A table has the
    trials, and a figure the score of each trial against each setting.
    """
    return write_view(
        to,
        template="sweep.html",
        content=lambda: _content(result),
        table=lambda _: (_headings(result), _trials(result)),
        figure=lambda: _figure(result),
    )


def _content(result: Sweep) -> dict[str, Any]:
    confirmed = {} if result.confirmation is None else comparison_content(result.confirmation)
    best = ", ".join(f"{key}={_short(value)}" for key, value in result.best.values.items())
    return {
        "sweep": result,
        "best": best,
        "trial_headings": _headings(result),
        "trials": _trials(result),
        "trials_figure": drawn(
            _figure(result), f"The score of each trial against each setting. The best trial has {best}."
        ),
        **{"comparison": None, **confirmed},
    }


def _keys(result: Sweep) -> list[str]:
    return [each.partition("=")[0] for each in result.space]


def _headings(result: Sweep) -> tuple[str, ...]:
    return "trial", "state", f"validation {result.metric}", *_keys(result)


def _trials(result: Sweep) -> list[tuple[object, ...]]:
    ranked = result.ranked()
    others = [trial for trial in result.trials if trial.score is None]
    return [
        (
            trial.number,
            trial.state,
            "" if trial.score is None else f"{trial.score:.4f}",
            *(_short(trial.values.get(key, "")) for key in _keys(result)),
        )
        for trial in (*ranked, *others)
    ]


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _figure(result: Sweep) -> "Figure":
    complete = [(trial, trial.score) for trial in result.ranked() if trial.score is not None]
    logarithmic = [
        key for key, _, search in (each.partition("=") for each in result.space) if search.startswith("log")
    ]
    return trials_figure(
        {key: [trial.values.get(key) for trial, _ in complete] for key in _keys(result)},
        [score for _, score in complete],
        f"validation {result.metric}",
        best=0,
        logarithmic=logarithmic,
    )

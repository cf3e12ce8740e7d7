"""The contents of the report of several runs."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from convlab.drawing.curves import curves_of_runs, in_words, pareto_front, trade_off
from convlab.drawing.html import Drawn, drawn
from convlab.reporting.available import Available
from convlab.reporting.run_view import RunView
from convlab.reporting.score import Interval, recorded_interval
from convlab.runs.recorded_images import recorded_images
from convlab.runs.run_differences import with_differences
from convlab.text.formatting import listed

_COSTS = {"seconds": "seconds of training", "parameters": "parameters", "flops": "FLOPs per image"}


@dataclass(frozen=True, kw_only=True)
class ComparedRun:
    """A run in the table.

    Attributes:
        label: its name, unique in the report.
        view: the run.
        differing: the settings that not all runs have in common.
        score: its value of the metric; ``None`` if it has none.
        interval: of the score, if it is an accuracy on a known number of images.
        loss: on the validation set.
        seconds: of training.
        parameters: the number of weights.
        flops: per image in a forward pass; ``None`` if the model cannot be loaded.
        best_by: the costs for which no other run dominates it.
    """

    label: str
    view: RunView
    differing: dict[str, str]
    score: float | None
    interval: Interval | None
    loss: float | None
    seconds: float | None
    parameters: int | None
    flops: int | None
    best_by: tuple[str, ...] = ()


def comparison_page(views: Sequence[RunView], available: Available) -> dict[str, Any]:
    """Return what the template shows of several runs."""
    names = Counter(view.listed.score[0] for view in views if view.listed.score)
    metric = names.most_common(1)[0][0] if names else "accuracy"
    labels = _labels(views)
    differing = [run.differing for run in with_differences([view.listed for view in views])]
    runs = [
        ComparedRun(
            label=label,
            view=view,
            differing={key: str(value) for key, value in its_own.items()},
            score=(score := view.listed.validation.get(metric)),
            interval=available.attempt(
                f"interval of {label}",
                partial(recorded_interval, view, "validation", score if metric == "accuracy" else None),
            ),
            loss=view.listed.validation.get("loss"),
            seconds=_seconds(view),
            parameters=view.described["parameters"],
            flops=available.attempt(f"FLOPs of {label}", partial(_flops, view)),
        )
        for label, view, its_own in zip(labels, views, differing, strict=True)
    ]
    points = {cost: _points(runs, cost) for cost in _COSTS}
    fronts = {cost: pareto_front(found) for cost, found in points.items() if len(found) > 1}
    return {
        "metric": metric,
        "runs": [
            replace(run, best_by=tuple(cost for cost, front in fronts.items() if run.label in front))
            for run in sorted(runs, key=lambda run: math.inf if run.score is None else -run.score)
        ],
        "settings": list(dict.fromkeys(key for run in runs for key in run.differing)),
        "datasets": sorted({view.listed.dataset for view in views}),
        "all_finished": all(view.listed.state == "finished" for view in views),
        "warnings": available.attempt("whether the scores compare", lambda: _incomparable(views)) or [],
        "curves": available.attempt("learning curves", lambda: _curves(runs, metric)) or [],
        "trade_offs": [
            _trade_off(found, fronts[cost], cost, metric) for cost, found in points.items() if cost in fronts
        ],
    }


def _labels(views: Sequence[RunView]) -> list[str]:
    names = [view.path.resolve().name for view in views]
    counts = Counter(names)
    return [name if counts[name] == 1 else str(view.path) for name, view in zip(names, views, strict=True)]


def _seconds(view: RunView) -> float | None:
    timing = view.described["timing"]
    if timing and "train" in timing:
        return float(timing["train"])
    return sum(float(record.get("seconds") or 0) for record in view.epochs) or None


def _flops(view: RunView) -> int:
    model = view.model
    from convlab.training.model.cost import forward_flops

    return forward_flops(model)


def _points(runs: Sequence[ComparedRun], cost: str) -> dict[str, tuple[float, float]]:
    value: Callable[[ComparedRun], float | None] = lambda run: getattr(run, cost)  # noqa: E731
    return {
        run.label: (float(spent), run.score)
        for run in runs
        if run.score is not None and (spent := value(run)) is not None
    }


def _curves(runs: Sequence[ComparedRun], metric: str) -> list[Drawn]:
    epochs = {run.label: run.view.epochs for run in runs if run.view.epochs}
    found = []
    for name, over in ((f"val_{metric}", "epoch"), (f"val_{metric}", "seconds"), ("val_loss", "epoch")):
        known = {label: records for label, records in epochs.items() if any(name in each for each in records)}
        if known:
            unit = "epochs" if over == "epoch" else "seconds of training"
            alt = f"Curves of the {in_words(name)} over the {unit} of {len(known)} runs."
            found.append(
                drawn(curves_of_runs(known, name, over=over), f"{alt} The table has the last values.")
            )
    return found


def _trade_off(points: dict[str, tuple[float, float]], front: Sequence[str], cost: str, metric: str) -> Drawn:
    figure = trade_off(points, cost=_COSTS[cost], score=f"validation {metric}", logarithmic=cost != "seconds")
    return drawn(figure, f"Validation {metric} over {_COSTS[cost]}. On the Pareto front: {', '.join(front)}.")


def _incomparable(views: Sequence[RunView]) -> list[str]:
    """Say why the scores of the runs do not compare."""
    datasets = sorted({view.listed.dataset for view in views})
    if len(datasets) > 1:
        return [f"The runs use the datasets {listed(datasets)}, so their scores do not compare."]
    records = [recorded_images(view.path) for view in views]
    digests = {
        None if record is None or "validation" not in record.splits else record.splits["validation"].sha256
        for record in records
    }
    if len(digests) > 1:
        return ["The runs have different validation sets, as with other seeds or limits of the data."]
    return []

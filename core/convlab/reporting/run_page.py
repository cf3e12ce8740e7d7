"""The contents of the report of one run."""

import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import numpy as np

from convlab.data import in_memory
from convlab.drawing.curves import learning_curves, metric_names
from convlab.drawing.evaluations import confusion_figure
from convlab.drawing.html import Drawn, drawn, percent
from convlab.reporting import plot
from convlab.reporting.available import Available
from convlab.reporting.findings import findings
from convlab.reporting.learning_rate import learning_rates
from convlab.reporting.run_pictures import (
    explained_pictures,
    feature_map_sheets,
    filter_sheet,
    mistake_pictures,
    sample_pictures,
)
from convlab.reporting.run_view import RunView
from convlab.reporting.score import Interval, recorded_interval, score_run
from convlab.text.formatting import duration
from convlab.training.callbacks.summary_lines import decimal
from convlab.use.evaluation_report import Evaluation

_LARGEST_TABLE = 20  # classes, of a confusion matrix as a table
_CONFUSIONS = 10
_SHADES = 9
# What depends on predictions.
_OF_PREDICTIONS = (
    "evaluation",
    "score",
    "findings",
    "confusion",
    "confusion_figure",
    "confusions",
    "calibration",
    "mistakes",
    "mistakes_count",
    "explained",
    "maps",
)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of a confusion matrix.

    Attributes:
        images: the number of images.
        style: the name of its color.
    """

    images: int
    style: str


def run_page(run: RunView, available: Available) -> dict[str, Any]:
    """Return what the template shows of a run; ``None`` for what the run does not have."""
    attempt = available.attempt
    described = run.described
    started = f"{run.listed.started.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return {
        "name": run.path.resolve().name,
        "described": described,
        "started": started,
        "is_sealed": run.is_sealed,
        "recorded_interval": attempt("interval of the recorded accuracy", lambda: _recorded_interval(run)),
        "recorded_test": {name: decimal(value) for name, value in (described["test"] or {}).items()},
        **_predictions(run, available),
        "curves": attempt("learning curves", lambda: _curves(run)) or [],
        "rates": attempt("learning rate", lambda: _rates(run)),
        "filters": attempt("filters", lambda: filter_sheet(run)),
        "samples": attempt("samples of each class", lambda: sample_pictures(run)) or [],
        "layers": attempt("cost of each layer", lambda: _layers(run)),
        "facts": attempt("experiment and environment", lambda: _facts(described, started)) or {},
        "settings": attempt("settings", lambda: run.recorded.experiment.to_toml()),
        "changed": {key: str(value) for key, value in described["changed"].items()},
        "commands": _commands(run),
    }


def _recorded_interval(run: RunView) -> Interval | None:
    return recorded_interval(run, "test", (run.described["test"] or {}).get("accuracy"))


def _predictions(run: RunView, available: Available) -> dict[str, Any]:
    """Return what the template shows of the predictions of a run."""
    attempt = available.attempt
    evaluation = attempt("everything that depends on predictions", lambda: run.evaluation)
    if evaluation is None:
        return dict.fromkeys(_OF_PREDICTIONS)
    score = attempt("score", lambda: score_run(run))
    of_predictions = {
        "evaluation": evaluation,
        "score": score,
        "findings": attempt("findings", lambda: [] if score is None else findings(run, score)) or [],
        "confusion": _confusion_table(evaluation),
        "confusion_figure": _confusion_figure(evaluation),
        "confusions": evaluation.worst_confusions(_CONFUSIONS),
        "calibration": attempt("calibration", lambda: _calibration(run)),
        "mistakes": attempt("mistakes", lambda: mistake_pictures(run)),
        "mistakes_count": _count_mistakes(evaluation),
        "explained": attempt("Grad-CAM", lambda: explained_pictures(run)),
        "maps": attempt("feature maps", lambda: feature_map_sheets(run)),
    }
    assert set(of_predictions) == set(_OF_PREDICTIONS)
    return of_predictions


def _curves(run: RunView) -> list[Drawn]:
    if not run.epochs:
        return []
    return [
        drawn(learning_curves(run.epochs, [name], selected=run.selected_epoch), _ends(run.epochs, name))
        for name in metric_names(run.epochs)
    ]


def _ends(epochs: Sequence[dict[str, Any]], name: str) -> str:
    """Describe the curve of a metric in words."""
    pieces = [
        f"{words} {decimal(epochs[0][key])} after the first epoch, {decimal(epochs[-1][key])} after the last"
        for key, words in ((name, "training"), (f"val_{name}", "validation"))
        if key in epochs[0] and key in epochs[-1]
    ]
    return f"Curve of {name} over {len(epochs)} epochs: {'; '.join(pieces)}."


def _rates(run: RunView) -> Drawn:
    rates = learning_rates(run)
    return drawn(
        plot.rates(run),
        f"Curve of the learning rate: {rates.rates[0]:.3g} in the first step, at most "
        f"{max(rates.rates):.3g}, {rates.rates[-1]:.3g} in the last.",
    )


def _confusion_table(evaluation: Evaluation) -> list[list[Cell]] | None:
    matrix = evaluation.confusion_matrix
    if len(matrix) > _LARGEST_TABLE:
        return None
    fractions = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    mistakes = fractions * (1 - np.eye(len(matrix)))
    largest = float(mistakes.max()) or 1.0
    return [
        [
            _cell(int(images), float(fractions[row, column]), largest, is_correct=row == column)
            for column, images in enumerate(matrix[row])
        ]
        for row in range(len(matrix))
    ]


def _cell(images: int, fraction: float, largest: float, *, is_correct: bool) -> Cell:
    if not images:
        return Cell(images=0, style="zero")
    relative = fraction if is_correct else fraction / largest
    return Cell(images=images, style=f"{'right' if is_correct else 'wrong'}{math.ceil(relative * _SHADES)}")


def _confusion_figure(evaluation: Evaluation) -> Drawn | None:
    names = [report.name for report in evaluation.classes]
    if len(names) <= _LARGEST_TABLE:
        return None
    figure = confusion_figure(evaluation.confusion_matrix, names)
    return drawn(figure, "Confusion matrix; the table below lists the most frequent confusions.")


def _calibration(run: RunView) -> Drawn:
    found = run.evaluation.calibration
    return drawn(
        plot.calibration(run),
        f"Accuracy over confidence in {found.bins} bins; expected calibration error {found.error:.4f}, "
        f"mean confidence {percent(found.confidence)}.",
    )


def _count_mistakes(evaluation: Evaluation) -> int:
    return int((evaluation.logits.argmax(axis=1) != evaluation.labels).sum())


def _layers(run: RunView) -> dict[str, Any]:
    model = run.model
    from convlab.training.model.cost import layer_costs

    costs = layer_costs(model)
    return {
        "input": "×".join(map(str, model.input_shape[1:])),
        "rows": [
            (cost.layer, cost.type, "×".join(map(str, cost.output_shape or ())), cost.parameters, cost.flops)
            for cost in costs
        ],
        "parameters": sum(cost.parameters for cost in costs),
        "flops": sum(cost.flops for cost in costs),
    }


def _facts(described: dict[str, Any], started: str) -> dict[str, str]:
    environment, timing = described["environment"], described["timing"] or {}
    plugins = (
        f"{plugin['kind']} {plugin['name']} {plugin['version'] or 'sha256:' + str(plugin['sha256'])[:12]}"
        for plugin in described["plugins"]
        if plugin["origin"] != "built-in"
    )
    parts = {
        key: ", ".join(value) if isinstance(value, list) else str(value)
        for key, value in described["parts"].items()
    }
    versions = (f"{name} {version}" for name, version in environment.get("versions", {}).items())
    commit = environment.get("git_commit")
    facts = {
        **parts,
        "started": started,
        "time": ", ".join(f"{name} {duration(seconds)}" for name, seconds in timing.items()),
        "seed": environment.get("seed"),
        "precision": environment.get("precision"),
        "loop": environment.get("loop"),
        "XLA": "yes" if environment.get("xla") is True else "",
        "devices": ", ".join(map(str, environment.get("devices", []))),
        "threads": environment.get("threads"),
        "platform": environment.get("platform"),
        "versions": ", ".join(versions),
        "plugins": ", ".join(plugins),
        "commit": f"{commit}{' with changes' if environment.get('git_dirty') else ''}" if commit else "",
        "note": described["note"],
        "tags": ", ".join(described["tags"]),
    }
    return {name: str(value) for name, value in facts.items() if value not in ("", None)}


def _commands(run: RunView) -> dict[str, str]:
    folder = shlex.quote(str(run.path))
    file = str(run.path / "experiment.toml")
    commands = {f"convlab run {shlex.quote(file)}": "repeats the run"}
    if run.described["parts"].get("dataset") == in_memory.NAME:
        commands = {f"run(Experiment.from_toml({file!r}), data=…)": "repeats the run, in Python"}
    if run.described["state"] == "finished":
        return commands | {f"convlab predict {folder} IMAGE": "classifies images"}
    return commands | {f"convlab resume {folder}": "continues the run"}

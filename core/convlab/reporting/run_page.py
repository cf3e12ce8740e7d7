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
from convlab.drawing.pictures import heated, shades, tiled_uri, to_uri
from convlab.reporting import plot
from convlab.reporting.available import Available
from convlab.reporting.examples import Mistake, class_samples, confident_mistakes
from convlab.reporting.findings import findings
from convlab.reporting.learning_rate import learning_rates
from convlab.reporting.run_view import RunView
from convlab.reporting.score import score_run
from convlab.text.formatting import duration
from convlab.training.callbacks.summary_lines import decimal
from convlab.use.evaluation_report import Evaluation

_MISTAKES = 24
_LARGEST_TABLE = 20  # classes, of a confusion matrix as a table
_CONFUSIONS = 10
_SHADES = 9
_MAPS = 32
_EXPLAINED = 12


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An image within a page.

    Attributes:
        uri: its address.
        alt: what it shows, for those who do not see it.
        heat: the same image under the heat map of Grad-CAM, if there is one.
        lines: its caption.
    """

    uri: str
    alt: str
    heat: str = ""
    lines: tuple[str, ...] = ()


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
    evaluation: Evaluation | None = attempt("everything that depends on predictions", lambda: run.evaluation)
    score = None if evaluation is None else attempt("score", lambda: score_run(run))
    explained = None if evaluation is None else attempt("Grad-CAM", lambda: _explained(run, evaluation))
    return {
        "name": run.path.resolve().name,
        "described": described,
        "split": None if evaluation is None else evaluation.split,
        "is_sealed": run.is_sealed,
        "classes": len(run.recorded.class_names or ()) if evaluation else 0,
        "evaluation": evaluation,
        "score": score,
        "findings": [] if score is None else attempt("findings", lambda: findings(run, score)) or [],
        "recorded_test": {name: decimal(value) for name, value in described["test"].items()}
        if described["test"]
        else {},
        "curves": attempt("learning curves", lambda: _curves(run)) or [],
        "rates": attempt("learning rate", lambda: _rates(run)),
        "confusion": None if evaluation is None else _confusion_table(evaluation),
        "confusion_figure": None if evaluation is None else _confusion_figure(evaluation),
        "confusions": [] if evaluation is None else evaluation.worst_confusions(_CONFUSIONS),
        "calibration": None if evaluation is None else attempt("calibration", lambda: _calibration(run)),
        "mistakes": None if evaluation is None else attempt("mistakes", lambda: _mistakes(run)),
        "mistakes_count": 0 if evaluation is None else _count_mistakes(evaluation),
        "explained": explained or [],
        "filters": attempt("filters", lambda: _filters(run)),
        "maps": None if evaluation is None else attempt("feature maps", lambda: _maps(run)),
        "samples": attempt("samples of each class", lambda: _samples(run)) or [],
        "layers": attempt("cost of each layer", lambda: _layers(run)),
        "started": started,
        "facts": attempt("experiment and environment", lambda: _facts(described, started)) or {},
        "settings": attempt("settings", lambda: run.recorded.experiment.to_toml()),
        "changed": {key: str(value) for key, value in described["changed"].items()},
        "commands": _commands(run),
    }


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


def _mistakes(run: RunView) -> list[Picture]:
    return [_mistake(mistake) for mistake in confident_mistakes(run, _MISTAKES)]


def _mistake(mistake: Mistake) -> Picture:
    confidence = percent(mistake.confidence, 1)
    return Picture(
        uri=to_uri(mistake.picture),
        alt=f"Image of {mistake.label}, predicted as {mistake.predicted}",
        lines=(f"predicted {mistake.predicted}", confidence, f"true {mistake.label}"),
    )


def _explained(run: RunView, evaluation: Evaluation) -> list[Picture]:
    """Return an image of each class with what Grad-CAM shows for its predicted class."""
    from convlab.reporting.activations import grad_cam

    firsts = np.unique(evaluation.labels, return_index=True)[1][:_EXPLAINED].astype(np.int64)
    pictures, predicted = run.pictures(firsts), evaluation.logits[firsts].argmax(axis=1)
    names = [report.name for report in evaluation.classes]
    heats = grad_cam(run.model, pictures, predicted)
    return [
        Picture(
            uri=to_uri(picture),
            heat=to_uri(heated(picture, heat)),
            alt=f"Image of {names[label]}",
            lines=(f"predicted {names[guess]}", f"true {names[label]}")[: 1 if guess == label else 2],
        )
        for picture, heat, guess, label in zip(
            pictures, heats, predicted, evaluation.labels[firsts], strict=True
        )
    ]


def _filters(run: RunView) -> Picture:
    from convlab.reporting.activations import first_filters

    name, kernel = first_filters(run.model)
    height, width, channels, count = kernel.shape
    shown = plot.filter_pictures(kernel)
    size = f"{height}×{width}×{channels}"
    return Picture(
        uri=tiled_uri(shown),
        alt=f"{len(shown)} filters of {size} weights",
        lines=(f"{_of(len(shown), count)} filters of {name}, {size} weights each; gray is zero",),
    )


def _maps(run: RunView) -> list[Picture]:
    from convlab.reporting.activations import feature_maps

    image = run.pictures(np.array([0]))[0]
    found = [Picture(uri=to_uri(image), alt="The image", lines=("the image",))]
    for name, maps in feature_maps(run.model, image):
        height, width, count = maps.shape
        step = -(-max(height, width) // 56)  # large maps are thinned out
        pictures = [shades(maps[::step, ::step, number]) for number in range(min(count, _MAPS))]
        words = f"{_of(len(pictures), count)} feature maps of {name}, {height}×{width}"
        found.append(Picture(uri=tiled_uri(pictures), alt=words, lines=(words,)))
    return found


def _of(shown: int, count: int) -> str:
    return f"the {count}" if shown == count else f"{shown} of the {count}"


def _samples(run: RunView) -> list[tuple[str, int, list[Picture]]]:
    return [
        (
            samples.name,
            samples.images,
            [Picture(uri=to_uri(picture), alt=f"Image of {samples.name}") for picture in samples.pictures],
        )
        for samples in class_samples(run)
    ]


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

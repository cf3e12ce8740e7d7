"""``convlab plot`` as a function."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from convlab.data.arrays import Data
from convlab.drawing.curves import learning_curves, learning_rate_curve
from convlab.drawing.evaluations import calibration_figure, confusion_figure
from convlab.drawing.pictures import picture_grid, shades
from convlab.errors import ConfigError
from convlab.host import PluginHost
from convlab.reporting.examples import confident_mistakes
from convlab.reporting.learning_rate import learning_rates
from convlab.reporting.run_view import Access, RunView, folder_of
from convlab.reporting.score import wilson_interval
from convlab.runs.recorded_run import RecordedRun
from convlab.runs.result import Run
from convlab.text.suggestions import did_you_mean
from convlab.use.evaluation_report import calibration_bins

if TYPE_CHECKING:
    from matplotlib.figure import Figure

What = Literal["curves", "confusion", "mistakes", "filters", "lr", "calibration"]
_MISTAKES = 18
_MOST_FILTERS = 64


def plot(
    run: str | Path | RecordedRun | Run,
    what: What = "curves",
    *,
    runs_dir: str | Path = "runs",
    host: PluginHost | None = None,
    plugin_files: Sequence[str | Path] = (),
    data: Data | None = None,
    dataset_options: Mapping[str, Any] | None = None,
    data_dir: str | Path | None = None,
    trust: bool = False,
) -> "Figure":
    """Draw one figure of a run, which a notebook shows and ``savefig`` saves.

    What depends on predictions uses the test set if the run has evaluated it, or else the validation set.

    Args:
        run: a folder, a name, a unique part of a name, ``last``, an opened run, or the result of ``run``.
        what: ``curves`` of the loss and the metrics, the ``lr`` of each step, the ``confusion`` matrix,
            ``calibration``, the most confident ``mistakes``, or the ``filters`` of the first convolution.
        runs_dir: the folder that contains the runs.
        host: provides the parts; by default the installed plugins and the run's own plugin files.
        plugin_files: plugin files to load, each instead of the run's own of that name.
        data: the arrays of a run that was trained on arrays.
        dataset_options: options of the run's dataset to change, such as its ``path``.
        data_dir: a folder to search for data files first; by default the run's own.
        trust: whether to execute code from the run's author that this machine has never executed.

    Raises:
        ConfigError: no run matches, or an argument is invalid.
        ConvlabError: the run does not have what is drawn; the message says why.

    Example::

        from convlab import plot

        plot("last", "confusion").savefig("confusion.pdf")
    """
    if what not in FIGURES:
        raise ConfigError(f"unknown `what` {what!r}; {did_you_mean(what, FIGURES)}")
    access = Access(
        host=host,
        plugin_files=plugin_files,
        data=data,
        dataset_options=dataset_options or {},
        data_dir=data_dir,
        trust=trust,
    )
    return FIGURES[what](RunView(path=folder_of(run, runs_dir), access=access))


def curves(run: RunView) -> "Figure":
    """Draw the loss and the metrics over the epochs."""
    if not run.epochs:
        raise ConfigError(f"{str(run.path)!r} has no completed epoch, so there are no curves to draw")
    return learning_curves(run.epochs, selected=run.selected_epoch)


def rates(run: RunView) -> "Figure":
    """Draw the learning rate over the epochs."""
    found = learning_rates(run)
    return learning_rate_curve(found.steps, found.rates, steps_per_epoch=found.steps_per_epoch)


def confusion(run: RunView) -> "Figure":
    """Draw the confusion matrix."""
    evaluation = run.evaluation
    return confusion_figure(evaluation.confusion_matrix, [report.name for report in evaluation.classes])


def calibration(run: RunView) -> "Figure":
    """Draw the accuracy of predictions over their confidence."""
    evaluation = run.evaluation
    confidence, accuracy, images = calibration_bins(evaluation.logits, evaluation.labels)
    correct = np.round(np.nan_to_num(accuracy) * images).astype(np.int64)
    interval = np.array(
        [wilson_interval(k, n) if n else (np.nan, np.nan) for k, n in zip(correct, images, strict=True)]
    )
    return calibration_figure(confidence, accuracy, interval.T, images / evaluation.images)


def mistakes(run: RunView) -> "Figure":
    """Draw the most confident mistakes."""
    found = confident_mistakes(run, _MISTAKES)
    if not found:
        raise ConfigError(f"the model of {str(run.path)!r} makes no mistakes on the {run.split} set")
    titles = [f"{each.predicted}, {each.confidence:.0%}\ntrue {each.label}" for each in found]
    return picture_grid([each.picture for each in found], titles)


def filters(run: RunView) -> "Figure":
    """Draw the filters of the first convolution."""
    from convlab.reporting.activations import first_filters

    _, kernel = first_filters(run.model)
    return picture_grid(filter_pictures(kernel), [""] * kernel.shape[-1], columns=8)


def filter_pictures(kernel: Any) -> list[Any]:
    """Return a picture of each filter: in color for images in color, and else the mean over the channels."""
    if kernel.shape[2] != 3:
        kernel = kernel.mean(axis=2, keepdims=True)
    pixels = [shades(kernel[..., number], around_zero=True) for number in range(kernel.shape[-1])]
    return pixels[:_MOST_FILTERS]


FIGURES: dict[str, Callable[[RunView], "Figure"]] = {
    "curves": curves,
    "confusion": confusion,
    "mistakes": mistakes,
    "filters": filters,
    "lr": rates,
    "calibration": calibration,
}
"""The figures that ``plot`` draws, by name."""

"""What ends the training of a run."""

from typing import Literal

from convlab.experiment.settings import TrainSettings
from convlab.training.plan import Plan
from convlab.training.progress import Progress

StopReason = Literal["epochs", "max_steps", "patience", "max_seconds"]


def what_ends(progress: Progress, settings: TrainSettings, plan: Plan, best: int) -> StopReason | None:
    """Tell what ends the training here, if anything does.

    It depends on how far the run has come alone, so that a resumed run ends where the unbroken one does.

    Args:
        progress: how far that is.
        settings: the limits.
        plan: the steps of the whole run.
        best: the epoch that was the best so far, or 0.
    """
    if plan.steps_done(progress.epoch, progress.step) >= plan.total_steps:
        return "max_steps" if plan.total_steps == settings.max_steps else "epochs"
    if time_is_up(progress, settings):
        return "max_seconds"
    if settings.patience is not None and not progress.step and progress.epoch - 1 - best >= settings.patience:
        return "patience"
    return None


def time_is_up(progress: Progress, settings: TrainSettings) -> bool:
    """Tell whether training has taken as long as it may."""
    return settings.max_seconds is not None and progress.trained_seconds >= settings.max_seconds

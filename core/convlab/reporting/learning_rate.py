"""The learning rate of each step of a run, computed from its schedule as the run did."""

from dataclasses import dataclass

import numpy as np

from convlab.errors import RunFolderError
from convlab.experiment import part_options
from convlab.parts import Schedule
from convlab.reporting.run_view import RunView
from convlab.runs.recorded_images import recorded_images

_POINTS = 200


@dataclass(frozen=True, kw_only=True)
class LearningRates:
    """The learning rate at some steps of a run.

    Attributes:
        steps: in ascending order, from 0.
        rates: one per step.
        steps_per_epoch: the steps of a whole epoch.
    """

    steps: tuple[int, ...]
    rates: tuple[float, ...]
    steps_per_epoch: int


def learning_rates(run: RunView) -> LearningRates:
    """Return the learning rate at up to 200 steps, including the first and the last step of the run so far.

    Raises:
        ConvlabError: the schedule is not available, or the number of training images is unknown.
    """
    from convlab.system.tensorflow_start import start_tensorflow

    recorded, settings = run.recorded, run.recorded.experiment.train
    host = run.access.host or recorded.host(
        [Schedule], plugin_files=run.access.plugin_files, trust=run.access.trust
    )
    schedule = host.find(Schedule, recorded.experiment.schedule)
    start_tensorflow()
    from convlab.training.plan import Plan
    from convlab.training.schedules import begin_epoch, scheduled_rate

    plan = Plan.of(settings, _training_images(run))
    rate = scheduled_rate(
        schedule,
        part_options(schedule, recorded.experiment.schedule_options),
        settings.learning_rate or 0.0,
        steps=plan.total_steps,
        warmup=settings.warmup,
    )
    done = min(plan.total_steps, plan.steps_per_epoch * max(len(run.epochs), 1))
    steps = sorted({int(step) for step in np.linspace(0, done - 1, min(done, _POINTS))})
    rates, begun = [], -1
    for step in steps:
        epoch = step // plan.steps_per_epoch
        if epoch != begun:
            begin_epoch(rate, run.epochs[:epoch])
            begun = epoch
        rates.append(float(rate(step)) if callable(rate) else float(rate))
    return LearningRates(steps=tuple(steps), rates=tuple(rates), steps_per_epoch=plan.steps_per_epoch)


def _training_images(run: RunView) -> int:
    recorded = recorded_images(run.path)
    if recorded is not None and "train" in recorded.splits:
        return recorded.splits["train"].images
    names = run.recorded.class_names or ()
    count = sum(run.recorded.class_counts(len(names)))
    if count <= len(names):  # not recorded
        raise RunFolderError(f"{str(run.path)!r} does not record the number of its training images")
    return count

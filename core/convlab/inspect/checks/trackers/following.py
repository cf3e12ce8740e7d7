"""Whether a tracker follows a run from its beginning, or from its middle, to its end."""

import logging
from dataclasses import replace

from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check
from convlab.inspect.checks.trackers.subject import EPOCHS, SUMMARY, TrackerSubject, new_run, run_in_a_folder
from convlab.training.callbacks.trackers import Trackers

logger = logging.getLogger("convlab")


@check(
    "It starts, takes each epoch and the end of a run",
    why="a tracker that fails is dropped, and the run's figures are missing where users look for them",
    fix="let start(run, options) return a convlab.RunTracker, and its methods take what RunTracker's take",
)
def follows_a_run(subject: TrackerSubject) -> None:
    """Tell it of three epochs and the test figures, one of which is no number."""
    subject.require_modules()
    with run_in_a_folder() as run:
        tracker = subject.start(run)
        for record in EPOCHS:
            tracker.epoch_ended(record)
        tracker.finished(SUMMARY | {"test": {"loss": None, "accuracy": 0.9}})


@check(
    "It goes on with a run that ended early",
    why="'convlab resume' starts it anew, in another process, with the records of the epochs before",
    fix="keep a service's id with run.remember(…), and go on with what run.recall() returns, if anything",
    needs=("follows_a_run",),
)
def goes_on_with_a_run(subject: TrackerSubject) -> None:
    """Stop after two epochs, run the second again, and finish."""
    subject.require_modules()
    with run_in_a_folder() as run:
        tracker = subject.start(run)
        tracker.epoch_ended(EPOCHS[0])
        tracker.epoch_ended(EPOCHS[1])
        tracker.stopped("interrupted", "asked to end")
        again = subject.start(replace(run, resumed=True, epoch=2, records=EPOCHS[:1]))
        again.epoch_ended(EPOCHS[1])
        again.epoch_ended(EPOCHS[2])
        again.finished(SUMMARY)


@check(
    "A failure of it does not end the run",
    why="hours of training must not hang on a service",
    fix="raise an exception where something fails; do not end the process, nor interrupt its main thread",
)
def a_failure_ends_no_run(subject: TrackerSubject) -> None:
    """Tell it of a run whose folder cannot be written to."""
    subject.require_modules()
    with run_in_a_folder() as there:
        run = new_run(there.folder / "summary.json" / "none")  # beneath a file
        trackers = Trackers([(subject.provided, subject.options_in(run.folder))])
        logger.disabled = True  # that it is dropped is what should happen
        try:
            trackers.start(run)
            for record in EPOCHS:
                trackers.epoch_ended(record)
            trackers.stopped("interrupted", "asked to end")
        except BaseException as error:
            raise CheckFailedError(f"it ends the process with {type(error).__name__}") from error
        finally:
            logger.disabled = False

"""Whether a tracker follows a run, continues a resumed one and never stops one."""

import logging
from dataclasses import replace

from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.plugins.importing import probe
from convlab.inspect.checks.registry import check
from convlab.inspect.checks.trackers.tracker_subject import (
    EPOCHS,
    SUMMARY,
    TrackerSubject,
    new_run,
    run_in_a_folder,
)
from convlab.training.callbacks.trackers import Trackers

logger = logging.getLogger("convlab")


@check(
    "Its plugin imports without the modules that the tracker requires",
    why="every command imports every plugin, also for users without those modules",
    fix="import them inside start, or in a module that start imports",
)
def imports_without_its_modules(subject: TrackerSubject) -> None:
    """Load the plugin in a new interpreter that blocks the modules."""
    if not subject.part.requires:
        raise NotApplicableError("the tracker requires no modules")
    result = probe(subject.provided.provider, blocked=subject.part.requires)
    if result["imported_at"]:
        file, line, source = result["imported_at"]
        raise CheckFailedError(f"{file}, line {line}: {source}")


@check(
    "Follows a run from start to finish",
    why="a run drops a tracker that fails, and its results are missing in the tracking service",
    fix="return a convlab.Callback from start(run, options), and give its methods Callback's parameters",
)
def follows_a_run(subject: TrackerSubject) -> None:
    """Report three epochs and the test results, one of which is not a number."""
    subject.require_modules()
    with run_in_a_folder() as run:
        tracker = subject.start(run)
        for record in EPOCHS:
            tracker.on_epoch_end(record["epoch"], record)
        tracker.on_train_end(SUMMARY | {"test": {"loss": None, "accuracy": 0.9}})


@check(
    "Continues a run that stopped early",
    why="'convlab resume' starts the tracker again in another process, with the records of past epochs",
    fix="save a service's id with run.remember(…), and continue with the values that run.recall() returns",
    needs=("follows_a_run",),
)
def continues_a_run(subject: TrackerSubject) -> None:
    """Stop after two epochs, run the second again, and finish."""
    subject.require_modules()
    with run_in_a_folder() as run:
        tracker = subject.start(run)
        tracker.on_epoch_end(EPOCHS[0]["epoch"], EPOCHS[0])
        tracker.on_epoch_end(EPOCHS[1]["epoch"], EPOCHS[1])
        tracker.on_failure("interrupted", "asked to stop")
        resumed = subject.start(replace(run, resumed=True, epoch=2, records=EPOCHS[:1]))
        resumed.on_epoch_end(EPOCHS[1]["epoch"], EPOCHS[1])
        resumed.on_epoch_end(EPOCHS[2]["epoch"], EPOCHS[2])
        resumed.on_train_end(SUMMARY)


@check(
    "A failure does not stop the run",
    why="hours of training must not depend on a tracking service",
    fix="raise an exception if something fails; do not exit the process or interrupt its main thread",
)
def a_failure_does_not_stop_the_run(subject: TrackerSubject) -> None:
    """Follow a run whose folder cannot be written."""
    subject.require_modules()
    with run_in_a_folder() as existing:
        run = new_run(existing.folder / "summary.json" / "not-a-folder")  # below a file
        trackers = Trackers([(subject.provided, subject.options_in(run.folder))])
        logger.disabled = True  # the warning that the tracker is dropped is expected
        try:
            trackers.on_train_begin(run)
            for record in EPOCHS:
                trackers.on_epoch_end(record["epoch"], record)
            trackers.on_failure("interrupted", "asked to stop")
        except BaseException as error:
            raise CheckFailedError(f"the tracker ends the process with {type(error).__name__}") from error
        finally:
            logger.disabled = False

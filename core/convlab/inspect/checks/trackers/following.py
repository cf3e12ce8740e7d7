"""Whether a tracker follows a run, continues a resumed one and never stops one."""

import logging
from copy import deepcopy
from dataclasses import replace
from difflib import get_close_matches

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
from convlab.text.suggestions import did_you_mean
from convlab.training.callbacks.callback import Callback, RunTracker
from convlab.training.callbacks.trackers import Trackers

_EVENTS = ("on_epoch_end", "on_train_end", "on_failure")
_FORMER_EVENTS = ("epoch_ended", "finished", "stopped")

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
        logs, summary = deepcopy((EPOCHS, SUMMARY | {"test": {"loss": None, "accuracy": 0.9}}))
        for record in logs:
            tracker.on_epoch_end(record["epoch"], record)
        tracker.on_train_end(summary)


@check(
    "Overrides methods that convlab calls",
    why="a method with another name is never called, and what it reports is missing without a word",
    fix=f"trackers have {', '.join(_EVENTS)}; rename the method, or begin the name of one of your own with _",
)
def overrides_known_methods(subject: TrackerSubject) -> None:
    """Compare the public methods of the tracker's own classes with those that are called."""
    subject.require_modules()
    if subject.started is None:
        with run_in_a_folder() as run:
            subject.start(run)
    cls = subject.started
    assert cls is not None, "start raises otherwise"
    if issubclass(cls, RunTracker):
        return
    own = {name for base in cls.__mro__ if not issubclass(Callback, base) for name in vars(base)}
    called = {name for name in _EVENTS if getattr(cls, name) is not getattr(Callback, name)}
    for name in sorted(own - set(_EVENTS)):
        if name.startswith("on_") or get_close_matches(name, [*_EVENTS, *_FORMER_EVENTS], n=1, cutoff=0.8):
            raise CheckFailedError(f"{cls.__name__}.{name} is never called; {did_you_mean(name, _EVENTS)}")
    if not called:
        raise CheckFailedError(f"{cls.__name__} overrides none of the methods that convlab calls")


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

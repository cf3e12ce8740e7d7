"""What a worker process does: it loads the plugins once, then trains one trial after another."""

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from convlab import api
from convlab.errors import ConvlabError, in_one_line
from convlab.host import PluginHost
from convlab.runs.lock import is_running
from convlab.runs.reading import read_summary
from convlab.training.checkpoints import LAST
from convlab.trials.trial import Trial, TrialPruned, TrialResult

_logger = logging.getLogger("convlab")

_SECONDS_TO_STOP, _POLL_SECONDS = 60.0, 0.1


class Worker:
    """The state of a worker process.

    Args:
        plugin_files: plugin files to load.
        third_party: whether to load installed plugins; by default, unless ``CONVLAB_NO_PLUGINS=1``.
        data_dir: a folder to search for data files first.
        runs_dir: the folder in which the runs are saved.
    """

    def __init__(
        self,
        plugin_files: Sequence[str | Path],
        third_party: bool | None,
        data_dir: str | Path | None,
        runs_dir: str | Path,
    ) -> None:
        self._host = PluginHost(plugin_files=plugin_files, third_party=third_party)
        self._data_dir = data_dir
        self._runs_dir = runs_dir

    def perform(self, trial: Trial) -> TrialResult:
        """Train a trial. Every failure of the trial becomes a result, so that the worker lives on."""
        warnings: list[str] = []
        with _collecting(warnings), _default_signals():
            try:
                result = self._perform(trial)
            except TrialPruned:
                result = TrialResult(pruned=True)
            except KeyboardInterrupt:
                result = TrialResult(interrupted=True, failure="interrupted")
            except ConvlabError as error:
                result = TrialResult(failure=str(error))
            except Exception as error:
                result = TrialResult(failure=in_one_line(error))
        return replace(result, warnings=tuple(warnings))

    def _perform(self, trial: Trial) -> TrialResult:
        options: dict[str, Any] = {
            "host": self._host,
            "data_dir": self._data_dir,
            "callbacks": trial.callbacks(),
            "progress": False,
        }
        folder, reused = trial.folder, False
        if folder is not None:
            _wait_for(folder)
        if folder is not None and (folder / "summary.json").exists():
            summary, reused = read_summary(folder), True
        elif folder is not None and (folder / "checkpoints" / LAST).exists():
            summary = api.resume(folder, **options).summary()
        else:
            run = api.run(trial.experiment, runs_dir=self._runs_dir, **options)
            folder, summary = run.folder, run.summary()
        result = TrialResult(folder=folder, summary=summary, reused=reused)
        if not trial.evaluates:
            return result
        from convlab.use.evaluation import evaluate

        evaluation = evaluate(folder, host=self._host, data_dir=self._data_dir)
        correct = evaluation.logits.argmax(axis=1) == evaluation.labels
        return replace(result, test=evaluation.metrics, correct=correct)


_worker: Worker | None = None


def start(*arguments: Any) -> None:
    """Prepare this process; called once, before its first trial."""
    global _worker
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    _worker = Worker(*arguments)


def perform(trial: Trial) -> TrialResult:
    """Train a trial in this process."""
    assert _worker is not None, "`start` has been called"
    return _worker.perform(trial)


def _stop_with_parent() -> None:
    """Stop this process as soon as its parent has died, after saving the state of the run."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _wait_for(folder: Path) -> None:
    """Wait until the process that trained a run before has stopped; it may still be saving its state."""
    until = time.monotonic() + _SECONDS_TO_STOP
    while is_running(str(folder)) and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)


@contextmanager
def _collecting(messages: list[str]) -> Iterator[None]:
    """Collect the warnings that are logged in the block instead of printing them."""
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    _logger.addHandler(handler)
    propagates, _logger.propagate = _logger.propagate, False
    try:
        yield
    finally:
        _logger.propagate = propagates
        _logger.removeHandler(handler)


@contextmanager
def _default_signals() -> Iterator[None]:
    """Restore Python's handling of signals, which the pool replaces: the trainer stops cleanly on them."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

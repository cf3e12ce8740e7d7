"""What a worker process does: it loads the plugins once, then trains one trial after another."""

import logging
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from convlab import api
from convlab.errors import ConvlabError, in_one_line
from convlab.host import PluginHost
from convlab.runs.reading import read_summary
from convlab.trials.trial import Trial, TrialResult

_logger = logging.getLogger("convlab")


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
            except KeyboardInterrupt:
                result = TrialResult(interrupted=True, failure="interrupted")
            except ConvlabError as error:
                result = TrialResult(failure=str(error))
            except Exception as error:
                result = TrialResult(failure=in_one_line(error))
        return replace(result, warnings=tuple(warnings))

    def _perform(self, trial: Trial) -> TrialResult:
        if trial.folder is None:
            run = api.run(
                trial.experiment,
                host=self._host,
                data_dir=self._data_dir,
                runs_dir=self._runs_dir,
                progress=False,
            )
            folder, summary = run.folder, run.summary()
        elif trial.is_finished:
            folder, summary = trial.folder, read_summary(trial.folder)
        else:
            run = api.resume(trial.folder, host=self._host, data_dir=self._data_dir, progress=False)
            folder, summary = run.folder, run.summary()
        return TrialResult(
            folder=folder, summary=summary, correct=self._correct(folder) if trial.evaluates else None
        )

    def _correct(self, folder: Path) -> Any:
        from convlab.use.evaluation import evaluate

        evaluation = evaluate(folder, host=self._host, data_dir=self._data_dir)
        return evaluation.logits.argmax(axis=1) == evaluation.labels


_worker: Worker | None = None


def start(*arguments: Any) -> None:
    """Prepare this process; called once, before its first trial."""
    global _worker
    _worker = Worker(*arguments)


def perform(trial: Trial) -> TrialResult:
    """Train a trial in this process."""
    assert _worker is not None, "`start` has been called"
    return _worker.perform(trial)


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

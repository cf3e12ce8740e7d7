"""All callbacks of a run, called in order; a failing one is dropped."""

import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from convlab.errors import in_one_line
from convlab.training.callbacks.callback import Callback, FailureState
from convlab.training.callbacks.training_info import TrainingInfo

if TYPE_CHECKING:
    import keras

logger = logging.getLogger("convlab")


class CallbackList(Callback):
    """Passes each event to all callbacks.

    Args:
        callbacks: in the order in which they are called.
        model: the model being trained.
    """

    essential = True

    def __init__(self, callbacks: Iterable[Callback], model: "keras.Model") -> None:
        self._callbacks = list(callbacks)
        for callback in self._callbacks:
            callback.model = model

    def on_compile_begin(self) -> None:  # noqa: D102
        self._call("on_compile_begin")

    def on_train_begin(self, run: TrainingInfo) -> None:  # noqa: D102
        self._call("on_train_begin", run)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any]) -> None:  # noqa: D102
        self._call("on_epoch_begin", epoch, logs)

    def on_step_end(self, step: int, logs: Mapping[str, float]) -> None:  # noqa: D102
        self._call("on_step_end", step, logs)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:  # noqa: D102
        self._call("on_epoch_end", epoch, logs)

    def on_evaluate_begin(self, images: int) -> None:  # noqa: D102
        self._call("on_evaluate_begin", images)

    def on_evaluate_step_end(self) -> None:  # noqa: D102
        self._call("on_evaluate_step_end")

    def on_evaluate_end(self, logs: Mapping[str, float]) -> None:  # noqa: D102
        self._call("on_evaluate_end", logs)

    def on_train_end(self, summary: Mapping[str, Any]) -> None:  # noqa: D102
        self._call("on_train_end", summary)

    def on_failure(self, state: FailureState, message: str) -> None:
        """Report the failure; an exception in a callback does not hide it."""
        for callback in tuple(self._callbacks):
            try:
                callback.on_failure(state, message)
            except Exception as error:
                logger.warning("%s failed: %s", _name(callback), in_one_line(error))

    def _call(self, event: str, *arguments: Any) -> None:
        for callback in tuple(self._callbacks):
            try:
                getattr(callback, event)(*arguments)
            except (Exception, SystemExit) as error:  # rich exits the process if its pipe is broken
                if callback.essential:
                    raise
                self._callbacks.remove(callback)
                logger.warning(
                    "the run continues without %s, which failed: %s", _name(callback), in_one_line(error)
                )


def _name(callback: Callback) -> str:
    return f"callback {type(callback).__name__}"

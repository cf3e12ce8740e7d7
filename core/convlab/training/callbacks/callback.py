"""What may watch a run: the base class of all callbacks."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    import keras

    from convlab.training.callbacks.training_info import TrainingInfo

FailureState = Literal["failed", "interrupted"]


class Callback:
    """Watches a run. Override the methods you need; the names follow ``keras.callbacks.Callback``.

    A callback that raises is dropped with one warning, and the run continues without it.

    Attributes:
        essential: whether an exception in the callback ends the run instead.
        model: the model being trained; set before the first call. Trackers run alongside the training and
            have none.

    Example::

        from convlab import Callback, run

        class PrintLoss(Callback):
            def on_epoch_end(self, epoch, logs):
                print(epoch, logs["loss"])

        run(callbacks=[PrintLoss()])
    """

    essential: ClassVar[bool] = False
    model: keras.Model

    def on_compile_begin(self) -> None:
        """Called before the training step is traced and compiled."""

    def on_train_begin(self, run: TrainingInfo) -> None:
        """Called before the first step, or the first step after a resume.

        Args:
            run: what is trained, and where the run starts.
        """

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Called before an epoch.

        Args:
            epoch: from 1.
            logs: ``steps``, the number of steps of the epoch, and ``step``, how many an earlier process did.
        """

    def on_step_end(self, step: int, logs: Mapping[str, float]) -> None:
        """Called between two steps: after each with ``fit``, after each call of many with ``tape``.

        Args:
            step: steps of the epoch that are done.
            logs: the loss and metrics over the epoch so far.
        """

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Called after an epoch and its validation.

        Args:
            epoch: from 1.
            logs: ``epoch``, ``seconds``, ``images_per_second``, ``loss``, each metric, and ``val_loss`` and
                ``val_`` metrics if there is a validation set.
        """

    def on_evaluate_begin(self, images: int) -> None:
        """Called before the test set is evaluated, unless ``train.test`` is false.

        Args:
            images: the number of test images.
        """

    def on_evaluate_step_end(self) -> None:
        """Called after each chunk of images in validation and in the test."""

    def on_evaluate_end(self, logs: Mapping[str, float]) -> None:
        """Called after the test set was evaluated.

        Args:
            logs: the loss and each metric on the test set.
        """

    def on_train_end(self, summary: Mapping[str, Any]) -> None:
        """Called when the run is finished and all its files are written.

        Args:
            summary: the content of ``summary.json``, including ``test``: the loss and each metric,
                or ``None`` if the test set was not evaluated.
        """

    def on_failure(self, state: FailureState, message: str) -> None:
        """Called if the run stops early; it may be resumed.

        Args:
            state: ``interrupted`` if it was asked to stop, otherwise ``failed``.
            message: why.
        """


class RunTracker(Callback):
    """The former base class of trackers.

    .. deprecated:: 0.1
        Derive from ``Callback``: ``on_epoch_end``, ``on_train_end`` and ``on_failure`` replace
        ``epoch_ended``, ``finished`` and ``stopped``.
    """

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        warnings.warn(
            f"{cls.__name__}: RunTracker is deprecated; derive from convlab.Callback",
            DeprecationWarning,
            stacklevel=2,
        )

    def epoch_ended(self, record: Mapping[str, Any]) -> None:
        """Use ``on_epoch_end``."""

    def finished(self, summary: Mapping[str, Any]) -> None:
        """Use ``on_train_end``."""

    def stopped(self, state: FailureState, message: str) -> None:
        """Use ``on_failure``."""

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Call ``epoch_ended``."""
        self.epoch_ended(logs)

    def on_train_end(self, summary: Mapping[str, Any]) -> None:
        """Call ``finished``."""
        self.finished(summary)

    def on_failure(self, state: FailureState, message: str) -> None:
        """Call ``stopped``."""
        self.stopped(state, message)

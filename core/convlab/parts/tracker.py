"""The part that reports a run elsewhere."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from convlab.parts.part import Kind, Part

if TYPE_CHECKING:
    from convlab.training.callbacks.callback import Callback
    from convlab.training.callbacks.training_info import TrainingInfo

_CHECKS = "convlab.inspect.checks.trackers"


@dataclass(frozen=True, kw_only=True)
class Tracker(Part):
    """A reporter of a run's metrics, for example to a tracking service or to files for a viewer.

    Attributes:
        start: called as ``start(run, options)`` with a ``TrainingInfo`` when training starts or resumes, in a
            thread of its own; returns the ``Callback`` that receives the run's events.
        requires: the optional modules that ``start`` imports. If one is not installed, a run that names the
            tracker stops before it loads anything.
        install: what to pass to ``pip install`` to get these modules; by default their names.
        offline: called as ``offline(folder)``; returns options with which the tracker contacts no service and
            writes only inside the folder, for ``convlab check``. Omit it if the default options do.

    Example::

        from convlab import Callback, Tracker, hookimpl

        class LossFile(Callback):
            def __init__(self, run, options):
                self.file = run.folder / "loss.txt"

            def on_epoch_end(self, epoch, logs):
                with self.file.open("a") as file:
                    print(epoch, logs["loss"], file=file)

        @hookimpl
        def convlab_trackers():
            return [Tracker(name="loss_file", summary="One line per epoch", start=LossFile)]
    """

    kind: ClassVar[Kind] = Kind(
        name="tracker",
        flag="-t",
        help="Where to report the run in addition to its folder, such as tensorboard.",
        default=(),
        several=True,
        subject=f"{_CHECKS}.tracker_subject:TrackerSubject",
        checks=(f"{_CHECKS}.following",),
        begin_with="table.py",
    )
    factory: ClassVar[str] = "start"
    arguments: ClassVar[tuple[str, ...]] = ("run", "options")

    start: Callable[[TrainingInfo, Any], Callback]
    requires: tuple[str, ...] = ()
    install: str = ""
    offline: Callable[[Path], Any] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.requires, tuple) or not all(isinstance(name, str) for name in self.requires):
            raise TypeError(f"{self}: requires must be a tuple of module names, got {self.requires!r}")

    def missing(self) -> str:
        """Return which required module is not installed and how to get it; empty if all are installed."""
        for module in self.requires:
            if importlib.util.find_spec(module.partition(".")[0]) is None:
                wanted = self.install or " ".join(self.requires)
                return f"{self} requires {module}, which is not installed; run: pip install '{wanted}'"
        return ""

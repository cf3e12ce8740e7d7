"""A task that trains in a second, without files or a network."""

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from convlab.api import run
from convlab.experiment import Experiment
from convlab.hookspecs import hookimpl
from convlab.host import PluginHost
from convlab.inspect.checks.tiny_images import tiny_images
from convlab.parts import Dataset
from convlab.runs.result import Run
from convlab.training.callbacks.callback import Callback

_NAME = "tiny_task"
_TRAINING = {"epochs": 4, "batch_size": 20, "warmup": 0.0}


class TinyTask:
    """Images of four classes, which differ in the quarter that is bright, and runs on them.

    Args:
        host: where to look up parts; the dataset is added to it.
        runs_dir: the folder to save runs in.

    Attributes:
        host: the same host.
        data: 160 training and 40 test images, 16×16×1.
    """

    def __init__(self, host: PluginHost, runs_dir: Path) -> None:
        self.host = host
        self.data = tiny_images((16, 16, 1))
        self._runs_dir = runs_dir
        dataset = Dataset(name=_NAME, summary="Which quarter is bright", load=lambda *_: self.data)

        @hookimpl
        def convlab_datasets() -> list[Dataset]:
            return [dataset]

        host.register(SimpleNamespace(convlab_datasets=convlab_datasets), name="convlab-testing")

    def experiment(self, **settings: Any) -> Experiment:
        """Return an experiment on the task.

        Args:
            settings: further settings, such as ``architecture="tinynet"`` or ``train={"epochs": 1}``; by
                default 4 epochs in batches of 20.
        """
        train = _TRAINING | dict(settings.pop("train", {}))
        return Experiment(**{"dataset": _NAME, **settings, "train": train})

    def run(self, *, callbacks: Iterable[Callback] = (), **settings: Any) -> Run:
        """Train an ``experiment`` with these settings and save the run.

        Args:
            callbacks: passed to ``convlab.run``.
            settings: passed to ``experiment``.
        """
        return run(
            self.experiment(**settings),
            host=self.host,
            runs_dir=self._runs_dir,
            callbacks=callbacks,
            progress=False,
        )

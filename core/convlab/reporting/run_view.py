"""What a report or a plot can show of a run; each part is loaded when it is first used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from convlab.data.arrays import Data
from convlab.data.image_data import ImageData
from convlab.data.split import Subset
from convlab.errors import ConfigError, RunFolderError
from convlab.host import PluginHost
from convlab.parts import Dataset, Loss, Metric
from convlab.runs.description import describe_run
from convlab.runs.listed_run import ListedRun, read_listed
from convlab.runs.lookup import find_run
from convlab.runs.reading import read_summary
from convlab.runs.recorded_run import RecordedRun, open_run
from convlab.runs.result import Run
from convlab.runs.trust.model_config import MODEL_FILE
from convlab.use.evaluation import evaluate_images
from convlab.use.evaluation_report import Evaluation
from convlab.use.opening import OpenedRun, open_for_use
from convlab.use.run_images import images_of_run

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class Access:
    """How the plugins and the data of runs are found.

    Attributes:
        host: provides the parts; by default the installed plugins and the run's own plugin files.
        plugin_files: plugin files to load, each instead of the run's own of that name.
        data: the arrays of a run that was trained on arrays.
        dataset_options: options of the run's dataset to change, such as its ``path``.
        data_dir: a folder to search for data files first; by default the run's own.
        trust: whether to execute code from the run's author that this machine has never executed.
    """

    host: PluginHost | None = None
    plugin_files: Sequence[str | Path] = ()
    data: Data | None = None
    dataset_options: Mapping[str, Any] = field(default_factory=dict)
    data_dir: str | Path | None = None
    trust: bool = False


@dataclass(frozen=True, kw_only=True)
class RunView:
    """A run, finished or not.

    Every property raises a ``ConvlabError`` that says why the run does not have it.

    Attributes:
        path: the run's folder.
        access: how its plugins and data are found.
    """

    path: Path
    access: Access

    @cached_property
    def described(self) -> dict[str, Any]:
        """What ``convlab show-run --json`` prints."""
        return describe_run(self.path, host=self.access.host)

    @cached_property
    def listed(self) -> ListedRun:
        """The run as ``convlab runs`` lists it."""
        listed = read_listed(str(self.path))
        assert listed is not None, "`described` has checked that it is a run folder"
        return listed

    @property
    def epochs(self) -> list[dict[str, Any]]:
        """One record per epoch; empty if there is none."""
        epochs: list[dict[str, Any]] = self.described["epochs"]
        return epochs

    @property
    def selected_epoch(self) -> int | None:
        """The epoch whose weights were saved; ``None`` if the run has not finished."""
        try:
            selected: int | None = read_summary(self.path).get("selected_epoch")
        except RunFolderError:
            return None
        return selected

    @cached_property
    def recorded(self) -> RecordedRun:
        """The experiment and the environment of the run."""
        return open_run(self.path)

    @cached_property
    def opened(self) -> OpenedRun:
        """The run with its plugins loaded.

        Raises:
            RunFolderError: the run has not finished, so it has no trained model.
        """
        access = self.access
        if self.described["state"] != "finished" and not (self.path / MODEL_FILE).exists():
            if self.described["state"] == "damaged":
                raise RunFolderError(f"the run is damaged: {self.described['message']}")
            raise RunFolderError("the run has not finished; continue it with 'convlab resume'")
        return open_for_use(
            self.recorded,
            [Dataset, Loss, Metric],
            runs_dir=self.path.parent,
            host=access.host,
            plugin_files=access.plugin_files,
            trust=access.trust,
        )

    @property
    def model(self) -> "keras.Model":
        """The trained model."""
        return self.opened.model

    @cached_property
    def data(self) -> ImageData:
        """The run's dataset."""
        _, loaded = self.opened.load_data(
            dataset_options=self.access.dataset_options, data=self.access.data, data_dir=self.access.data_dir
        )
        return loaded

    @cached_property
    def split(self) -> Literal["test", "validation"]:
        """The set to evaluate: the test set if the run has evaluated it, or else the validation set.

        Raises:
            ConfigError: the test set is sealed, and there is no validation set.
        """
        if self.recorded.experiment.train.test and self.described["test"]:
            return "test"
        if not self.recorded.experiment.data.validation:
            raise ConfigError(
                "the run did not evaluate its test set, which stays sealed, and has no validation set "
                "(data.validation is 0)"
            )
        return "validation"

    @property
    def is_sealed(self) -> bool:
        """Whether the run has finished without evaluating its test set."""
        return self.described["state"] == "finished" and not self.described["test"]

    @cached_property
    def images(self) -> Subset:
        """The images of ``split``."""
        elsewhere = not self.opened.is_same_place(self.access.dataset_options)
        return images_of_run(self.recorded, self.data, self.split, elsewhere=elsewhere)

    @cached_property
    def training_images(self) -> Subset:
        """The images that the run was trained on."""
        return images_of_run(self.recorded, self.data, "train")

    @cached_property
    def evaluation(self) -> Evaluation:
        """The evaluation of the model on ``images``."""
        dataset = self.recorded.experiment.dataset
        return evaluate_images(self.opened, dataset, self.data, self.images, self.split)

    def pictures(self, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        """Return some of ``images`` as uint8 ``(n, height, width, channels)``.

        Args:
            positions: among the evaluated images, ``(n,)``.
        """
        return pixels_of(self.images, positions)


def folder_of(run: str | Path | RecordedRun | Run, runs_dir: str | Path) -> Path:
    """Return the folder of a run.

    Args:
        run: a folder, a name, a unique part of a name, ``last``, an opened run, or the result of ``run``.
        runs_dir: the folder that contains the runs.

    Raises:
        ConfigError: no run matches, or several do.
    """
    if isinstance(run, Run):
        return run.folder
    return run.path if isinstance(run, RecordedRun) else find_run(run, runs_dir)


def pixels_of(images: Subset, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Return the pixels of some images of a subset, in the order of the positions."""
    pixels: npt.NDArray[np.uint8] = images.split.images[images.indices[positions]]
    return pixels

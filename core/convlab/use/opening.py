"""A run opened for use: its plugins, its trained model, and data that fits the model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.data.arrays import Data
from convlab.data.classes import choose_classes
from convlab.data.image_data import ImageData
from convlab.data.in_memory import with_arrays
from convlab.data.loading import load_checked
from convlab.data.source import DataSource
from convlab.errors import DataError
from convlab.experiment import part_options
from convlab.host import PluginHost
from convlab.parts import Dataset, Part
from convlab.runs.recorded_run import RecordedRun, open_run
from convlab.system.tensorflow_start import start_in_background
from convlab.text.formatting import in_pixels, listed

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class OpenedRun:
    """A run whose plugins are loaded.

    Attributes:
        recorded: the contents of the run folder.
        host: provides the parts that were asked for, and those that the model requires.
        trust: whether to execute code from the run's author.
    """

    recorded: RecordedRun
    host: PluginHost
    trust: bool

    @cached_property
    def model(self) -> "keras.Model":
        """The trained model, loaded when it is first used."""
        return self.recorded.load_model_with(self.host, trust=self.trust)

    def load_data(
        self,
        *,
        dataset: str | None = None,
        dataset_options: Mapping[str, Any] | None = None,
        data: Data | None = None,
        data_dir: str | Path | None = None,
        for_evaluation: bool = False,
    ) -> tuple[str, ImageData]:
        """Load the run's dataset or another one, and check that the model fits it.

        Args:
            dataset: another dataset; by default the run's own, with its options and its selection of classes.
            dataset_options: options to change or add.
            data: the arrays of a run that was trained on arrays.
            data_dir: a folder to search for data files first; by default the run's own.
            for_evaluation: whether all images of another dataset without a test set are its test set.

        Returns:
            The dataset's name and the images.

        Raises:
            ConfigError: an option is unknown or of the wrong type.
            DataError: the data is missing, damaged, or does not fit the model.
        """
        experiment, arrays = with_arrays(self.recorded.experiment, data)
        is_own = dataset in (None, experiment.dataset)
        provided = self.host.find(Dataset, experiment.dataset if dataset is None else dataset)
        values = {**(experiment.dataset_options if is_own else {}), **(dataset_options or {})}
        source = DataSource.from_environment(
            self.recorded.data_dir if data_dir is None else data_dir, arrays=arrays
        )
        if for_evaluation and not (is_own and self.is_same_place(dataset_options)):
            source = replace(source, for_evaluation=True)
        starting = start_in_background()  # while the data is read; the model is loaded next
        loaded = load_checked(provided, part_options(provided, values), source, self.host.parts(Dataset))
        starting.result()
        if is_own:
            loaded = choose_classes(loaded, experiment.data)
        self._check_fit(provided.canonical_name, loaded)
        return provided.canonical_name, loaded

    def is_same_place(self, dataset_options: Mapping[str, Any] | None) -> bool:
        """Return whether changed options of the run's dataset leave its path as it is."""
        recorded = self.recorded.experiment.dataset_options
        changed = recorded | dict(dataset_options or {})
        paths = [Path(str(each.get("path", ""))).expanduser().resolve() for each in (recorded, changed)]
        return paths[0] == paths[1]

    def _check_fit(self, dataset: str, data: ImageData) -> None:
        """Check that the model takes the images and predicts their classes.

        Raises:
            DataError: the shape of the images, or the number or names of the classes, differ.
        """
        input_shape, num_classes = tuple(self.model.input_shape[1:]), self.model.output_shape[1]
        of_run = f"the model of {str(self.recorded.path)!r}"
        if data.input_shape != input_shape:
            raise DataError(
                f"{dataset} has images of {in_pixels(data.input_shape)}, but {of_run} takes "
                f"{in_pixels(input_shape)}; choose a dataset of that shape"
            )
        if data.num_classes != num_classes:
            raise DataError(
                f"{dataset} has {data.num_classes} classes, but {of_run} predicts {num_classes}; choose a "
                "dataset with the same classes"
            )
        names = self.recorded.class_names
        if names is not None and names != data.class_names:
            raise DataError(
                f"{dataset} has the classes {listed(data.class_names)}, but {of_run} predicts "
                f"{listed(names)}; choose a dataset with the same classes"
            )


def open_for_use(
    run: str | Path | RecordedRun,
    part_types: Iterable[type[Part]] = (),
    *,
    runs_dir: str | Path,
    host: PluginHost | None,
    plugin_files: Sequence[str | Path],
    trust: bool,
) -> OpenedRun:
    """Open a run and load the plugins that its use requires; loads neither the model nor data.

    Args:
        run: a folder, a name, a unique part of a name, ``last``, or an opened run.
        part_types: the kinds of part that are required in addition to those of the model.
        runs_dir: the folder that contains the runs.
        host: provides the parts; by default the installed plugins and the run's own plugin files.
        plugin_files: plugin files to load, each instead of the run's own of that name.
        trust: whether to execute code from the run's author that this machine has never executed.

    Raises:
        ConfigError: no run matches, or several do.
        RunFolderError: the run is damaged, or has not finished.
        TrustError: code is not trusted; nothing was executed.
        PluginError: a plugin is missing.
    """
    recorded = run if isinstance(run, RecordedRun) else open_run(run, runs_dir=runs_dir)
    required = [*part_types, *recorded.model_part_types(trust=trust)]
    if host is None:
        third_party = None if required else False  # a model of Keras's own layers needs no plugin
        host = recorded.host(required, plugin_files=plugin_files, third_party=third_party, trust=trust)
    else:
        recorded.check(host, required)
    return OpenedRun(recorded=recorded, host=host, trust=trust)

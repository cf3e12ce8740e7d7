"""An earlier run, made on this machine or elsewhere, opened without executing anything from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.errors import RunFolderError
from convlab.experiment import Experiment
from convlab.host import PluginHost
from convlab.parts import PART_TYPES, Architecture, Part
from convlab.runs.lookup import find_run
from convlab.runs.reading import DamagedFileError, read_environment, read_experiment, read_summary
from convlab.runs.recorded_plugin import RecordedPlugin
from convlab.runs.run_files import Environment
from convlab.runs.trust.model_config import MODEL_FILE, checked_config
from convlab.runs.trust.plugin_loading import check_parts, host_with
from convlab.system.tensorflow_start import start_tensorflow

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class RecordedRun:
    """The contents of a run folder.

    Attributes:
        path: the folder.
        experiment: the experiment, with every default filled in.
        environment: the contents of ``environment.json``: versions, devices, decisions.
        plugins: the plugin of each part.
    """

    path: Path
    experiment: Experiment
    environment: dict[str, Any]
    plugins: tuple[RecordedPlugin, ...]

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """The class names in the order of the logits, if recorded."""
        names = self._recorded_data().get("class_names")
        return tuple(map(str, names)) if isinstance(names, list) else None

    @property
    def input_shape(self) -> tuple[int, int, int] | None:
        """Height, width and channels of an image, if recorded."""
        shape = self._recorded_data().get("input_shape")
        if not isinstance(shape, list) or [type(size) for size in shape] != [int] * 3:
            return None
        return (shape[0], shape[1], shape[2])

    def class_counts(self, num_classes: int) -> tuple[int, ...]:
        """Return the number of training images of each class; one of each if that is not recorded."""
        counts = self._recorded_data().get("class_counts")
        if isinstance(counts, list) and [type(count) for count in counts] == [int] * num_classes:
            return tuple(counts)
        return (1,) * num_classes

    @property
    def data_dir(self) -> str | None:
        """The ``data_dir`` of the run, if it exists on this machine."""
        recorded = self.environment.get("data_dir")
        exists = isinstance(recorded, str) and Path(recorded).is_absolute() and Path(recorded).is_dir()
        return str(recorded) if exists else None

    def summary(self) -> dict[str, Any]:
        """Return the contents of ``summary.json``.

        Raises:
            RunFolderError: the run has not finished, or the file is damaged.
        """
        return read_summary(self.path)

    def plugin_files(self) -> dict[str, str]:
        """Return the recorded source of each plugin file, by the file's name. Executes nothing."""
        return {plugin.provider: plugin.text for plugin in self.plugins if plugin.text is not None}

    def host(
        self,
        part_types: Iterable[type[Part]] = PART_TYPES,
        *,
        plugin_files: Sequence[str | Path] = (),
        third_party: bool | None = None,
        trust: bool = False,
    ) -> PluginHost:
        """Load the plugins of the run's parts.

        A plugin file is executed from its recorded source, but only if this machine has executed the same
        source before, or with ``trust``.

        Args:
            part_types: the kinds of part to load.
            plugin_files: files to load, each instead of the run's own file of that name.
            third_party: whether to load installed plugins; by default yes, unless ``CONVLAB_NO_PLUGINS=1``.
            trust: whether to execute source that this machine has never executed.

        Raises:
            TrustError: source is not trusted; nothing was executed.
            PluginError: a plugin is missing, or no longer provides the part.
        """
        plugins = self._plugins_of(part_types)
        return host_with(
            str(self.path), plugins, plugin_files=plugin_files, third_party=third_party, trust=trust
        )

    def check(self, host: PluginHost, part_types: Iterable[type[Part]] = PART_TYPES) -> None:
        """Check that a host provides the run's parts.

        Raises:
            PluginError: a part is missing.
        """
        check_parts(str(self.path), self._plugins_of(part_types), host)

    def model_part_types(self, *, trust: bool = False) -> tuple[type[Part], ...]:
        """Return the kinds of part that loading the model requires: none for a model of Keras's own layers.

        Args:
            trust: whether code in the model file may be executed.

        Raises:
            TrustError: the model file contains code that is not trusted.
            RunFolderError: the model file is missing or damaged.
        """
        return (Architecture,) if checked_config(self.path / MODEL_FILE, trust=trust).custom_names else ()

    def load_model(self, host: PluginHost | None = None, *, trust: bool = False) -> "keras.Model":
        """Load the trained model, from uint8 images ``(n, height, width, channels)`` to logits.

        Code in the model file is refused, and Keras loads the file in its safe mode. Plugins are loaded only
        if the model has custom classes.

        Args:
            host: provides the run's architecture; by default ``host()``, if the model needs it.
            trust: whether to execute code in the model file, and plugin files that this machine has never
                executed.

        Raises:
            TrustError: code is not trusted; nothing was executed.
            RunFolderError: the model file is missing or damaged.
            PluginError: a class of the model cannot be found.
        """
        part_types = self.model_part_types(trust=trust)
        if host is None:
            host = self.host(part_types, trust=trust) if part_types else None
        else:
            self.check(host, part_types)
        return self.load_model_with(host, trust=trust)

    def load_model_with(self, host: PluginHost | None, *, trust: bool) -> "keras.Model":
        """Load the trained model with a host that is known to provide ``model_part_types()``."""
        start_tensorflow()
        from convlab.runs.trust.model_loading import load_model

        return load_model(self, host, trust=trust)

    def _recorded_data(self) -> dict[str, Any]:
        data = self.environment.get("data")
        return data if isinstance(data, dict) else {}

    def _plugins_of(self, part_types: Iterable[type[Part]]) -> list[RecordedPlugin]:
        chosen = set(part_types)
        return [plugin for plugin in self.plugins if plugin.part_type in chosen]


def open_run(run: str | Path, *, runs_dir: str | Path = "runs") -> RecordedRun:
    """Open a run: read its experiment and environment, without executing anything from it.

    Args:
        run: a folder, a name, a unique part of a name, or ``last``.
        runs_dir: the folder that contains the runs.

    Raises:
        ConfigError: no run matches, or several do.
        RunFolderError: the folder is incomplete or damaged.

    Example::

        from convlab import open_run

        model = open_run("last").load_model()
    """
    path = find_run(run, runs_dir)
    experiment, environment = read_experiment(path), read_environment(path)
    plugins = recorded_plugins(path, environment)
    return RecordedRun(path=path, experiment=experiment, environment=environment, plugins=plugins)


def recorded_plugins(path: Path, environment: Mapping[str, Any]) -> tuple[RecordedPlugin, ...]:
    """Return the plugins in the contents of ``environment.json``.

    Raises:
        RunFolderError: an entry is invalid.
    """
    try:
        return tuple(map(RecordedPlugin.read, environment["plugins"]))
    except RunFolderError as error:
        raise DamagedFileError(path, Environment, str(error)) from error

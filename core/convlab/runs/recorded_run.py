"""A run that was made before, here or elsewhere, opened for use. Opening runs nothing of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.errors import ConfigError, RunFolderError
from convlab.experiment import Experiment
from convlab.host import PluginHost
from convlab.parts import PART_TYPES, Architecture, Part
from convlab.runs.lookup import find_run
from convlab.runs.recorded_plugin import RecordedPlugin
from convlab.runs.trust.model_config import checked_config
from convlab.runs.trust.plugin_loading import check_parts, host_with
from convlab.system.tensorflow_start import start_tensorflow

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class RecordedRun:
    """A run's folder, read.

    Attributes:
        path: the folder.
        experiment: what was run.
        environment: versions, devices and decisions; what ``environment.json`` holds.
        plugins: where each part came from.
    """

    path: Path
    experiment: Experiment
    environment: dict[str, Any]
    plugins: tuple[RecordedPlugin, ...]

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """The names of the classes in the order of the logits, where the run noted them."""
        names = self._data_noted().get("class_names")
        return tuple(map(str, names)) if isinstance(names, list) else None

    @property
    def data_dir(self) -> str | None:
        """The data folder that the run was given, where it is on this machine too."""
        noted = self.environment.get("data_dir")
        known = isinstance(noted, str) and Path(noted).is_absolute() and Path(noted).is_dir()
        return str(noted) if known else None

    def summary(self) -> dict[str, Any]:
        """Return what ``summary.json`` holds.

        Raises:
            RunFolderError: the run has not finished, or the file is damaged.
        """
        return read_json(self.path / "summary.json", "the run has not finished: 'convlab resume' goes on")

    def plugin_files(self) -> dict[str, str]:
        """Return the texts of the plugin files that the run keeps, by the files' names; runs nothing."""
        return {plugin.provider: plugin.text for plugin in self.plugins if plugin.text is not None}

    def host(
        self,
        part_types: Iterable[type[Part]] = PART_TYPES,
        *,
        plugin_files: Sequence[str | Path] = (),
        third_party: bool | None = None,
        trust: bool = False,
    ) -> PluginHost:
        """Load the plugins that parts of the run come from.

        A plugin file runs from the text that the run kept of it, but only where this machine has run that
        very text before, or with ``trust``.

        Args:
            part_types: the kinds of part that are needed.
            plugin_files: files to load, each in place of the run's own of that name.
            third_party: whether to load installed plugins; by default unless ``CONVLAB_NO_PLUGINS=1``.
            trust: whether texts that this machine has never run may run.

        Raises:
            TrustError: a text would run that this machine has never run; nothing has run.
            PluginError: a plugin is missing, or no longer has the part.
        """
        needed = self._needed(part_types)
        return host_with(
            str(self.path), needed, plugin_files=plugin_files, third_party=third_party, trust=trust
        )

    def check(self, host: PluginHost, part_types: Iterable[type[Part]] = PART_TYPES) -> None:
        """See to it that a host of one's own has the parts of the run.

        Raises:
            PluginError: it lacks one.
        """
        check_parts(str(self.path), self._needed(part_types), host)

    def part_types_of_model(self, *, trust: bool = False) -> tuple[type[Part], ...]:
        """Return the kinds of part that loading the model needs: none for layers of Keras alone.

        Args:
            trust: whether code in the model file may run.

        Raises:
            TrustError: there is code in it that is not trusted.
            RunFolderError: the file is missing or damaged.
        """
        return (Architecture,) if checked_config(self.path / "model.keras", trust=trust).own_classes else ()

    def load_model(self, host: PluginHost | None = None, *, trust: bool = False) -> "keras.Model":
        """Return the trained model, from uint8 images ``(n, height, width, channels)`` to logits.

        Keras loads it in its safe mode, and what could run code of the file's own is refused before that.
        Plugins are needed only where the model has classes of their own.

        Args:
            host: has the run's architecture; by default loaded if needed, as ``host()`` does.
            trust: whether code in the model file, and plugin files that this machine has never run, may run.

        Raises:
            TrustError: something would run that is not trusted; nothing has run.
            RunFolderError: the file is missing or damaged.
            PluginError: a class of the model cannot be found.
        """
        start_tensorflow()
        from convlab.runs.trust.model_loading import load_model

        return load_model(self, host, trust=trust)

    @property
    def input_shape(self) -> tuple[int, int, int] | None:
        """Height, width and channels of an image, where the run noted them."""
        shape = self._data_noted().get("input_shape")
        if not isinstance(shape, list) or [type(size) for size in shape] != [int] * 3:
            return None
        return (shape[0], shape[1], shape[2])

    def _data_noted(self) -> dict[str, Any]:
        noted = self.environment.get("data")
        return noted if isinstance(noted, dict) else {}

    def _needed(self, part_types: Iterable[type[Part]]) -> list[RecordedPlugin]:
        chosen = set(part_types)
        return [plugin for plugin in self.plugins if plugin.part_type in chosen]


def open_run(run: str | Path, *, runs_dir: str | Path = "runs") -> RecordedRun:
    """Open a run. Reads its experiment and environment, and runs nothing of it.

    Args:
        run: its folder, its name, a part of its name that no other has, or ``last``.
        runs_dir: the folder that has the runs.

    Raises:
        ConfigError: no run, or more than one, is meant.
        RunFolderError: the folder is damaged.

    Example::

        from convlab import open_run

        model = open_run("last").load_model()
    """
    path = find_run(run, runs_dir)
    experiment_file = path / "experiment.toml"
    unstarted = "the run ended before its data were loaded, and there is nothing in it to use"
    if not experiment_file.is_file():
        raise RunFolderError(f"{str(path)!r} has no experiment.toml: {unstarted}")
    try:
        experiment = Experiment.from_toml(experiment_file)
    except ConfigError as error:
        raise RunFolderError(f"{str(experiment_file)!r} is damaged: {error}") from error
    environment_file = path / "environment.json"
    environment = read_json(environment_file, "the run ended before its first step: run it again")
    noted = environment.get("plugins")
    try:
        plugins = tuple(map(RecordedPlugin.read, noted)) if isinstance(noted, list) else None
    except RunFolderError as error:
        raise RunFolderError(f"{str(environment_file)!r} is damaged: {error}") from error
    if plugins is None:
        raise RunFolderError(f"{str(environment_file)!r} is damaged: it lists no plugins")
    return RecordedRun(path=path, experiment=experiment, environment=environment, plugins=plugins)


def read_json(file: Path, where_missing: str) -> dict[str, Any]:
    """Return the object that a file of a run holds.

    Args:
        file: the file.
        where_missing: what it means that there is none.

    Raises:
        RunFolderError: it is missing, damaged or cannot be read.
    """
    try:
        value = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise RunFolderError(f"{str(file.parent)!r} has no {file.name}: {where_missing}") from None
    except OSError as error:
        raise RunFolderError(f"cannot read {str(file)!r}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise RunFolderError(f"{str(file)!r} is damaged ({error}): take it from a copy of the run") from None
    if not isinstance(value, dict):
        raise RunFolderError(f"{str(file)!r} is damaged (no JSON object): take it from a copy of the run")
    return value

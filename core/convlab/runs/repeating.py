"""Running the ``experiment.toml`` of a run again, with the plugin files that the run recorded."""

import logging
from collections.abc import Sequence
from pathlib import Path

from convlab.errors import RunFolderError
from convlab.experiment import Experiment
from convlab.host import PluginHost
from convlab.parts import PART_TYPES, Part
from convlab.runs.reading import read_experiment
from convlab.runs.recorded_images import recorded_images
from convlab.runs.recorded_run import open_run
from convlab.runs.run_files import Parts
from convlab.runs.trust.plugin_loading import host_with
from convlab.training.callbacks.callback import Callback
from convlab.training.callbacks.training_info import TrainingInfo

logger = logging.getLogger("convlab")


class RepeatedImages(Callback):
    """Warns if a repeated run has other images than the run that its ``experiment.toml`` belongs to.

    Args:
        file: the TOML file of the experiment; nothing is compared if it is not in a run folder.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def on_train_begin(self, run: TrainingInfo) -> None:
        """Compare the images, unless the settings of the data were changed."""
        if self._file.name != Parts.name:
            return
        original = self._file.parent
        try:
            records = recorded_images(original), recorded_images(run.folder)
            experiments = read_experiment(original), read_experiment(run.folder)
        except RunFolderError:
            return
        settings = [(each.dataset, each.dataset_options, each.data, each.train.seed) for each in experiments]
        earlier, now = records
        if earlier is None or now is None or settings[0] != settings[1]:
            return
        differing = [
            f"{split} ({now.splits[split].images:,} instead of {record.images:,})"
            for split, record in earlier.splits.items()
            if split in now.splits and now.splits[split].sha256 != record.sha256
        ]
        if differing:
            logger.warning(
                "the images are not those of %r: %s; the results are not a repetition of that run",
                str(original),
                ", ".join(differing),
            )


def host_to_run(
    experiment: Experiment,
    file: Path | None,
    *,
    plugin_files: Sequence[str | Path] = (),
    third_party: bool | None = None,
    trust: bool = False,
) -> PluginHost:
    """Load the plugins for an experiment, including those of the run that its file belongs to.

    Args:
        experiment: the experiment.
        file: its TOML file, if it comes from one. In a run folder, the plugin files that the run recorded
            are loaded too, if the experiment still names their parts.
        plugin_files: files to load, each instead of the run's own file of that name.
        third_party: whether to load installed plugins; by default yes, unless ``CONVLAB_NO_PLUGINS=1``.
        trust: whether to execute recorded source that this machine has never executed.

    Raises:
        TrustError: recorded source is not trusted; nothing was executed.
        RunFolderError: the run's record of its plugins is damaged.
        PluginError: a plugin of the run is missing, or no longer provides the part.
    """
    named = {part_type: _third_party_names(experiment, part_type) for part_type in PART_TYPES}
    folder = None if file is None else file.parent
    if folder is None or not any(named.values()) or not (folder / "environment.json").is_file():
        return PluginHost(plugin_files=plugin_files, third_party=third_party)
    recorded = [plugin for plugin in open_run(folder).plugins if plugin.name in named[plugin.part_type]]
    return host_with(str(folder), recorded, plugin_files=plugin_files, third_party=third_party, trust=trust)


def _third_party_names(experiment: Experiment, part_type: type[Part]) -> set[str]:
    """Return the names of parts that are not built in, which a run writes with their provider."""
    named = getattr(experiment, part_type.kind.key)
    return {name for name in (named if part_type.kind.several else (named,)) if ":" in name}

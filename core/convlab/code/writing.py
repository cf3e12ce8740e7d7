"""``convlab code`` as a function."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from convlab.data.source import DataSource
from convlab.errors import ConfigError, ExportError
from convlab.experiment import resolve
from convlab.host import PluginHost
from convlab.runs.recorded_images import recorded_images
from convlab.runs.recorded_run import RecordedRun, open_run
from convlab.system.atomic_write import write_text
from convlab.text.suggestions import did_you_mean
from convlab.training.preparation import Prepared, prepare

LOOPS = ("tape", "fit")
SUFFIXES = (".py", ".ipynb")


def write_code(
    run: str | Path | RecordedRun = "last",
    *,
    loop: str | None = None,
    to: str | Path | None = None,
    force: bool = False,
    runs_dir: str | Path = "runs",
    host: PluginHost | None = None,
    plugin_files: Sequence[str | Path] = (),
    data_dir: str | Path | None = None,
    trust: bool = False,
) -> str:
    """Write the plain Keras script that trains as a run did, without convlab.

    The script loads the same images, builds the same model from the same initial weights, and trains it on
    the same batches in the same order, so it gets the run's results up to rounding. Before it is written, its
    data and its initial weights are compared with the run's.

    Args:
        run: a folder, a name, a unique part of a name, ``last``, or an opened run.
        loop: ``tape`` or ``fit``; by default the run's own.
        to: the file to write, ``.py`` or ``.ipynb``; nothing is written by default.
        force: whether to replace an existing file.
        runs_dir: the folder that contains the runs.
        host: provides the parts; by default the installed plugins and the run's own plugin files.
        plugin_files: plugin files to load, each instead of the run's own of that name.
        data_dir: a folder to search for data files first; by default the run's own.
        trust: whether to execute code from the run's author that this machine has never executed.

    Returns:
        The script, or the notebook if ``to`` is one.

    Raises:
        ConfigError: no run matches, or the file exists.
        RunFolderError: the run is damaged, or has not finished.
        ExportError: a part of the run has code of its own, so that plain Keras cannot replace it.
        ConvlabError: what else is wrong, and what to do.

    Example::

        from convlab import write_code

        print(write_code("last", loop="tape"))
    """
    path = None if to is None else Path(to).expanduser()
    check_target(path, force=force)
    recorded = run if isinstance(run, RecordedRun) else open_run(run, runs_dir=runs_dir)
    loop = recorded.experiment.train.loop if loop is None else loop
    if loop not in LOOPS:
        raise ConfigError(f"`loop`: unknown loop {loop!r}; {did_you_mean(loop, LOOPS, see_all='')}")
    summary = recorded.summary()
    _refuse(recorded, summary)
    if host is None:
        host = recorded.host(plugin_files=plugin_files, trust=trust)
    else:
        recorded.check(host)
    source = DataSource.from_environment(recorded.data_dir if data_dir is None else data_dir)
    images = recorded_images(recorded.path)
    prepared = prepare(
        resolve(recorded.experiment, host),
        host=host,
        source=source,
        recorded=images.splits if images else None,
    )
    text = _verified_script(recorded, prepared, summary, loop, source)
    if path is not None and path.suffix == ".ipynb":
        from convlab.code.notebook import notebook

        text = notebook(text)
    if path is not None:
        write_text(path, text)
    return text


def check_target(path: Path | None, *, force: bool) -> None:
    """Check that a file can be written.

    Raises:
        ConfigError: its suffix is not that of a script or a notebook, or it exists.
    """
    if path is None:
        return
    if path.suffix not in SUFFIXES:
        raise ConfigError(f"`to`: expected a file that ends in {' or '.join(SUFFIXES)}, got {str(path)!r}")
    if path.is_dir() or (path.exists() and not force):
        raise ConfigError(f"{str(path)!r} exists; choose another `to`, or set `force` to replace it")


def _refuse(run: RecordedRun, summary: Mapping[str, Any]) -> None:
    """Refuse a run with what a plain script does not have."""
    experiment, environment = run.experiment, run.environment
    reasons = {
        "its augmentations have code of their own": bool(experiment.augment),
        "it uses test-time flips (`train.test_flips`)": experiment.train.test_flips,
        "it stopped by the clock (`train.max_seconds`)": summary.get("stop_reason") == "max_seconds",
        "it returned to the weights of its best epoch (`train.restore_best`)": experiment.train.restore_best,
        "it selects classes (`data.classes` or `data.exclude`)": bool(
            experiment.data.classes or experiment.data.exclude
        ),
        "its settings changed when it was resumed": any(
            each.get("changed") for each in summary.get("resumed", ())
        ),
        "it was trained on arrays passed from Python": experiment.dataset == "arrays",
        "its environment.json does not say whether XLA compiled it": not isinstance(
            environment.get("xla"), bool
        ),
    }
    for reason, applies in reasons.items():
        if applies:
            raise ExportError(f"a plain Keras script cannot repeat {str(run.path)!r}: {reason}")


def _verified_script(
    run: RecordedRun, prepared: Prepared, summary: Mapping[str, Any], loop: Any, source: DataSource
) -> str:
    from convlab.code.data import loading
    from convlab.code.script import script
    from convlab.code.verification import verify
    from convlab.data.loading import compare_loaded
    from convlab.system.keras_defaults import keras_defaults

    resolved = prepared.resolved
    compared = compare_loaded(resolved.dataset, resolved.dataset_options, prepared.data, source, ())
    load = loading(resolved, source, published=compared.state == "published")
    with keras_defaults():
        text = script(
            prepared,
            load,
            loop,
            epochs=len(summary["epochs"]),
            tested=bool(summary.get("test")),
            xla=run.environment["xla"],
        )
    verify(text, prepared)
    return text

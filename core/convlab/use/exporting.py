"""What ``convlab export`` does, as one call."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convlab.data.image_data import Split
from convlab.data.split import train_val_split
from convlab.errors import ConfigError, ExportError
from convlab.host import PluginHost
from convlab.parts import Dataset, Part
from convlab.runs.recorded_run import RecordedRun, open_run
from convlab.system.atomic_write import replacing, replacing_folder
from convlab.system.tensorflow_start import native_stderr_held_back
from convlab.text.suggestions import did_you_mean
from convlab.use.export_formats import FORMATS, Format, LogitsOf
from convlab.use.exported import Exported
from convlab.use.run_data import check_fit, load_run_data

if TYPE_CHECKING:
    import keras

# What fraction of the test images an export must give the class that the model gives, or it is none.
_LEAST_AGREEMENT = {None: 0.999, "bfloat16": 0.95, "float16": 0.99, "int8": 0.9}
_EXAMPLES = 512
_BATCH = 100
_LONGEST_REASON = 200


def export(
    run: str | Path | RecordedRun,
    format: str,  # noqa: A002 - Keras and the command call it so
    *,
    quantize: str | None = None,
    to: str | Path | None = None,
    force: bool = False,
    runs_dir: str | Path = "runs",
    host: PluginHost | None = None,
    plugin_files: Sequence[str | Path] = (),
    dataset_options: Mapping[str, Any] | None = None,
    data_dir: str | Path | None = None,
    trust: bool = False,
) -> Exported:
    """Export the model of a run, and compare the export with it on all test images.

    In every format the model takes raw uint8 pixels ``(n, height, width, channels)``, any number of images
    at a time, and gives float32 logits ``(n, num_classes)``. The export is loaded again from its file, by the
    runtime that the format is for, before it takes its place: what is there is whole, and predicts what the
    run's model does.

    Args:
        run: its folder, its name, a part of its name that no other has, ``last``, or an opened run.
        format: ``keras``, ``saved-model``, ``litert`` or ``onnx``.
        quantize: for ``litert``: ``float16`` halves the size; ``int8`` quarters it, with ranges measured on
            512 train images.
        to: the file, or the folder of a SavedModel, to make; by default in ``exports`` in the run's folder.
        force: whether to replace an export that is there.
        runs_dir: the folder that has the runs.
        host: has the parts that are needed; by default the installed plugins and the run's own files.
        plugin_files: plugin files to load, each in place of the run's own of that name.
        dataset_options: options of the run's data set to set, such as where it lies now.
        data_dir: a folder to look for data files in before all others; by default the run's own.
        trust: whether code that came with the run may run though this machine has never run it.

    Raises:
        ConfigError: no such run or format, something it needs is not installed, or the place is taken.
        DataError: the data to compare on are missing or damaged.
        ExportError: the model cannot be written so, or the export predicts something else.
        TrustError: code would run that is not trusted.

    Example::

        from convlab import export

        exported = export("last", "onnx")
        print(exported.path, exported.agreement, exported.largest_difference)
    """
    chosen = _chosen(format, quantize)
    recorded = run if isinstance(run, RecordedRun) else open_run(run, runs_dir=runs_dir)
    path = _place(recorded, chosen, quantize, to, force=force)
    needed: list[type[Part]] = [Dataset, *recorded.part_types_of_model(trust=trust)]
    if host is None:
        host = recorded.host(needed, plugin_files=plugin_files, trust=trust)
    else:
        recorded.check(host, needed)
    name, data = load_run_data(recorded, host, dataset_options=dataset_options, data_dir=data_dir)
    model = recorded.load_model(host, trust=trust)
    check_fit(recorded, model, data, name)
    rounded = recorded.environment.get("precision") == "mixed_bfloat16"
    settings = recorded.experiment
    learnt = train_val_split(data, settings.data, settings.train.seed)[0].train
    some = np.random.default_rng(settings.train.seed).permutation(learnt)[:_EXAMPLES]
    with _written(chosen, path) as unfinished:
        with _explained(chosen, recorded):
            chosen.write(model, unfinished, quantize, data.train.images[np.sort(some)])
            logits_of = chosen.load(unfinished, trust=trust)
            figures = _compared(model, logits_of, data.test)
        least = _LEAST_AGREEMENT["bfloat16" if quantize is None and rounded else quantize]
        if not figures["agreement"] >= least:
            raise ExportError(
                f"the {chosen.name} export agrees with the model on {figures['agreement']:.1%} of the test "
                f"images only, so it was not kept: {_other_way(quantize)}"
            )
    return Exported(
        run=recorded.path,
        path=path,
        format=chosen.name,
        quantize=quantize,
        size=sum(file.stat().st_size for file in [path, *path.rglob("*")] if file.is_file()),
        images=len(data.test.labels),
        **figures,
    )


def _chosen(name: str, quantize: str | None) -> Format:
    if name not in FORMATS:
        raise ConfigError(f"no format {name!r}; {did_you_mean(name, FORMATS)}")
    chosen = FORMATS[name]
    if quantize is not None and quantize not in chosen.quantizations:
        able = ", ".join(each.name for each in FORMATS.values() if each.quantizations)
        fix = did_you_mean(quantize, chosen.quantizations) if chosen.quantizations else f"use --format {able}"
        raise ConfigError(f"--quantize {quantize}: {chosen.name} does not have it; {fix}")
    chosen.check_installed()
    return chosen


def _place(
    recorded: RecordedRun, chosen: Format, quantize: str | None, to: str | Path | None, *, force: bool
) -> Path:
    """Return where the export goes, after seeing to it that nothing else is lost there."""
    if to is None:
        stem = "model" if quantize is None else f"model-{quantize}"
        path = recorded.path / "exports" / (stem + chosen.suffix if chosen.suffix else chosen.name)
    else:
        path = Path(to).expanduser()
    if chosen.suffix and path.suffix != chosen.suffix:
        raise ConfigError(f"--to {str(path)!r}: the name of a {chosen.name} file ends in {chosen.suffix}")
    if path.exists() and not force:
        raise ConfigError(f"{str(path)!r} exists: name another place with --to, or replace it with --force")
    is_export = path.is_file() if chosen.suffix else (path / "saved_model.pb").is_file()
    if path.exists() and not is_export:
        raise ConfigError(
            f"{str(path)!r} is no {chosen.name} export, so it is not replaced: name another place"
        )
    return path


@contextmanager
def _written(chosen: Format, path: Path) -> Iterator[Path]:
    """Yield where to write, beside the place that it takes once it is whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) if chosen.suffix else replacing_folder(path) as unfinished:
            yield unfinished
    except OSError as error:
        raise ExportError(
            f"cannot write {str(path)!r} ({error.strerror or error}): make room, or name another with --to"
        ) from error


@contextmanager
def _explained(chosen: Format, recorded: RecordedRun) -> Iterator[None]:
    """Keep converters quiet, and say in a sentence what they cannot do."""
    try:
        with native_stderr_held_back(also_where_it_fails=True), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (OSError, MemoryError):
        raise
    except Exception as error:  # converters raise all kinds
        reason = " ".join(str(error).split()) or type(error).__name__
        reason = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"
        raise ExportError(
            f"the model of {str(recorded.path)!r} cannot be exported as {chosen.name} ({reason}): "
            "try another format"
        ) from error


def _compared(model: "keras.Model", logits_of: LogitsOf, test: Split) -> dict[str, float]:
    """Compare an export's logits with the model's, in batches of several sizes, all of which it must take."""
    from convlab.training.batches import batches
    from convlab.use.inference import forward

    original_of, originals, exports = forward(model), [], []
    for images, _ in batches(test, np.arange(len(test.labels)), _BATCH):
        originals.append(original_of(images))
        exports.append(logits_of(images))
    logits_of(images[:1])
    original, exported = np.concatenate(originals), np.concatenate(exports)
    if exported.shape != original.shape:
        raise ValueError(f"it gives logits of shape {exported.shape} instead of {original.shape}")
    return {
        "agreement": _fraction(exported.argmax(axis=1) == original.argmax(axis=1)),
        "largest_difference": float(np.abs(exported - original).max()),
        "accuracy": _fraction(exported.argmax(axis=1) == test.labels),
        "accuracy_of_run": _fraction(original.argmax(axis=1) == test.labels),
    }


def _fraction(hits: npt.NDArray[np.bool_]) -> float:
    return float(hits.mean())


def _other_way(quantize: str | None) -> str:
    return "use another format" if quantize is None else "quantize less"

"""``convlab export`` as a function."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from convlab.data.image_data import ImageData
from convlab.data.split import Subset
from convlab.data.used_images import SplitName
from convlab.errors import ConfigError, ExportError
from convlab.host import PluginHost
from convlab.parts import Dataset
from convlab.runs.folder import RunFolder
from convlab.runs.recorded_run import RecordedRun, open_run
from convlab.system.atomic_write import replacing, replacing_folder, write_text
from convlab.system.standard_streams import native_stderr_held_back
from convlab.text.formatting import one_line
from convlab.use.export_formats import Format, choose_format
from convlab.use.export_verification import check_agreement, compare_logits
from convlab.use.inference import Images
from convlab.use.model_description import ModelDescription, Output
from convlab.use.opening import open_for_use
from convlab.use.run_images import images_of_run

_CALIBRATION_IMAGES = 512
_MAX_REASON = 200


@dataclass(frozen=True, kw_only=True)
class Exported:
    """An exported model, and how it compares with the run's model.

    Attributes:
        run: the run's folder.
        path: the file, or the folder of a SavedModel.
        format: the format's name.
        quantize: the type that the weights were rounded to; ``None`` for float32.
        size: in bytes.
        output: ``logits`` or ``probabilities``.
        images: the number of images of the comparison: those of the test set, or of the validation or
            training set if the run left its test set sealed.
        agreement: the fraction of them for which both models predict the same class.
        largest_difference: between the outputs of the two models.
        accuracy: of the export on these images.
        accuracy_of_run: of the run's model on these images.
    """

    run: Path
    path: Path
    format: str
    quantize: str | None
    size: int
    output: Output
    images: int
    agreement: float
    largest_difference: float
    accuracy: float
    accuracy_of_run: float

    def summary(self) -> dict[str, Any]:
        """Return what ``convlab export --json`` prints."""
        return asdict(self) | {"run": str(self.run), "path": str(self.path)}


def export(
    run: str | Path | RecordedRun,
    format: str,  # noqa: A002 - the name in Keras and on the command line
    *,
    quantize: str | None = None,
    probabilities: bool = False,
    to: str | Path | None = None,
    force: bool = False,
    runs_dir: str | Path = "runs",
    host: PluginHost | None = None,
    plugin_files: Sequence[str | Path] = (),
    dataset_options: Mapping[str, Any] | None = None,
    data_dir: str | Path | None = None,
    trust: bool = False,
) -> Exported:
    """Export the model of a run, and compare the export with the model on the test set.

    If the run left its test set sealed, the validation set is used instead.

    In every format, the model maps a batch of any size of raw uint8 pixels ``(n, height, width, channels)``
    to float32 logits ``(n, num_classes)``, or to probabilities. Its input is named ``image`` and its output
    ``logits`` or ``probabilities``, except in Keras's own format. The file describes the model: class names,
    scaling, versions and the run. ``NAME.labels.txt`` next to it has one class name per line.

    The export is loaded from its file by the runtime of its format before it replaces anything, so an
    existing export is complete and predicts what the run's model does.

    Args:
        run: a folder, a name, a unique part of a name, ``last``, or an opened run.
        format: ``keras``, ``saved-model``, ``litert`` or ``onnx``.
        quantize: for ``litert``: ``float16`` halves the size; ``int8`` quarters it, calibrated on 512
            training images.
        probabilities: whether the model returns probabilities instead of logits.
        to: the file, or the folder of a SavedModel, to create; by default in ``exports`` in the run's folder.
        force: whether to replace an existing export.
        runs_dir: the folder that contains the runs.
        host: provides the parts; by default the installed plugins and the run's own plugin files.
        plugin_files: plugin files to load, each instead of the run's own of that name.
        dataset_options: options of the run's dataset to change, such as its ``path``.
        data_dir: a folder to search for data files first; by default the run's own.
        trust: whether to execute code from the run's author that this machine has never executed.

    Raises:
        ConfigError: no run matches, an argument is invalid, a package is not installed, or ``to`` exists.
        DataError: the data to compare on is missing or damaged.
        ExportError: the model cannot be written in the format, or the export predicts something else.
        TrustError: code is not trusted; nothing was executed.

    Example::

        from convlab import export

        exported = export("last", "onnx")
        print(exported.path, exported.agreement, exported.largest_difference)
    """
    chosen = choose_format(format, quantize)
    recorded = run if isinstance(run, RecordedRun) else open_run(run, runs_dir=runs_dir)
    path = _destination(recorded, chosen, quantize, to, force=force)
    opened = open_for_use(
        recorded, [Dataset], runs_dir=runs_dir, host=host, plugin_files=plugin_files, trust=trust
    )
    _, data = opened.load_data(dataset_options=dataset_options, data_dir=data_dir)
    elsewhere = not opened.is_same_place(dataset_options)
    compared = _compared(recorded, data, elsewhere=elsewhere)
    examples = data.train.images[:0]
    if quantize == "int8":
        examples = _calibration_images(recorded, data, elsewhere=elsewhere)
    output: Output = "probabilities" if probabilities else "logits"
    about = ModelDescription.of(recorded, data, output=output, quantize=quantize)
    labels = path.with_suffix(".labels.txt") if chosen.suffix else None
    if labels is not None and not force and labels.exists() and _content(labels) != about.labels():
        raise ConfigError(
            f"{str(labels)!r} has other labels; choose another `to`, or use `force` to replace it"
        )
    from convlab.system.keras_defaults import keras_defaults  # imports Keras
    from convlab.use.portable_model import with_probabilities

    with _locked(recorded, path), _replacing(chosen, path) as unfinished:
        _refuse_existing(path, force=force)  # another export may have written it in the meantime
        with _converter_errors(chosen, recorded):
            with keras_defaults():
                model = with_probabilities(opened.model) if probabilities else opened.model
                chosen.write(model, unfinished, quantize, examples, about)
            comparison = compare_logits(model, chosen.load(unfinished, trust=trust), compared)
        check_agreement(comparison["agreement"], chosen.name, quantize, recorded.environment.get("precision"))
        if labels is not None:
            write_text(labels, about.labels())
    return Exported(
        run=recorded.path,
        path=path,
        format=chosen.name,
        quantize=quantize,
        size=sum(file.stat().st_size for file in [path, *path.rglob("*")] if file.is_file()),
        output=output,
        images=len(compared.indices),
        **comparison,
    )


def _destination(
    recorded: RecordedRun, chosen: Format, quantize: str | None, to: str | Path | None, *, force: bool
) -> Path:
    """Return the path of the export, which does not exist, or is an export that may be replaced."""
    if to is None:
        stem = "model" if quantize is None else f"model-{quantize}"
        path = recorded.path / "exports" / (stem + chosen.suffix if chosen.suffix else chosen.name)
    else:
        path = Path(to).expanduser()
    if chosen.suffix and path.suffix != chosen.suffix:
        raise ConfigError(
            f"`to`: the name of a {chosen.name} file ends in {chosen.suffix}, got {str(path)!r}"
        )
    _refuse_existing(path, force=force)
    is_export = path.is_file() if chosen.suffix else (path / "saved_model.pb").is_file()
    if path.exists() and not is_export:
        raise ConfigError(
            f"{str(path)!r} is not a {chosen.name} export; it was not replaced, choose another `to`"
        )
    return path


def _content(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _refuse_existing(path: Path, *, force: bool) -> None:
    if path.exists() and not force:
        raise ConfigError(f"{str(path)!r} already exists; choose another `to`, or use `force` to replace it")


def _calibration_images(recorded: RecordedRun, data: ImageData, *, elsewhere: bool) -> Images:
    """Return some of the images that the model was trained on."""
    trained_on = images_of_run(recorded, data, "train", elsewhere=elsewhere)
    order = np.random.default_rng(recorded.experiment.train.seed).permutation(trained_on.indices)
    images: Images = trained_on.split.images[np.sort(order[:_CALIBRATION_IMAGES])]
    return images


def _compared(recorded: RecordedRun, data: ImageData, *, elsewhere: bool) -> Subset:
    """Return the images to compare on, which may tell the accuracy of a model."""
    use: SplitName = "test"
    if not recorded.experiment.train.test:
        use = "validation" if recorded.experiment.data.validation else "train"
    return images_of_run(recorded, data, use, elsewhere=elsewhere)


def _locked(recorded: RecordedRun, path: Path) -> AbstractContextManager[None]:
    """Hold the run's lock if the export is written to the run's folder, where a resumed run cleans up."""
    by_name, in_fact = (
        path_of(path).is_relative_to(path_of(recorded.path)) for path_of in (Path.absolute, Path.resolve)
    )
    if by_name or in_fact:  # a folder in the run's may be a link to elsewhere
        return RunFolder(recorded.path).locked("exporting")
    return nullcontext()


@contextmanager
def _replacing(chosen: Format, path: Path) -> Iterator[Path]:
    """Yield a path to write to, which replaces ``path`` when the block succeeds."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) if chosen.suffix else replacing_folder(path) as unfinished:
            yield unfinished
    except OSError as error:
        raise ExportError(
            f"cannot write {str(path)!r} ({error.strerror or error}); free disk space, or choose another `to`"
        ) from error


@contextmanager
def _converter_errors(chosen: Format, recorded: RecordedRun) -> Iterator[None]:
    """Silence converters, and turn what they raise into an ``ExportError``."""
    try:
        with native_stderr_held_back(shown=lambda _: False), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (OSError, MemoryError):
        raise
    except Exception as error:  # converters raise all kinds
        reason = one_line(error, _MAX_REASON) or type(error).__name__
        raise ExportError(
            f"the model of {str(recorded.path)!r} cannot be exported as {chosen.name} ({reason}); "
            "try another format"
        ) from error

"""The lines that load a run's dataset without convlab."""

from dataclasses import dataclass, field
from pathlib import Path

from convlab.code.expressions import literal
from convlab.data.files.layouts import DatasetFiles
from convlab.data.source import DataSource
from convlab.errors import ExportError
from convlab.experiment import ResolvedExperiment

_IN_KERAS = {
    "mnist": "keras.datasets.mnist.load_data()",
    "fashion_mnist": "keras.datasets.fashion_mnist.load_data()",
    "cifar10": "keras.datasets.cifar10.load_data()",
    "cifar100": "keras.datasets.cifar100.load_data({})",
}


@dataclass(frozen=True, kw_only=True)
class Loading:
    """How a script loads its images.

    Attributes:
        code: statements that set ``x_train``, ``y_train``, ``x_test`` and ``y_test``.
        functions: the definitions that they use.
        constants: statements with the names of files.
        modules: the modules that they import, without NumPy.
        imported: statements that import further names.
    """

    code: str
    functions: str = ""
    constants: str = ""
    modules: tuple[str, ...] = ()
    imported: tuple[str, ...] = field(default=())


def loading(resolved: ResolvedExperiment, source: DataSource, *, published: bool) -> Loading:
    """Return how to load the dataset of an experiment.

    Args:
        resolved: the experiment.
        source: where the run's files are.
        published: whether they are those of the published dataset, which ``keras.datasets`` loads as well.

    Raises:
        ExportError: a plain script cannot load this dataset.
    """
    part = resolved.dataset
    name = part.part.name
    if part.provider.origin != "built-in" or name not in (*_IN_KERAS, "digits"):
        raise ExportError(
            f"dataset {name!r} is loaded by a plugin's own code, so a plain Keras script cannot contain it; "
            f"datasets that it can load are digits, {', '.join(_IN_KERAS)}"
        )
    if name == "digits":
        return _DIGITS
    files = source.find(part.part.manifest) if part.part.manifest else None
    in_cache = files is None or files.folder.is_relative_to(source.folders[-1])
    if published and in_cache:
        mode = getattr(resolved.dataset_options, "labels", "")
        return _from_keras(name, _IN_KERAS[name].format(literal(mode) if mode != "fine" else ""))
    assert files is not None, "the run's data were loaded from them"
    return _from_files(name, files, getattr(resolved.dataset_options, "labels", ""))


def _from_keras(name: str, load: str) -> Loading:
    lines = [f"(x_train, y_train), (x_test, y_test) = {load}"]
    if name.startswith("cifar"):
        lines += [
            "# CIFAR's labels have the shape (n, 1); the loss and the metrics expect (n,).",
            "y_train, y_test = y_train.reshape(-1), y_test.reshape(-1)",
        ]
    else:
        lines += ["x_train, x_test = x_train[..., np.newaxis], x_test[..., np.newaxis]"]
    return Loading(code="\n".join(lines))


def _from_files(name: str, files: DatasetFiles, labels: str) -> Loading:
    place = Path(files.place).resolve()
    if place.suffix == ".npz":
        return Loading(code=_NPZ, constants=f"FILE = {literal(str(place))}")
    if name.startswith("cifar"):
        return _pickles(name, files, labels)
    paths = [files.file_of(array) for array in ("train.images", "train.labels", "test.images", "test.labels")]
    zipped = {path.suffix == ".gz" for path in paths}
    if len(zipped) > 1:
        raise ExportError(f"only some files in {str(files.folder)!r} are compressed; compress all or none")
    arguments = [f'f"{{FOLDER}}/{path.name}"' for path in paths]
    height, width, channels = files.manifest.input_shape
    shape = f"-1, {height}, {width}, {channels}"
    return Loading(
        code="\n".join(
            [
                f"x_train = read_idx({arguments[0]}, header=16).reshape({shape})",
                f"y_train = read_idx({arguments[1]}, header=8)",
                f"x_test = read_idx({arguments[2]}, header=16).reshape({shape})",
                f"y_test = read_idx({arguments[3]}, header=8)",
            ]
        ),
        functions=_READ_IDX.format(opened="gzip.open(path)" if zipped == {True} else 'open(path, "rb")'),
        constants=f"FOLDER = {literal(str(files.folder.resolve()))}",
        modules=("gzip",) if zipped == {True} else (),
    )


def _pickles(name: str, files: DatasetFiles, labels: str) -> Loading:
    if len(files.layout.files) == 1:
        raise ExportError(
            f"{str(files.place)!r} is an archive, which the script would have to unpack each time; unpack it"
        )
    key = f"{labels}_labels" if labels else "labels"
    train = [
        file for file in files.layout.files if file not in ("test", "test_batch", "meta", "batches.meta")
    ]
    return Loading(
        code=_CIFAR.format(train=literal(train), test="test_batch" if name == "cifar10" else "test"),
        functions=_READ_PICKLE.format(key=key),
        constants=f"FOLDER = {literal(str(files.folder.resolve()))}",
        modules=("pickle",),
    )


_NPZ = """\
with np.load(FILE) as arrays:
    x_train, y_train = arrays["x_train"][..., np.newaxis], arrays["y_train"]
    x_test, y_test = arrays["x_test"][..., np.newaxis], arrays["y_test"]"""

_READ_IDX = '''\
def read_idx(path, header):
    """Return the bytes of an IDX file that follow its header."""
    with {opened} as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)'''

_READ_PICKLE = '''\
def read_batch(name):
    """Return the images and labels of a file of CIFAR, which has one color after another."""
    with open(f"{{FOLDER}}/{{name}}", "rb") as file:
        batch = pickle.load(file, encoding="bytes")
    images = batch[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return images, np.array(batch[b"{key}"])'''

_CIFAR = """\
batches = [read_batch(name) for name in {train}]
x_train = np.concatenate([images for images, _ in batches])
y_train = np.concatenate([labels for _, labels in batches])
x_test, y_test = read_batch("{test}")"""

_DIGITS = Loading(
    code="""\
digits = load_digits()
images = np.rint(digits.images * (255 / 16)).astype(np.uint8)[..., np.newaxis]
labels = digits.target
random = np.random.default_rng(1797)
test = np.zeros(len(labels), bool)
for digit in range(10):  # a fifth of each class is the test set
    members = random.permutation(np.flatnonzero(labels == digit))
    test[members[: round(len(members) * 0.2)]] = True
x_train, y_train = images[~test], labels[~test]
x_test, y_test = images[test], labels[test]""",
    imported=("from sklearn.datasets import load_digits",),
)

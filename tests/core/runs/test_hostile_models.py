"""Model files that try to do more than compute, and what Keras itself saves, which must load."""

import inspect
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras.src import api_export
from keras.src.saving import serialization_lib

from convlab.runs.trust.harmless_objects import CLASSES, FUNCTIONS
from convlab.runs.trust.model_archive import check_archive
from convlab.runs.trust.model_config import read_model_config

Config = dict[str, Any]
Members = dict[str, bytes]
Outcomes = dict[str, Any]
TRUSTED, WRITTEN = "trusted-python-lambda", "written"

# Not allowed: base classes, what calls functions of the file, and what reads files.
_REFUSED = {
    "keras": {"InputSpec", "Layer", "Initializer", "Loss", "Metric", "Quantizer", "Regularizer", "Optimizer"},
    "keras.constraints": {"Constraint"},
    "keras.layers": {"FlaxLayer", "JaxLayer", "Lambda", "TFSMLayer", "TorchModuleWrapper"},
    "keras.optimizers": {"OptimizerMap"},
    "keras.optimizers.schedules": {"LearningRateSchedule"},
    "keras.quantizers": {"AWQConfig", "GPTQConfig", "QuantizationConfig"},
    "keras.src.ops.core": {
        *("AssociativeScan", "Cond", "ForiLoop", "Map", "Scan", "Switch", "VectorizedMap", "WhileLoop")
    },
    "keras.src.ops.linalg": {"JVP"},
    "keras.src.ops.math": {"SegmentReduction"},
}
_MODULES = (
    *("layers", "initializers", "regularizers", "constraints", "losses", "metrics", "optimizers", "random"),
    *("optimizers.schedules", "dtype_policies", "quantizers"),
)


def saved(module: str, class_name: Any, config: Any = None, **others: Any) -> Config:
    """Describe an object as Keras does."""
    described = {"module": module, "class_name": class_name, "registered_name": None}
    return described | {"config": {"name": "logits"} if config is None else config} | others


def function(name: str, module: str = "builtins") -> Config:
    return saved(module, "function", name, registered_name="function")


def layer(*arguments: Any, **others: Any) -> Callable[[Config], None]:
    """Replace the last layer of the model."""

    def change(logits: Config) -> None:
        for key in ("module", "registered_name"):
            logits.pop(key, None)
        logits.update(saved(*arguments, **others))

    return change


def legacy_lambda(logits: Config) -> None:
    del logits["module"]
    logits.update(class_name="Lambda", config={"name": "logits", "function": "relu"})


def option(key: str, value: Any) -> Callable[[Config], None]:
    """Change an option of the last layer of the model."""
    return lambda logits: logits["config"].update({key: value})


def node(value: Any) -> Callable[[Config], None]:
    """Call the last layer with another argument."""
    return lambda logits: logits["inbound_nodes"][0]["kwargs"].update(training=value)


def python_lambda(logits: Config) -> None:
    written = keras.layers.Lambda(eval(f"lambda x: (open({WRITTEN!r}, 'w').close(), x)[1]"), name="logits")
    logits.update(keras.saving.serialize_keras_object(written))


PLOT = saved("keras.visualization", "plot_image_gallery", {})
LAMBDA = saved("keras.layers", "Lambda", {"function": function("relu")})
SECRET = {"vocabulary": "/etc/passwd"}
CONFIGS: dict[str, Callable[[Config], None]] = {
    TRUSTED: python_lambda,
    "lambda": layer("keras.layers", "Lambda", {"name": "logits", "function": function("relu")}),
    "dotted-lambda": layer("keras", "layers.Lambda", {"name": "logits", "function": function("relu")}),
    "lambda-by-its-file": layer("keras.src.layers.core.lambda_layer", "Lambda"),
    "lambda-by-an-alias": layer("keras._tf_keras.keras.layers", "Lambda"),
    "lambda-without-module": legacy_lambda,
    "lambda-as-cell": layer("keras.layers", "RNN", {"name": "logits", "cell": LAMBDA}),
    "lambda-as-initializer": option("kernel_initializer", LAMBDA),
    "lambda-in-build": lambda logits: logits.update(build_config={"input_shape": [LAMBDA]}),
    "lambda-in-compile": lambda logits: logits.update(compile_config={"loss": LAMBDA}),
    "python-lambda": option("activation", {"class_name": "__lambda__", "config": {"value": "code"}}),
    "type": option("dtype", saved("keras", "__typespec__", [], spec_name="TensorSpec")),
    "type-with-a-name": option(
        "dtype", saved("x", "__typespec__", [], spec_name="X", registered_name="doubling>Double")
    ),
    "saved-model": layer("keras.layers", "TFSMLayer", {"name": "logits", "filepath": "saved"}),
    "dotted-saved-model": layer("keras", "layers.TFSMLayer", {"name": "logits", "filepath": "saved"}),
    "function-as-layer": layer("keras.visualization", "plot_image_gallery"),
    "dotted-function-as-layer": layer("keras", "visualization.plot_image_gallery"),
    "harmless-function-as-layer": layer("keras.activations", "relu"),
    "function-as-activation": option("activation", function("plot_image_gallery", "keras.visualization")),
    "function-as-argument": node(PLOT),
    "function-as-dtype": option("dtype", function("enable_unsafe_deserialization", "keras.config")),
    "function-of-a-module": option("activation", function("deserialize")),
    "dotted-function": option("activation", function("get.__globals__")),
    "download": option("activation", function("get_file", "keras.utils")),
    "another-registered-name": layer("keras.layers", "Dense", registered_name="doubling>Double"),
    "names-that-are-not-text": layer("keras.layers", ["Lambda"]),
    "a-number-as-name": layer("keras.layers", 1),
    "no-module": layer(None, "Lambda"),
    "import": layer("keras.src.utils.backend_utils", "DynamicBackend"),
    "import-of-keras-hub": layer("keras_hub.models", "Backbone", {"name": "logits"}),
    "import-of-another-module": layer("antigravity", "fly"),
    "callback": layer("keras.callbacks", "CSVLogger", {"filename": "written.csv"}),
    "export": layer("keras.export", "ExportArchive", {}),
    "feature-space": layer("keras.utils", "FeatureSpace", {}),
    "vocabulary": layer("keras.layers", "StringLookup", {"name": "logits", **SECRET}),
    "vocabulary-of-integers": layer("keras.layers", "IntegerLookup", {"name": "logits", **SECRET}),
    "vocabulary-of-text": layer("keras.layers", "TextVectorization", {"name": "logits", **SECRET}),
    "vocabulary-in-bytes": option(
        "kernel_initializer",
        saved("keras.layers", "StringLookup", {"vocabulary": {"class_name": "__bytes__", "config": {}}}),
    ),
    **{
        f"operation-{name.lower()}": layer("keras.src.ops.core", name, registered_name=name)
        for name in sorted(_REFUSED["keras.src.ops.core"])
    },
    "operation-jvp": layer("keras.src.ops.linalg", "JVP", {"fun": function("relu")}),
}


def replaced(name: str, content: bytes) -> Callable[[Members], None]:
    return lambda members: members.update({name: content})


def in_weights(change: Callable[[h5py.Group], None]) -> Callable[[Members], None]:
    """Change the arrays of the first layer that has any."""

    def change_members(members: Members) -> None:
        weights = io.BytesIO(members["model.weights.h5"])
        with h5py.File(weights, "r+") as opened:
            groups: list[h5py.Group] = []
            opened.visititems(lambda _, found: groups.append(found) if _has_arrays(found) else None)
            del groups[0]["0"]
            change(groups[0])
        members["model.weights.h5"] = weights.getvalue()

    return change_members


def _has_arrays(found: object) -> bool:
    return isinstance(found, h5py.Group) and "0" in found


def virtual_array(group: h5py.Group) -> None:
    layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", shape=(4,))
    group.create_virtual_dataset("0", layout)


def nested(members: Members) -> None:
    members["config.json"] = b'{"config":' * 50_000 + b"{}" + b"}" * 50_000


def without_weights(members: Members) -> None:
    del members["model.weights.h5"]
    members["model.weights.npz"] = b""


ARCHIVES: dict[str, Callable[[Members], None]] = {
    "link-to-a-file": in_weights(lambda group: group.update({"0": h5py.ExternalLink("/etc/passwd", "/")})),
    "link-to-an-array": in_weights(lambda group: group.update({"0": h5py.SoftLink("/layers")})),
    "array-in-a-file": in_weights(
        lambda group: group.create_dataset("0", (4,), "u1", external=[("/etc/passwd", 0, 4)])
    ),
    "array-from-files": in_weights(virtual_array),
    "array-that-expands": in_weights(
        lambda group: group.create_dataset("0", (2**40,), "f4", chunks=(2**20,), compression="gzip")
    ),
    "array-that-is-not-stored": in_weights(lambda group: group.create_dataset("0", (2**40,), "f4")),
    "array-of-text": in_weights(lambda group: group.update({"0": ["text"]})),
    "group-in-itself": in_weights(lambda group: group.update({"0": group})),
    "other-weights": without_weights,
    "file-elsewhere": replaced("assets/../../escaped", b"escaped"),
    "another-file": replaced("variables/variables.index", b""),
    "nested-too-deeply": nested,
    "not-an-object": replaced("config.json", b'["class_name"]'),
    "not-a-model": replaced("config.json", json.dumps(saved("keras.optimizers", "SGD", {})).encode()),
}


def members_of(run: Path) -> Members:
    with zipfile.ZipFile(run / "model.keras") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(run: Path, members: Members, compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(run / "model.keras", "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def write_hostile(run: Path, trick: str) -> None:
    members = members_of(run)
    if trick in ARCHIVES:
        ARCHIVES[trick](members)
    elif trick in CONFIGS:
        config = json.loads(members["config.json"])
        (logits,) = [each for each in config["config"]["layers"] if each["config"]["name"] == "logits"]
        CONFIGS[trick](logits)
        members["config.json"] = json.dumps(config).encode()
    write(run, members, zipfile.ZIP_DEFLATED if trick == "compressed" else zipfile.ZIP_STORED)
    if trick == "twice":
        archive = zipfile.ZipFile(run / "model.keras", "a")
        with archive, pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("config.json", members["config.json"])


@pytest.fixture(scope="module")
def outcomes(runs_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    """How loading each hostile run ended, and what it did, in a process of its own."""
    hostile, home, folder = map(tmp_path_factory.mktemp, ("hostile", "home", "watched"))
    for trick in ("compressed", "twice", *CONFIGS, *ARCHIVES):
        run = shutil.copytree(
            runs_dir / "plain", hostile / trick, ignore=shutil.ignore_patterns("checkpoints")
        )
        write_hostile(run, trick)
    variables = {"HOME": str(home), "KERAS_HOME": str(home), "TMPDIR": str(folder)}
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("load_watched.py"), runs_dir / "plain", *hostile.iterdir()],
        cwd=folder,
        env=os.environ | variables | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    yield json.loads(done.stdout)
    assert [file.name for file in folder.iterdir()] == [WRITTEN], "loading wrote files"


@pytest.mark.parametrize("trick", sorted(CONFIGS.keys() - {TRUSTED}))
def test_a_model_file_that_names_anything_but_what_computes_is_refused(
    outcomes: Outcomes, trick: str
) -> None:
    outcome, effects = outcomes[trick]
    assert effects == []
    unregistered = "does not register" in outcome and outcome.startswith("PluginError")
    assert unregistered or (outcome.startswith("TrustError") and "Use `trust` to load it" in outcome)


@pytest.mark.parametrize("trick", ["compressed", "twice", *ARCHIVES])
def test_a_model_file_that_keras_would_not_write_is_refused(outcomes: Outcomes, trick: str) -> None:
    outcome, effects = outcomes[trick]
    assert effects == []
    assert outcome.startswith("RunFolderError")
    assert "model.keras'" in outcome


def test_a_harmless_model_loads_without_any_effect(outcomes: Outcomes) -> None:
    assert outcomes["plain"] == ["loaded", []]


def test_the_watch_notices_what_a_trusted_model_does(outcomes: Outcomes) -> None:
    outcome, effects = outcomes[TRUSTED]
    assert outcome == "loaded"
    assert any(WRITTEN in effect for effect in effects)


def exported_classes() -> dict[tuple[str, str], type]:
    """Return the classes of the installed Keras that a model file may name, by the name that Keras saves."""
    found: set[type] = set()
    for module in _MODULES:
        exported = vars(_attribute(keras, module)).values()
        found |= {each for each in exported if inspect.isclass(each) and hasattr(each, "from_config")}
    classes = {}
    for each in found:
        module, _, name = api_export.get_name_from_symbol(each).rpartition(".")
        classes[module, name] = each
    for operation in _subclasses(keras.Operation) - {keras.Function}:
        if operation.__module__.startswith("keras.src.ops."):
            classes[operation.__module__, operation.__name__] = operation
    return classes


def _attribute(root: Any, path: str) -> Any:
    for name in path.split("."):
        root = getattr(root, name)
    return root


def _subclasses(parent: type) -> set[type]:
    children: list[type] = parent.__subclasses__()
    return set(children).union(*map(_subclasses, children))


def test_every_class_of_this_keras_is_allowed_or_known_to_be_refused() -> None:
    refused = {(module, name) for module, names in _REFUSED.items() for name in names}
    assert not CLASSES & refused
    assert set(exported_classes()) - CLASSES - refused == set(), "decide whether these only compute"


def test_each_allowed_name_is_found_by_keras_as_exactly_one_class_or_function() -> None:
    found: dict[int, tuple[str, str]] = {}
    for module, name in sorted(CLASSES):
        try:
            resolved = serialization_lib._retrieve_class_or_fn(name, None, module, "class", {}, {})
        except (TypeError, ValueError):
            continue  # another version of Keras has it
        assert inspect.isclass(resolved), name
        exported = api_export.get_name_from_symbol(resolved)
        assert exported in (None, f"{module}.{name}"), f"Keras saves {module}.{name} as {exported}"
        assert found.setdefault(id(resolved), (module, name)) == (module, name)
    for name in FUNCTIONS:
        resolved = serialization_lib._retrieve_class_or_fn(name, "function", "builtins", "function", {}, {})
        assert inspect.isfunction(resolved), name


def test_every_object_that_keras_constructs_by_default_is_allowed_with_all_it_contains(
    tmp_path: Path,
) -> None:
    described = []
    for (module, name), each in exported_classes().items():
        if (module, name) not in CLASSES:
            continue
        try:
            described.append(keras.saving.serialize_keras_object(each()))
        except (TypeError, ValueError, NotImplementedError):
            continue  # it has required arguments
    for module in (keras.activations, keras.losses, keras.metrics):
        functions = {name: each for name, each in vars(module).items() if inspect.isfunction(each)}
        for name in functions.keys() - {"get", "serialize", "deserialize"}:
            described.append(keras.saving.serialize_keras_object(functions[name]))
    assert len(described) > 200
    write(tmp_path, {"config.json": json.dumps(described).encode()})
    config = read_model_config(tmp_path / "model.keras")
    assert (config.unsafe, config.custom_names) == ((), ())


def varied_model() -> keras.Model:
    """A model of layers, operations and functions that real image classifiers use."""
    layers, ops = keras.layers, keras.ops
    images = keras.Input((16, 16, 3), dtype="uint8")
    x = layers.Rescaling(1 / 255)(images)
    x = layers.Pipeline([layers.RandomFlip(), layers.RandAugment()])(x)
    regularized = {"kernel_regularizer": keras.regularizers.L2(1e-4), "kernel_constraint": "max_norm"}
    x = layers.Conv2D(8, 3, activation=keras.activations.gelu, padding="same", **regularized)(x)
    x = layers.SpectralNormalization(layers.Conv2D(8, 3, dtype="mixed_bfloat16"))(x)
    x = layers.BatchNormalization()(ops.relu(x) + ops.sqrt(ops.abs(x)) * 2.0)
    x = keras.Sequential([layers.DepthwiseConv2D(3), layers.Activation(ops.silu)])(x)
    x = x[:, 1:-1, ::2, :]
    x = ops.reshape(x, (-1, 40, 8))
    x = x + layers.MultiHeadAttention(2, 4)(x, x)
    x = layers.Bidirectional(layers.GRU(4))(ops.transpose(x, (0, 2, 1)))
    x = layers.Dropout(0.5)(keras.activations.leaky_relu(ops.concatenate([x, x], axis=-1)))
    first = layers.IntegerLookup(vocabulary=[1, 2])(ops.argmax(x[:, :1], axis=-1))
    x = layers.Concatenate()([x, layers.CategoryEncoding(4, "one_hot")(first)])
    return keras.Model(images, layers.Dense(10, kernel_initializer=keras.initializers.HeNormal(0))(x))


def quantized_model() -> keras.Model:
    images = keras.Input((4, 4, 1), dtype="uint8")
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(images))
    model = keras.Model(images, keras.layers.Dense(3)(keras.layers.Dense(8, "relu")(x)))
    model.quantize("int8")
    return model


@pytest.mark.slow
@pytest.mark.parametrize("build", [varied_model, quantized_model])
def test_a_model_of_many_kinds_of_layers_and_operations_is_allowed(
    tmp_path: Path, build: Callable[[], keras.Model]
) -> None:
    model, file = build(), tmp_path / "model.keras"
    model.compile("adam", "mse", metrics=["mae"])
    model.save(file)
    config = read_model_config(file)
    assert (config.unsafe, config.custom_names) == ((), ())
    check_archive(file)
    loaded = keras.saving.load_model(file, compile=False)
    images = np.random.default_rng(0).integers(256, size=(2, *model.input_shape[1:]), dtype="uint8")
    expected, found = model(images, training=False), loaded(images, training=False)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
